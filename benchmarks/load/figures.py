"""Pure: what was seen of a stretch of that Monday, and the tables that say it in Markdown."""

from collections import Counter
from dataclasses import dataclass, field

SAVE = "save one answer"
# What the worker does meanwhile: make the PDFs of what people share, as in production; all that but drawing; draw without a break.
# And pages alone, at a rate at which they keep the cores as busy.
AS_IT_COMES, UNDRAWN, WITHOUT_A_BREAK, ALONE = "as they come", "not drawn", "without a break", "not drawn, more people"
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
    """A stretch of the load. ``name`` is how PDFs are made meanwhile; ``rate`` is people a second; ``shares`` are of all cores;
    ``lag`` is how many seconds the oldest task that could be done had waited, at most, and how many waited then; ``late`` is by
    how much the load itself was behind (``late_of``)."""

    name: str
    processes: int
    threads: int
    rate: float
    seconds: float
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
        "| processes × threads | PDFs, made meanwhile | people a second | requests a second | save one answer: p50, p95, p99 "
        "| p95 ÷ F | both cores | server, PostgreSQL, worker, load, others | 5xx or none, 4xx | oldest task |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in stretches:
        save = each.kinds.get(SAVE)
        times = ", ".join(f"{value:.1f}" for value in (save.p50, save.p95, save.p99)) + " ms" if save else "none"
        ratio = f"{save.p95 / floor_ms:.1f}" if save else "–"
        shares = ", ".join(f"{each.shares.get(part, 0):.0%}" for part in PARTS)
        lines.append(
            f"| {each.processes} × {each.threads} | {_made(each)} | {each.rate:.2f} "
            f"| {each.a_second:.0f} | {times} | {ratio} | {each.shares['all']:.0%} | {shares} | {each.failed}, {each.refused} "
            f"| {each.lag[0]:.0f} s of {each.lag[1]} |"
        )
    return lines


def _made(stretch):
    return stretch.name if stretch.name in (UNDRAWN, ALONE) else f"{stretch.name}, {stretch.made[0]}"


def kinds_table(stretch: Stretch) -> list[str]:
    """How long each kind of request took."""
    lines = ["| request | a second | p50 | p95 | p99 |", "| --- | --- | --- | --- | --- |"]
    for name, kind in stretch.kinds.items():
        lines.append(
            f"| {name} | {kind.count / stretch.seconds:.1f} | {kind.p50:.1f} ms | {kind.p95:.1f} ms | {kind.p99:.1f} ms |"
        )
    return lines


def main_of(stretches) -> Stretch:
    """The stretch that goals are about: everything as it comes, with the processes that set the rate."""
    (processes,) = {each.processes for each in stretches if each.name == UNDRAWN} or {stretches[0].processes}
    return next(each for each in stretches if each.processes == processes and each.name == AS_IT_COMES)


def slowed(stretches) -> tuple[float, float] | None:
    """How many times as long a save takes beside PDFs drawn without a break: at p50, at p95. None where nobody saved."""
    kinds = {each.name: each.kinds for each in stretches if each.name in (UNDRAWN, WITHOUT_A_BREAK)}
    if len(kinds) < 2 or not all(SAVE in each for each in kinds.values()):
        return None
    one, other = kinds[UNDRAWN][SAVE], kinds[WITHOUT_A_BREAK][SAVE]
    return other.p50 / one.p50, other.p95 / one.p95


def goals(stretches, floor_ms: float) -> list[str]:
    """Each goal, what was seen, and whether it is met."""
    failed = sum(each.failed for each in stretches)
    refused = sum(each.refused for each in stretches)
    lines = [
        "| goal | seen | met |",
        "| --- | --- | --- |",
        f"| no answer of 5xx, none missing, none refused | {failed} and {refused} | {_said(not failed and not refused)} |",
    ]
    main = main_of(stretches)
    if SAVE in main.kinds:
        p95, busy = main.kinds[SAVE].p95, main.shares["all"]
        lines.append(
            f"| both cores at about 80 %: p95 of saving an answer below {SAVE_MOST} F, {SAVE_MOST * floor_ms:.1f} ms "
            f"| {p95:.1f} ms, {p95 / floor_ms:.1f} F, at {busy:.0%} with {main.processes} × {main.threads} "
            f"| {_said(p95 < SAVE_MOST * floor_ms)} |"
        )
    if times := slowed(stretches):
        lines.append(
            f"| PDFs drawn without a break slow saving by at most {SLOWED_MOST} "
            f"| {times[0]:.2f} at p50, {times[1]:.2f} at p95 | {_said(max(times) <= SLOWED_MOST)} |"
        )
    return lines


def _said(met):
    return "yes" if met else "**no**"


def report(stretches, costs: Costs, head: str) -> list[str]:
    """What was seen, ready for docs/verification.md."""
    main = main_of(stretches)
    sign_ins = main.kinds["sign in"].count / main.seconds if "sign in" in main.kinds else 0.0
    lines = [
        head,
        "",
        *goals(stretches, costs.floor_ms),
        "",
        *growth_table(stretches, costs.floor_ms),
        "",
        f"Each kind of request with {main.processes} × {main.threads}, PDFs as they come:",
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
