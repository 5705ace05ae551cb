"""How much one request costs, as a ratio to the floor measured just before and after it."""

import re
import time
from dataclasses import asdict, dataclass
from statistics import median
from urllib.parse import urljoin

from .cases import ASSETS_LIMIT, Case
from .server import Request, Server, gzipped

ROUNDS = 5
MOST_ROUNDS = 10
FEWEST_ROUNDS = 3
LEAST_CPU = (
    0.5  # seconds a measurement, so that a clock tick (10 ms) more or less is two per cent, and their median less
)
STEADY = 1.15  # how far the floors before and after may lie apart in a round that counts
PATIENCE = 180  # seconds from the start, after which the fewest rounds do, steady or not


@dataclass(frozen=True, slots=True)
class Figures:
    """What was seen of one case, in ``goal_in`` where that is not F. Times are milliseconds of CPU a request.

    ``steady`` is how many rounds had floors before and after that lay at most 15 per cent apart. Those count; where there are
    hardly any, all do. ``bytes`` are of gzipped HTML, or of a file as it is sent.
    """

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
    postgres_ms: float | None = None
    floor_ms: float | None = None
    steady: str | None = None
    bytes: int | None = None

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
        """Measure a case: the median of its steady rounds."""
        body = self._ask(case).body
        queries = {"all answers": self._ask(case, count_queries=True).queries}
        for held, make in case.queries_with.items():
            self.server.send(make())
            case.before()
            queries[held] = self.server.send(make(), count_queries=True).queries
        seen, steady = self._rounds(case)
        ratio, ratio_to_goal_in, cpu, postgres, floor = map(median, zip(*seen, strict=True))
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
            postgres_ms=round(postgres * 1000, 2),
            floor_ms=round(floor * 1000, 2),
            steady=steady,
            bytes=html or len(body) or None,
        )

    def floor_seconds(self) -> float:
        """F, in seconds of CPU: the middle of some measurements, once the server has prepared what it prepares beside requests."""
        while self._cpu(self.floor, least=0.1)[0] > 2 * self._cpu(self.floor, least=0.1)[0]:
            continue
        return median(self._cpu(self.floor)[0] for _ in range(ROUNDS))

    def assets(self, pages: list[Case]) -> Figures:
        """The style sheets and scripts that a page links to, gzipped: those of the page that has most."""
        sizes = {}
        totals = []
        for page in pages:
            body = self._ask(page).body.decode()
            found = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', body)
            links = {urljoin(page.make().path, style or script) for style, script in found}
            for link in links - sizes.keys():
                sizes[link] = gzipped(self.server.send(Request(link, "")).body)
            totals.append(sum(sizes[link] for link in links))
        return Figures(
            "CSS and JS of a page",
            None,
            None,
            None,
            ASSETS_LIMIT,
            max(totals) <= ASSETS_LIMIT,
            goal_in="gzipped bytes",
            ratio_to_goal_in=max(totals),
        )

    def _ask(self, case, **options):
        case.before()
        return self.server.send(case.make(), **options)

    def _rounds(self, case):
        """The rounds that count, as (ratio to the floor, ratio to the goal's unit, CPU, PostgreSQL's part, floor), and how
        many of those measured were steady.
        """
        self._cpu(case, least=0.1)
        unit = self.units[case.goal_in]
        floor, _ = self._cpu(self.floor)
        rounds = []
        while True:
            cpu, postgres = self._cpu(case)
            unit_cpu = None if unit is self.floor else self._cpu(unit)[0]
            before, (floor, _) = floor, self._cpu(self.floor)
            between = (before + floor) / 2
            steady = max(before, floor) / min(before, floor) <= STEADY
            rounds.append((steady, (cpu / between, cpu / (unit_cpu or between), cpu, postgres, between)))
            counted = [figures for is_steady, figures in rounds if is_steady]
            is_late = len(rounds) >= FEWEST_ROUNDS and time.monotonic() - self.began > PATIENCE
            if len(counted) >= ROUNDS or is_late or len(rounds) >= MOST_ROUNDS:
                few = len(counted) < FEWEST_ROUNDS
                return [figures for _, figures in rounds] if few else counted, f"{len(counted)} of {len(rounds)}"

    def _cpu(self, case, least=LEAST_CPU) -> tuple[float, float]:
        """Seconds of CPU for one request, and PostgreSQL's part of it, over as many requests as take ``least`` seconds."""
        before, sent, batch = self.server.cpu(), 0, 2
        while True:
            for _ in range(batch):
                self._ask(case)
            sent += batch
            server, postgres = (now - then for now, then in zip(self.server.cpu(), before, strict=True))
            used = server + postgres
            if used >= least:
                return used / sent, postgres / sent
            batch = min(4 * sent, 1 + int((least - used) / max(used / sent, 0.0002)))
