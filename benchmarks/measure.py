"""How much one request costs, as a ratio to the floor measured just before and after it."""

import re
import time
from dataclasses import asdict, dataclass
from statistics import mean, median
from urllib.parse import urljoin

from .cases import ASSETS_LIMIT, Case
from .server import Request, Server, gzipped

ROUNDS = 3
LEAST_CPU = 1.5  # seconds a measurement: a clock tick is 10 ms, so a few ticks more or less are about one per cent
STEADY = 1.15  # how far the floors around a case may lie apart
TRIES = 3
PATIENCE = 200  # seconds from the start, after which nothing is measured again for being unsteady


@dataclass(frozen=True, slots=True)
class Figures:
    """What was seen of one case. Times are milliseconds of CPU a request; ``steady`` is the highest floor over the lowest."""

    case: str
    ratio_to_f: float | None
    queries: int | None
    html_gzip_bytes: int | None
    goal: float | None
    met: bool | None
    goal_in: str = "F"
    ratio_to_goal_in: float | None = None
    queries_most: int | None = None
    queries_with: dict[str, int] | None = None
    html_gzip_most: int | None = None
    cpu_ms: float | None = None
    floor_ms: float | None = None
    steady: float | None = None

    def as_json(self) -> dict:
        return asdict(self)


class Measurer:
    """Measures cases on one server. ``units`` are the cases that goals are multiples of; the first of them is the floor."""

    def __init__(self, server: Server, units: tuple[Case, ...]):
        self.server = server
        self.floor = units[0]
        self.units = {unit.name: unit for unit in units}
        self.began = time.monotonic()

    def figures(self, case: Case) -> Figures:
        """Measure a case, again while the floors around it lie far apart, and keep the steadiest try."""
        body = self._ask(case).body
        queries = {"all answers": self._ask(case, count_queries=True).queries}
        for held, make in case.queries_with.items():
            case.before()
            queries[held] = self.server.send(make(), count_queries=True).queries
        tries = [self._try(case)]
        while tries[-1][-1] > STEADY and len(tries) < TRIES and time.monotonic() - self.began < PATIENCE:
            tries.append(self._try(case))
        ratio, ratio_to_goal_in, cpu, floor, steady = min(tries, key=lambda found: found[-1])
        is_html = b"<html" in body[:200]
        html = gzipped(body) if is_html else None
        held = [
            case.goal is None or ratio_to_goal_in <= case.goal,
            case.queries_most is None or max(queries.values()) <= case.queries_most,
            case.queries_most is None or len(set(queries.values())) == 1,
            case.html_most is None or html <= case.html_most,
        ]
        return Figures(
            case=case.name,
            ratio_to_f=round(ratio, 2),
            queries=max(queries.values()),
            html_gzip_bytes=html,
            goal=case.goal,
            met=all(held) if case.goal is not None else None,
            goal_in=case.goal_in,
            ratio_to_goal_in=round(ratio_to_goal_in, 2),
            queries_most=case.queries_most,
            queries_with=queries,
            html_gzip_most=case.html_most,
            cpu_ms=round(cpu * 1000, 2),
            floor_ms=round(floor * 1000, 2),
            steady=round(steady, 2),
        )

    def assets(self, pages: list[Case]) -> Figures:
        """The style sheets and scripts that pages link to, each once, gzipped."""
        links = set()
        for page in pages:
            body = self._ask(page).body.decode()
            found = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', body)
            links |= {urljoin(page.make().path, style or script) for style, script in found}
        size = sum(gzipped(self.server.send(Request(link, "")).body) for link in sorted(links))
        return Figures(
            "CSS and JS", None, None, size, None, size <= ASSETS_LIMIT, goal_in="bytes", html_gzip_most=ASSETS_LIMIT
        )

    def _ask(self, case, **options):
        case.before()
        return self.server.send(case.make(), **options)

    def _try(self, case):
        self._cpu(case, least=0.2)
        unit = self.units.get(case.goal_in)
        floors = [self._cpu(self.floor)]
        ratios, unit_ratios, costs = [], [], []
        for _ in range(ROUNDS):
            costs.append(self._cpu(case))
            if unit:
                unit_ratios.append(costs[-1] / self._cpu(unit))
            floors.append(self._cpu(self.floor))
            ratios.append(costs[-1] / mean(floors[-2:]))
        steady = max(floors) / min(floors)
        return median(ratios), median(unit_ratios or ratios), median(costs), median(floors), steady

    def _cpu(self, case, least=LEAST_CPU) -> float:
        """Seconds of CPU for one request, over as many requests as take ``least`` seconds."""
        before, sent, batch = self.server.cpu(), 0, 2
        while True:
            for _ in range(batch):
                self._ask(case)
            sent += batch
            used = self.server.cpu() - before
            if used >= least:
                return used / sent
            batch = min(4 * sent, 1 + int((least - used) / max(used / sent, 0.0002)))
