"""What a gap report says, and what it costs to say it."""

from dataclasses import FrozenInstanceError, replace

import pytest

from assessments import actions, scoring
from assessments.answers import Answered
from assessments.reports import sentences as report_words
from assessments.reports.files import digest, in_tables
from assessments.reports.making import leads_to_a_website, make_report
from standards.actions import touch_version
from standards.models import Statement
from tests.assessments.rounds import (
    EXPERT,
    FOUNDATION,
    PRACTITIONER,
    answer,
    answer_all,
    as_read,
    make_half_way,
    make_round,
    make_typical,
    report_of,
    source_of,
)
from tests.factories import make_evidence, rate

NAMES = {0: "Not yet at Foundation", 1: "Foundation", 2: "Practitioner", 3: "Expert"}.__getitem__


def score_area(answers, rank_needed=PRACTITIONER):
    """Score one area from answers in short: a digit is a rank, "." unanswered, "-" not relevant."""
    made = tuple(
        scoring.Answer(f"B4.{number}", int(mark) if mark.isdecimal() else None, mark != "-")
        for number, mark in enumerate(answers.split(), start=1)
    )
    return scoring.score([scoring.AreaAnswers("B4", rank_needed, made)], (1, 2, 3))


# The sentences


@pytest.mark.parametrize(
    ("answers", "rank_needed", "sentence", "codes"),
    [
        (
            "2 2 2 1 2 1 2 2 2",
            2,
            "Practitioner in 7 of 9; two statements hold this area at Foundation",
            ("B4.4", "B4.6"),
        ),
        ("3 2 2 1", 2, "Practitioner or above in 3 of 4; one statement holds this area at Foundation", ("B4.4",)),
        ("2 2 0", 2, "Foundation or above in 2 of 3; one statement is not yet at Foundation", ("B4.3",)),
        ("1 1 0 0", 1, "Foundation in 2 of 4; two statements are not yet at Foundation", ("B4.3", "B4.4")),
        ("1 1 1", 2, "All three statements are at Foundation", ()),
        ("1", 2, "Its one statement is at Foundation", ()),
        ("0 0", 2, "Neither of its two statements is at Foundation yet", ()),
        ("1 1", 2, "Both statements are at Foundation", ()),
        ("0 0 0", 2, "None of its three statements is at Foundation yet", ()),
        ("0", 2, "Its one statement is not yet at Foundation", ()),
        ("2 2 2", 2, "Practitioner in all three statements", ()),
        ("2 3 2", 2, "Practitioner or above in all three statements; Expert in 1 of 3", ()),
        ("1 2 3", 1, "Foundation or above in all three statements; Practitioner or above in 2 of 3", ()),
        ("3", 2, "Expert in its one statement", ()),
        ("3 . 2 . . . .", 2, "2 of 7 answered: no level yet", ()),
        ("2 2", None, "Not in the role", ()),
        ("- -", 2, "Every statement is marked as not relevant, so the area is not in the role", ()),
    ],
)
def test_explanation(answers, rank_needed, sentence, codes):
    assert report_words.explanation(score_area(answers, rank_needed).areas[0], NAMES) == (sentence, codes)


@pytest.mark.parametrize(
    ("answers", "rank_needed", "words"),
    [
        ("1", 2, "One level to Practitioner"),
        ("0", 2, "Two levels to Practitioner"),
        ("2", 2, "None: at target"),
        ("3", 2, "None: above target"),
        (".", 2, "Not known yet"),
        ("2", None, "None"),
    ],
)
def test_gap_words(answers, rank_needed, words):
    assert report_words.gap_words(score_area(answers, rank_needed).areas[0], NAMES) == words


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ("2 1", "One level below target; it alone holds B4 at Foundation"),
        ("1 1 2", "One level below target; one of two that hold B4 at Foundation"),
        ("0 2", "Two levels below target; it alone keeps B4 below Foundation"),
        ("0 0", "Two levels below target; one of two that keep B4 below Foundation"),
        ("1 .", "One level below target"),
    ],
)
def test_why_a_gap_stands_where_it_does(answers, why):
    score = score_area(answers)
    assert report_words.why_here(score.gaps[0], score.areas[0], NAMES) == why


def score_areas(*areas):
    made = [score_area(answers).areas[0] for answers in areas]
    renamed = [
        scoring.AreaAnswers(
            f"A{number}",
            2,
            tuple(scoring.Answer(f"A{number}.{s.code[3:]}", s.rank, s.in_scope) for s in area.statements),
        )
        for number, area in enumerate(made, start=1)
    ]
    return scoring.score(renamed, (1, 2, 3))


