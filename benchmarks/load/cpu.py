"""Whose CPU time it was, and how long the disk takes for what a commit waits for."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ..server import TICKS, tree_ticks


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds used so far: by ``parts``, by name, and ``busy`` by the whole machine; ``at`` is when, in seconds."""

    at: float
    busy: float
    parts: dict[str, float]

    @classmethod
    def of(cls, roots: dict[str, int]):
        """What the process trees under ``roots`` have used, by the names of ``roots``; this process counts as "load" too."""
        fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        user, nice, system, _idle, _waiting, interrupts, soft, stolen = fields
        busy = user + nice + system + interrupts + soft + stolen
        parts = {name: tree_ticks(pid) / TICKS for name, pid in roots.items()}
        parts["load"] = parts.get("load", 0.0) + time.process_time()
        return cls(time.monotonic(), busy / TICKS, parts)

    def since(self, before: "Usage") -> dict[str, float]:
        """Shares of all cores between two moments: of each part, of "others", and of "all" together."""
        whole = (self.at - before.at) * os.cpu_count()
        shares = {name: max(0.0, used - before.parts.get(name, 0)) / whole for name, used in self.parts.items()}
        everything = (self.busy - before.busy) / whole
        return shares | {"others": max(0.0, everything - sum(shares.values())), "all": everything}


def sync_ms(folder: Path, times=100) -> float:
    """Milliseconds in the middle case until the disk has 8 KB for good, which every commit waits for."""
    seen = []
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(bytes(8192))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            seen.append(time.perf_counter() - began)
    path.unlink()
    return median(seen) * 1000
