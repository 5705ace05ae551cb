"""Pure: what was seen of a stretch of that Monday, and the tables that say it in Markdown."""

from collections import Counter
from dataclasses import dataclass, field

SAVE = "save one answer"
SAVE_MOST = 10
SLOWED_MOST = 1.5
QUIET = 0.05
PERCENTILES = (50, 95, 99)
PARTS = ("server", "PostgreSQL", "worker", "load", "others")


@dataclass(frozen=True, slots=True)
class Kind:
    """The requests of one kind: how many, and how many milliseconds after they were due the answers were there."""

    count: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the load. ``rate`` is people a second; ``shares`` are of all cores; ``lag`` is how many seconds the oldest task
    that could be done had waited, at most, and how many waited then; ``late`` is by how much the load itself was behind
    (``late_of``)."""

    name: str
    processes: int
    threads: int
    rate: float
    seconds: float
    renders: bool
    kinds: dict[str, Kind]
    shares: dict[str, float]
    wrong: dict[str, int]
    late: float
    asked: float = 0.0
    lag: tuple[float, int] = (0.0, 0)
    made: tuple[int, int] = (0, 0)
    failed: int = 0
    refused: int = 0
    missing: dict[str, int] = field(default_factory=dict)

    @property
    def a_second(self) -> float:
        return sum(each.count for each in self.kinds.values()) / self.seconds


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured beside the load: CPU of F and of a password, e-mails a second of the worker alone, milliseconds until the
    disk has 8 KB for good, and the length of a line of the log in bytes."""

    floor_ms: float
    password_ms: float
    mails: float
    sync_ms: float
    line: float