@pytest.mark.parametrize(
    ("areas", "summary"),
    [
        (
            ("2", "2", "1 1", "1"),
            "You are at your target in two areas. Three statements stand between you and your targets in the other two.",
        ),
        (
            ("2", "1"),
            "You are at your target in one area. One statement stands between you and your target in the other area.",
        ),
        (
            ("1", "1"),
            "You are not at your target in any of your areas yet. Two statements stand between you and your targets.",
        ),
        (("1",), "You are not at your target in your one area yet. One statement stands between you and your target."),
        (("2", "3"), "You are at or above your target in both areas."),
        (("2",), "You are at or above your target in your one area."),
        (("2 .", "2"), "2 of the 3 statements that count are answered. One of your two areas has a level so far."),
        (
            ("1 .",),
            "1 of the 2 statements that count are answered. No area has a level yet. One answered statement is below target.",
        ),
        (
            (".", ". ."),
            "None of your three statements is answered yet. Levels, gaps and strengths appear here as you answer.",
        ),
        (("-",), "No statement is in your role, so there is nothing to report."),
    ],
)
def test_summary(areas, summary):
    assert report_words.summary(score_areas(*areas)) == summary


@pytest.mark.parametrize(
    ("items", "text"), [(("B1",), "B1"), (("B1", "B2"), "B1 and B2"), (("B1", "B2", "B3"), "B1, B2 and B3")]
)
def test_listed(items, text):
    assert report_words.listed(items) == text


# The report


def test_a_finished_draft(contract_manager):
    report = report_of(make_typical(contract_manager))
    assert (report.name, report.job_title, report.role_profile) == (
        "Nia Penŵydd",
        "Contract Manager",
        "Contract Manager, for a frontline service",
    )
    assert (report.framework, report.number, report.issued) == (
        "Contract Management Professional Standards",
        "2.0",
        "July 2019",
    )
    assert report.levels == ("Foundation", "Practitioner", "Expert")
    assert (report.is_draft, report.is_finished, report.is_agreed) == (True, True, False)
    assert (report.in_scope, report.answered, report.statement_count) == (62, 62, 66)
    assert {area.code: (area.level, area.target, area.gap, area.at_target) for area in report.areas} == {
        "A1": ("Practitioner", "Practitioner", 0, "6 of 6"),
        "A2": ("Foundation", "Practitioner", 1, "6 of 8"),
        "B1": ("Foundation", "Foundation", 0, "8 of 8"),
        "B2": ("Foundation", "Foundation", 0, "6 of 6"),
        "B3": ("Foundation", "Practitioner", 1, "7 of 11"),
        "B4": ("Foundation", "Practitioner", 1, "6 of 7"),
        "B5": ("Practitioner", "Practitioner", 0, "7 of 7"),
        "B6": ("Not yet at Foundation", "Practitioner", 2, "6 of 9"),
    }
    assert [gap.code for gap in report.gaps] == [
        "B6.7",
        "B4.6",
        "A2.3",
        "A2.6",
        "B3.2",
        "B3.5",
        "B3.7",
        "B3.8",
        "B6.4",
        "B6.8",
    ]
    assert [gap.number for gap in report.top_gaps] == [1, 2, 3]
    assert [strength.code for strength in report.strengths] == [
        "A1.3",
        "B1.2",
        "B1.3",
        "B1.4",
        "B1.7",
        "B2.1",
        "B2.2",
        "B2.3",
        "B2.6",
        "B5.3",
    ]
    assert [(step.code, step.level, step.statements) for step in report.next_steps] == [
        ("B6", "Foundation", ("B6.7",)),
        ("A2", "Practitioner", ("A2.3", "A2.6")),
        ("B3", "Practitioner", ("B3.2", "B3.5", "B3.7", "B3.8")),
        ("B4", "Practitioner", ("B4.6",)),
    ]
    assert [(row.level, row.met, row.with_evidence, row.ready) for row in report.readiness] == [
        ("Foundation", 61, 6, False),
        ("Practitioner", 46, 5, False),
        ("Expert", 4, 2, False),
    ]
    assert [(item.code, item.reason) for item in report.left_out] == [
        (code, "Done by the commercial team.") for code in ("B1.9", "B2.7", "B3.6", "B5.6")
    ]
    assert [(item.code, item.target, item.proposed, item.reason) for item in report.target_reasons] == [
        ("B1", "Foundation", "Practitioner", "My post is narrower."),
        ("B2", "Foundation", "Practitioner", "My post is narrower."),
    ]


