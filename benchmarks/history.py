"""What was measured when: a line for each case of each whole run, in ``docs/bench-history.csv``, and two runs beside each other.

``script/bench --record`` adds the lines of its run; ``script/bench --compare`` prints the newest run against those before. Runs
stand in the order of their time, the cases of a run in that of the alphabet.
"""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs" / "bench-history.csv"

# What two runs of the same code may differ by. A ratio: as far as the floor itself may move within a measurement that counts
# (``measure.STEADY``). The size of a page: its tokens and dates compress differently each time. The number of queries never moves.
NOISE = 0.15
NOISE_OF_BYTES = 0.01


@dataclass(frozen=True, slots=True)
class Line:
    """What was seen of one case in one run.

    run      when it began, as "2026-11-23 07:10" in UTC
    machine  its size; ``load`` how many processes wanted a core when it began
    ratio    CPU as a multiple of ``unit``: F, unless the goal is in something else
    bytes    of gzipped HTML, or of a file as it is sent
    met      "yes", "no", or "" where there is no goal
    """

    run: str
    commit: str
    machine: str
    load: str
    case: str
    ratio: str
    unit: str
    queries: str
    bytes: str
    goal: str
    met: str


HEADINGS = [each.name for each in fields(Line)]


def line_of(figures, *, run, commit, machine, load) -> Line:
    """The line of a case's ``measure.Figures``."""
    is_size = figures.goal_in.endswith("bytes")
    return Line(
        run=run,
        commit=commit,
        machine=machine,
        load=f"{load:.1f}",
        case=figures.case,
        ratio="" if is_size else _said(figures.ratio_to_goal_in),
        unit="" if is_size else figures.goal_in,
        queries=_said(figures.queries),
        bytes=_said(figures.ratio_to_goal_in if is_size else figures.bytes),
        goal=_said(figures.goal),
        met={True: "yes", False: "no", None: ""}[figures.met],
    )


def _said(value):
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def read(path=FILE) -> list[Line]:
    """Every line of the history; none where there is no file yet. Raises ``ValueError`` where its columns are others."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != HEADINGS:
            raise ValueError(f"{path.name} has the columns {rows.fieldnames}, not {HEADINGS}")
        return [Line(**row) for row in rows]


def add(lines, path=FILE) -> None:
    """Write the history anew with ``lines`` in it; lines of the same run and case are replaced."""
    known = {(each.run, each.case): each for each in (*read(path), *lines)}
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, HEADINGS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(asdict(known[key]) for key in sorted(known))


def compare(lines) -> list[str]:
    """Each case of the newest run beside what was seen of it the time before; what got worse by more than the noise is marked.

    A run of few cases, such as that among 500,000 people, is so compared with the last that had them.
    """
    newest = max((each.run for each in lines), default="")
    now = {each.case: each for each in lines if each.run == newest}
    before = {each.case: each for each in sorted(lines, key=lambda line: line.run) if each.run != newest}
    if not before.keys() & now.keys():
        return ["There are no two runs to compare. script/bench --record adds one."]
    compared = {before[case].run: before[case] for case in sorted(now) if case in before}
    said = [*(_heading("before", compared[run]) for run in sorted(compared)), _heading("now", now[min(now)]), ""]
    worse = 0
    for case in sorted(now):
        if case not in before:
            said.append(f"{case:<40} new")
            continue
        changes = _changes(before[case], now[case])
        marks = [mark for _, mark in changes if mark]
        worse += "WORSE" in marks
        mark = "WORSE" if "WORSE" in marks else "better" if marks else ""
        said.append(f"{case:<40} {'; '.join(text for text, _ in changes):<60} {mark}".rstrip())
    noise = f"Noise: a ratio up to {NOISE:.0%}, bytes up to {NOISE_OF_BYTES:.0%}, queries none."
    return [*said, "", f"{worse} of {len(now)} got worse by more than the noise. {noise}"]


def _heading(name, line):
    return f"{name:<7} {line.run}  {line.commit}  {line.machine}, load {line.load}"


def _changes(before, now):
    """What changed of a case: (in words, "WORSE" or "better" or "") for each of its figures."""
    found = []
    for name, noise in (("ratio", NOISE), ("queries", 0), ("bytes", NOISE_OF_BYTES)):
        old, new = getattr(before, name), getattr(now, name)
        if not (old and new) or before.unit != now.unit:
            continue
        unit = {"ratio": f" {now.unit}", "queries": " queries", "bytes": " bytes"}[name]
        grown = float(new) / float(old) - 1 if float(old) else 0.0
        mark = "WORSE" if grown > noise else "better" if grown < -noise else ""
        found.append((f"{old} -> {new}{unit}", mark))
    if before.met == "yes" and now.met == "no":
        found.append(("goal missed", ""))
    return found


if __name__ == "__main__":
    print("\n".join(compare(read())))