def percentile(values, share: float) -> float:
    """The value that ``share`` per cent of ``values``, sorted, are not above."""
    return values[min(len(values) - 1, max(0, -(-len(values) * share // 100) - 1).__int__())]


def kinds_of(requests, began: float, ended: float) -> dict[str, Kind]:
    """By kind, of those requests that were due from ``began`` to ``ended``: (kind, due, sent, ended, status)."""
    found = {}
    for kind, due, _, answered, status in requests:
        if began <= due < ended and status:
            found.setdefault(kind, []).append((answered - due) * 1000)
    return {
        kind: Kind(len(each), *(percentile(sorted(each), share) for share in PERCENTILES))
        for kind, each in sorted(found.items(), key=lambda pair: -len(pair[1]))
    }


def answers_of(requests) -> tuple[int, int]:
    """How many requests failed (5xx, or no answer at all), and how many were refused (4xx)."""
    statuses = Counter(status // 100 for *_, status in requests)
    return statuses[5] + statuses[0], statuses[4]


def late_of(behind) -> float:
    """The 95th percentile of milliseconds by which people came too late, because those who come had no core either."""
    return percentile(sorted(behind), 95) if behind else 0.0


def growth_table(stretches, floor_ms: float) -> list[str]:
    """What each number of processes carries."""
    lines = [
        "| processes × threads | PDFs rendered meanwhile | people a second | requests a second | save one answer: p50, p95, p99 "
        "| p95 ÷ F | both cores | server, PostgreSQL, worker, load, others | 5xx or none, 4xx | oldest task |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in stretches:
        save = each.kinds.get(SAVE)
        times = ", ".join(f"{value:.1f}" for value in (save.p50, save.p95, save.p99)) + " ms" if save else "none"
        ratio = f"{save.p95 / floor_ms:.1f}" if save else "–"
        shares = ", ".join(f"{each.shares.get(part, 0):.0%}" for part in PARTS)
        lines.append(
            f"| {each.processes} × {each.threads} | {each.made[0] if each.renders else 'none'} | {each.rate:.2f} "
            f"| {each.a_second:.0f} | {times} | {ratio} | {each.shares['all']:.0%} | {shares} | {each.failed}, {each.refused} "
            f"| {each.lag[0]:.0f} s of {each.lag[1]} |"
        )
    return lines


def kinds_table(stretch: Stretch) -> list[str]:
    """How long each kind of request took."""
    lines = ["| request | a second | p50 | p95 | p99 |", "| --- | --- | --- | --- | --- |"]
    for name, kind in stretch.kinds.items():
        lines.append(
            f"| {name} | {kind.count / stretch.seconds:.1f} | {kind.p50:.1f} ms | {kind.p95:.1f} ms | {kind.p99:.1f} ms |"
        )
    return lines


def best(stretches) -> Stretch:
    """The stretch without PDFs in which saving took least, at the 95th percentile."""
    without = [each for each in stretches if not each.renders]
    return min(without, key=lambda each: each.kinds[SAVE].p95 if SAVE in each.kinds else float("inf"))


def slowed(without: Stretch, beside: Stretch) -> tuple[float, float]:
    """How many times as long a save takes beside PDFs: at p50, at p95. Not a number where nobody saved."""
    one, other = without.kinds.get(SAVE), beside.kinds.get(SAVE)
    if not (one and other):
        return float("nan"), float("nan")
    return other.p50 / one.p50, other.p95 / one.p95


def goals(stretches, floor_ms: float) -> list[str]:
    """Each goal, what was seen, and whether it is met: of the best number of processes."""
    failed = sum(each.failed for each in stretches)
    refused = sum(each.refused for each in stretches)
    lines = [
        "| goal | seen | met |",
        "| --- | --- | --- |",
        f"| no answer of 5xx, none missing, none refused | {failed} and {refused} | {_said(not failed and not refused)} |",
    ]
    pairs = [(one, two) for one, two in _pairs(stretches) if SAVE in one.kinds and SAVE in two.kinds]
    if not pairs:
        return lines
    chosen = best(one for one, _ in pairs)
    without, beside = next(pair for pair in pairs if pair[0] is chosen)
    p95, busy = without.kinds[SAVE].p95, without.shares["all"]
    at_half, at_most = slowed(without, beside)
    return [
        *lines,
        f"| both cores at about 80 %: p95 of saving an answer below {SAVE_MOST} F, {SAVE_MOST * floor_ms:.1f} ms "
        f"| {p95:.1f} ms, {p95 / floor_ms:.1f} F, at {busy:.0%} with {without.processes} × {without.threads} "
        f"| {_said(p95 < SAVE_MOST * floor_ms)} |",
        f"| PDFs rendered without a break slow saving by at most {SLOWED_MOST} | {at_half:.2f} at p50, {at_most:.2f} at p95 "
        f"| {_said(max(at_half, at_most) <= SLOWED_MOST)} |",
    ]


def _pairs(stretches):
    """Each stretch without PDFs with the one beside them."""
    for one in stretches:
        if not one.renders:
            same = (one.processes, one.threads, one.rate)
            for other in stretches:
                if other.renders and (other.processes, other.threads, other.rate) == same:
                    yield one, other


def _said(met):
    return "yes" if met else "**no**"


def report(stretches, costs: Costs, head: str) -> list[str]:
    """What was seen, ready for docs/verification.md."""
    main = best(stretches)
    sign_ins = main.kinds["sign in"].count / main.seconds if "sign in" in main.kinds else 0.0
    lines = [
        head,
        "",
        *goals(stretches, costs.floor_ms),
        "",
        *growth_table(stretches, costs.floor_ms),
        "",
        f"Each kind of request with {main.processes} × {main.threads}, without rendering:",
        "",
        *kinds_table(main),
        "",
        f"A password takes {costs.password_ms:.0f} ms of CPU, as much as {costs.password_ms / costs.floor_ms:.0f} F: "
        f"{sign_ins:.2f} sign-ins a second took {sign_ins * costs.password_ms / 1000:.2f} of a core, which single sign-on saves.",
        f"The worker alone sent {costs.mails:.0f} e-mails a second. The load itself was behind by {main.late:.1f} ms "
        "(95th percentile).",
        f"The disk has 8 KB for good in {costs.sync_ms:.2f} ms. A line of the log is {costs.line:.0f} bytes long.",
    ]
    missing = Counter()
    for each in stretches:
        missing.update(each.missing)
        if each.wrong:
            lines.append(f"{each.processes} × {each.threads}, {each.name}: {each.wrong}.")
        if each.asked:
            lines.append(f"At most, with {each.processes} × {each.threads}: {each.asked:.0f} requests a second.")
    others = max(each.shares["others"] for each in stretches)
    if others > QUIET:
        lines.append(f"Not a quiet machine: up to {others:.0%} of both cores went to other processes.")
    if missing:
        lines.append(f"Pieces for which nobody was there: {dict(missing)}.")
    return lines