def test_a_gap_quotes_the_published_words_to_aim_for(contract_manager):
    round_ = make_typical(contract_manager)
    statements = {each.code: each for each in source_of(round_).tree.statements}
    first, second = report_of(round_).gaps[:2]
    asked = statements["B6.7"]
    assert first.now is None
    assert (first.aim.label, first.aim.level) == ("First aim for Foundation", "Foundation")
    assert (first.aim.text, first.aim.html) == (asked.cell(FOUNDATION).text, asked.cell(FOUNDATION).html)
    assert (first.further.label, first.further.text) == (
        "Then Practitioner, your target",
        asked.cell(PRACTITIONER).text,
    )
    assert (second.now.label, second.now.text) == ("You are at Foundation", statements["B4.6"].cell(FOUNDATION).text)
    assert (second.aim.label, second.further) == ("Aim for Practitioner, your target", None)


def test_joined_levels_are_aimed_for_together(contract_manager):
    report = report_of(answer_all(make_round(contract_manager), differing={"B4.2": FOUNDATION}))
    (gap,) = report.gaps
    assert (gap.code, gap.aim.level, gap.aim.label) == (
        "B4.2",
        "Practitioner and Expert",
        "Aim for Practitioner, your target",
    )
    assert report.strengths == ()


def test_notes_and_work_examples_stand_with_their_statements(contract_manager):
    report = report_of(make_typical(contract_manager))
    rows = {row.code: row for area in report.areas for row in area.statements}
    assert rows["A1.3"].note == "Supplier forum and the union meetings."
    assert {code: row.evidence for code, row in rows.items() if row.evidence} == {
        "A1.2": (1,),
        "A1.3": (2,),
        "B3.1": (1,),
        "B3.2": (1,),
        "B5.1": (2,),
        "B5.3": (2,),
    }
    assert [(each.number, each.dated, each.statements) for each in report.evidence] == [
        (1, "30 June 2026", ("A1.2", "B3.1", "B3.2")),
        (2, "12 March 2026", ("A1.3", "B5.1", "B5.3")),
    ]
    assert rows["B1.9"].is_left_out
    assert (rows["B6.7"].level, rows["B6.7"].gap_number) == ("Not yet", 1)


def test_half_way(contract_manager):
    report = report_of(make_half_way(contract_manager))
    assert report.summary == (
        "17 of the 59 statements that count are answered. Two of your seven areas have a level so far. "
        "Three answered statements are below target."
    )
    assert {area.code: (area.level, area.gap_words, area.explanation) for area in report.areas if area.code < "B3"} == {
        "A1": ("Practitioner", "None: at target", "Practitioner in all six statements"),
        "A2": (
            "Foundation",
            "One level to Practitioner",
            "Practitioner in 7 of 8; one statement holds this area at Foundation",
        ),
        "B1": ("Not finished", "Not known yet", "3 of 9 answered: no level yet"),
        "B2": ("Not in the role", "None", "Not in the role"),
    }
    assert [(item.code, item.reason) for item in report.areas_left_out] == [("B2", "My post is narrower.")]
    assert [(item.code, item.target) for item in report.target_reasons] == [("B2", "Not in the role")]
    assert not report.is_finished


def test_nothing_answered(contract_manager):
    report = report_of(make_round(contract_manager))
    assert (report.is_started, report.gaps, report.strengths, report.next_steps) == (False, (), (), ())
    assert {area.level for area in report.areas} == {"Not finished"}


def test_a_note_without_an_answer_is_no_answer(contract_manager):
    report = report_of(answer(make_round(contract_manager), {"A1.1": None}, notes={"A1.1": "Later."}))
    assert (report.is_started, report.areas[0].statements[0].note) == (False, "Later.")


def test_everything_at_target_looks_to_the_next_level(contract_manager):
    report = report_of(answer_all(make_round(contract_manager)))
    assert (report.gaps, report.is_below_target) == ((), False)
    assert next((step.code, step.level) for step in report.next_steps) == ("A1", "Expert")
    assert [row.ready for row in report.readiness] == [True, True, False]


