"""The history of what was measured: what it keeps, and what it says got worse."""

from dataclasses import replace

import pytest

from benchmarks.history import HEADINGS, Line, add, compare, line_of, read
from benchmarks.measure import Figures

ABOUT = {"run": "2026-11-23 07:10", "commit": "abc", "machine": "2 cores, 24 GiB", "load": 0.34}
SEEN = Figures(
    "rating page",
    2.91,
    6,
    5505,
    4,
    True,
    ratio_to_goal_in=2.91,
    queries_most=8,
    queries_with={"1 answer": 6},
    bytes=5505,
)
LINE = line_of(SEEN, **ABOUT)
LATER = replace(LINE, run="2026-11-24 07:10", commit="def")


def test_a_line_says_what_was_seen_of_a_case():
    assert (
        Line("2026-11-23 07:10", "abc", "2 cores, 24 GiB", "0.3", "rating page", "2.91", "F", "6", "5505", "4", "yes")
        == LINE
    )


def test_a_ratio_is_that_of_the_goal():
    pdf = replace(SEEN, case="PDF", ratio_to_f=352.0, ratio_to_goal_in=62.1, goal_in="one-line PDF", goal=75, met=None)
    line = line_of(pdf, **ABOUT)
    assert (line.ratio, line.unit, line.goal, line.met) == ("62.1", "one-line PDF", "75", "")


def test_a_size_has_bytes_and_no_ratio():
    assets = Figures("CSS and JS", None, None, None, 30720, False, goal_in="gzipped bytes", ratio_to_goal_in=31000)
    line = line_of(assets, **ABOUT)
    assert (line.ratio, line.unit, line.queries, line.bytes, line.goal, line.met) == (
        "",
        "",
        "",
        "31000",
        "30720",
        "no",
    )


def test_runs_stand_in_the_order_of_their_time_and_cases_in_that_of_the_alphabet(tmp_path):
    path = tmp_path / "history.csv"
    assert read(path) == []
    dashboard = replace(LINE, case="dashboard")
    add([LATER], path)
    add([LINE, dashboard], path)
    assert read(path) == [dashboard, LINE, LATER]
    assert path.read_text("utf-8").splitlines()[0] == ",".join(HEADINGS)


def test_the_same_run_is_written_once(tmp_path):
    path = tmp_path / "history.csv"
    add([LINE], path)
    add([replace(LINE, ratio="3.00")], path)
    assert [each.ratio for each in read(path)] == ["3.00"]


def test_a_history_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("run,case\n", "utf-8")
    with pytest.raises(ValueError, match="has the columns"):
        read(path)


@pytest.mark.parametrize("lines", [[], [LINE], [LINE, replace(LATER, case="another")]])
def test_what_was_seen_once_is_compared_with_nothing(lines):
    assert compare(lines) == ["There are no two runs to compare. script/bench --record adds one."]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"ratio": "3.34"}, "2.91 -> 3.34 F; 6 -> 6 queries; 5505 -> 5505 bytes"),
        ({"ratio": "3.35"}, "2.91 -> 3.35 F; 6 -> 6 queries; 5505 -> 5505 bytes WORSE"),
        ({"ratio": "2.4"}, "2.91 -> 2.4 F; 6 -> 6 queries; 5505 -> 5505 bytes better"),
        ({"queries": "7"}, "2.91 -> 2.91 F; 6 -> 7 queries; 5505 -> 5505 bytes WORSE"),
        ({"bytes": "5560"}, "2.91 -> 2.91 F; 6 -> 6 queries; 5505 -> 5560 bytes"),
        ({"bytes": "5570"}, "2.91 -> 2.91 F; 6 -> 6 queries; 5505 -> 5570 bytes WORSE"),
        ({"met": "no"}, "2.91 -> 2.91 F; 6 -> 6 queries; 5505 -> 5505 bytes; goal missed"),
        ({"ratio": "", "queries": "", "bytes": ""}, ""),
    ],
)
def test_what_got_worse_by_more_than_the_noise_is_marked(now, said):
    row = compare([LINE, replace(LATER, **now)])[3]
    assert " ".join(row.split()) == f"rating page {said}".strip()


def test_each_case_is_compared_with_the_last_run_that_had_it():
    older = replace(LINE, run="2026-11-01 07:10", case="among many", ratio="1.00")
    rows = compare(
        [LATER, older, replace(LINE, case="gone"), LINE, replace(LATER, case="new"), replace(LATER, case="among many")]
    )
    assert [" ".join(row.split()) for row in rows] == [
        "before 2026-11-01 07:10 abc 2 cores, 24 GiB, load 0.3",
        "before 2026-11-23 07:10 abc 2 cores, 24 GiB, load 0.3",
        "now 2026-11-24 07:10 def 2 cores, 24 GiB, load 0.3",
        "",
        "among many 1.00 -> 2.91 F; 6 -> 6 queries; 5505 -> 5505 bytes WORSE",
        "new new",
        "rating page 2.91 -> 2.91 F; 6 -> 6 queries; 5505 -> 5505 bytes",
        "",
        "1 of 3 got worse by more than the noise. Noise: a ratio up to 15%, bytes up to 1%, queries none.",
    ]


def test_figures_in_another_unit_are_not_compared():
    rows = compare([LINE, replace(LATER, unit="one-line PDF", ratio="60")])
    assert rows[3].split() == ["rating", "page"]