def test_at_the_top_nothing_is_left_to_reach(contract_manager):
    report = report_of(answer_all(make_round(contract_manager), EXPERT))
    assert report.next_steps == ()
    assert [row.ready for row in report.readiness] == [True, True, True]


def test_without_a_role_profile(contract_manager):
    report = report_of(make_round(contract_manager, role_profile=""))
    assert (report.role_profile, report.target_reasons) == ("None of the role profiles", ())


def test_a_closed_round_says_when_and_keeps_its_own_ratings(contract_manager):
    round_ = make_typical(contract_manager)
    actions.close_assessment(assessment=round_, by=round_.owner)
    report = report_of(as_read(round_))
    assert (report.state, report.is_draft, report.is_agreed) == ("Closed", False, False)
    assert report.over_on == report.as_of != ""


def test_a_report_cannot_be_changed(contract_manager):
    report = report_of(make_round(contract_manager))
    with pytest.raises(FrozenInstanceError):
        report.name = "Somebody else"


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://example.gov.uk/records", True),
        ("http://example.gov.uk", True),
        ("ftp://example.gov.uk/records", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("//example.gov.uk", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_websites_are_links(link, leads):
    assert leads_to_a_website(link) is leads


# What it costs


@pytest.mark.parametrize("answers", [{}, {"A1.1": FOUNDATION}, None])
def test_three_queries_however_much_is_answered(contract_manager, django_assert_num_queries, answers):
    round_ = make_round(contract_manager)
    round_ = make_full(round_) if answers is None else answer(round_, answers)
    report_of(round_)
    with django_assert_num_queries(3):
        report_of(round_)


def make_full(round_):
    round_ = answer_all(round_, notes={"A1.1": "x" * 2000})
    make_evidence(round_, statements=("A1.1", "B6.9"))
    make_evidence(round_, statements=())
    return as_read(round_)


# The digest


def rename_owner(round_):
    round_.owner.name = "Nia Newname"
    round_.owner.save()


def edit_topic(round_):
    Statement.objects.filter(code="A1.1").update(topic="Another topic")
    touch_version(version_id=round_.version_id)


CHANGES = {
    "an answer": lambda round_: rate(round_, {"A1.1": EXPERT}),
    "a note": lambda round_: rate(round_, {"A1.2": Answered(PRACTITIONER, note="Another note.")}),
    "a target": lambda round_: actions.set_targets(assessment=round_, targets={"B1": (EXPERT, "Wider.")}),
    "another role": lambda round_: actions.choose_role(assessment=round_, role_profile_id=None),
    "a work example": lambda round_: make_evidence(round_),
    "one less": lambda round_: actions.delete_evidence(assessment=round_, evidence=round_.evidence.first()),
    "closing": lambda round_: actions.close_assessment(assessment=round_, by=round_.owner),
    "the owner's name": rename_owner,
    "a topic": edit_topic,
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with_what_the_report_says(contract_manager, change):
    round_ = make_typical(contract_manager)
    before = digest(as_read(round_), "owner", "1"), source_of(round_)
    CHANGES[change](round_)
    after = digest(as_read(round_), "owner", "1"), source_of(as_read(round_))
    assert (after[0] != before[0], after[1] != before[1]) == (True, True)


def test_the_digest_stays_while_nothing_changes(contract_manager, django_assert_num_queries):
    round_ = make_typical(contract_manager)
    again = as_read(round_)
    with django_assert_num_queries(0):
        assert digest(round_, "owner", "1") == digest(again, "owner", "1") != digest(round_, "owner", "2")


def test_a_report_is_made_from_its_source_alone(contract_manager, django_assert_num_queries):
    source = source_of(make_typical(contract_manager))
    with django_assert_num_queries(0):
        assert make_report(source) == make_report(source)


# Tables that fit on a page


@pytest.mark.parametrize(
    ("lengths", "tables"),
    [([], []), ([0] * 12, [12]), ([2000] * 3, [1, 1, 1]), ([0, 2000, 0, 0], [4]), ([0] * 40, [28, 12])],
)
def test_rows_are_cut_into_tables_that_fit_on_a_page(contract_manager, lengths, tables):
    row = report_of(make_round(contract_manager)).areas[0].statements[0]
    rows = [replace(row, note="x" * length) for length in lengths]
    cut = in_tables(rows, "note", across=48)
    assert [len(table) for table in cut] == tables
    assert [each for table in cut for each in table] == rows
