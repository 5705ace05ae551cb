"""What the rating page's form makes of what was typed. No database: areas and answers are made here."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from assessments.answers import NOT_RELEVANT, Answered, Change, Conflict
from assessments.forms import RatingForm
from assessments.forms.rating import drawn
from assessments.models import Rating

UNTOUCHED = drawn(Answered(), 0)
JOINED = SimpleNamespace(pk=7, code="B4.2", choices=(0, 1, 3))
PLAIN = SimpleNamespace(pk=8, code="B4.3", choices=(0, 1, 2, 3))
AREA = SimpleNamespace(code="B4", statements=(JOINED, PLAIN))


def posted(**fields):
    """The form as posted; `level_7="2"` stands for the field level-7."""
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data[name.replace("_", "-")] = value
    return RatingForm(AREA, {}, data)


def typed(form):
    return {change.statement_id: change.answer for change in form.changes}


@pytest.mark.parametrize(
    ("choice", "answer"),
    [
        ("0", Answered(0)),
        ("1", Answered(1)),
        ("3", Answered(3)),
        ("", Answered()),
    ],
)
def test_a_choice_is_an_answer(choice, answer):
    form = posted(drawn_8=UNTOUCHED, level_8=choice)
    assert typed(form) == {8: answer}
    assert not form.problems
    assert form.summary == []


@pytest.mark.parametrize(
    "choice", ["4", "-1", "1.0", "01", "x", "None", "True", "²", "٢", " 1", "1\0", NOT_RELEVANT + "!"]
)
def test_an_answer_that_is_not_offered_is_a_problem_at_the_field(choice):
    form = posted(drawn_8=UNTOUCHED, level_8=choice, note_8="Kept")
    assert form.changes == []
    assert form.summary == [{"text": "Choose one of the answers shown for B4.3", "href": "#level-8"}]
    assert form.rows[0].note == "Kept"


def test_a_joined_cell_is_answered_with_its_highest_level():
    assert typed(posted(drawn_7=UNTOUCHED, level_7="3")) == {7: Answered(3)}
    assert posted(drawn_7=UNTOUCHED, level_7="2").summary == [
        {"text": "Choose one of the answers shown for B4.2", "href": "#level-7"}
    ]


def test_not_relevant_needs_a_reason():
    form = posted(drawn_8=UNTOUCHED, level_8=NOT_RELEVANT, reason_8="  ")
    assert form.changes == []
    assert form.summary == [{"text": "Say why B4.3 is not relevant to your role", "href": "#reason-8"}]
    form = posted(drawn_8=UNTOUCHED, level_8=NOT_RELEVANT, reason_8=" Another team does it. ")
    assert typed(form) == {8: Answered(not_relevant=True, reason="Another team does it.")}


def test_a_reason_beside_a_level_is_dropped():
    assert typed(posted(drawn_8=UNTOUCHED, level_8="1", reason_8="Typed before")) == {8: Answered(1)}


def test_a_problem_in_one_statement_leaves_the_others():
    form = posted(drawn_7=UNTOUCHED, level_7="3", drawn_8=UNTOUCHED, level_8="9")
    assert typed(form) == {7: Answered(3)}
    assert form.problems


@pytest.mark.parametrize(
    ("length", "problem"),
    [(0, ""), (2000, ""), (2001, "Your note on B4.3 must be 2,000 characters or fewer. It has 2,001.")],
)
def test_a_note_may_have_2000_characters(length, problem):
    form = posted(drawn_8=UNTOUCHED, level_8="1", note_8="ŵ" * length)
    assert form.rows[0].problems == ({"note": problem} if problem else {})
    assert len(form.changes) == (not problem)


def test_line_breaks_count_once_and_white_space_around_a_note_not_at_all():
    line = "x" * 99
    form = posted(drawn_8=UNTOUCHED, note_8="\r\n  " + f"{line}\r\n" * 20)
    assert typed(form)[8].note == f"{line}\n" * 19 + line
    assert len(f"{line}\n" * 20) == Rating.NOTE_LIMIT
    assert typed(posted(drawn_8=UNTOUCHED, note_8="one\rtwo"))[8].note == "one\ntwo"


@pytest.mark.parametrize("character", ["\0", "\ud800"])
@pytest.mark.parametrize("name", ["note", "reason"])
def test_characters_that_cannot_be_kept_are_a_problem_at_the_field(character, name):
    form = posted(drawn_8=UNTOUCHED, level_8=NOT_RELEVANT, **{"reason_8": "Because", f"{name}_8": f"a{character}b"})
    assert form.changes == []
    (problem,) = form.summary
    assert problem["href"] == f"#{name}-8"
    assert "holds a character that cannot be kept" in problem["text"]


def test_a_reason_may_have_500_characters():
    form = posted(drawn_8=UNTOUCHED, level_8=NOT_RELEVANT, reason_8="x" * 501)
    assert form.summary == [
        {"text": "Your reason for B4.3 must be 500 characters or fewer. It has 501.", "href": "#reason-8"}
    ]
    assert posted(drawn_8=UNTOUCHED, level_8=NOT_RELEVANT, reason_8="x" * 500).changes


@pytest.mark.parametrize(
    "name", ["level-9", "note-9", "reason-9", "drawn-9", "discard-9", "level-x", "level-", "level"]
)
def test_a_statement_that_the_area_does_not_have_is_refused(name):
    with pytest.raises(SuspiciousOperation):
        RatingForm(AREA, {}, QueryDict(f"drawn-8={UNTOUCHED}&level-8=1&{name}=1"))


def test_fields_of_others_are_of_no_interest():
    form = RatingForm(AREA, {}, QueryDict(f"csrfmiddlewaretoken=x&held_post=y&drawn-8={UNTOUCHED}&level-8=1"))
    assert typed(form) == {8: Answered(1)}


def test_a_statement_that_was_not_on_the_page_is_left_alone():
    assert posted(level_8="1", note_8="No trace of a page").changes == []


@pytest.mark.parametrize(
    ("value", "revision", "mark"),
    [
        ("3.0123456789ab", 3, "0123456789ab"),
        ("0.x", 0, "x"),
        ("", 0, ""),
        ("x.y", 0, "y"),
        ("-1.y", 0, "y"),
        ("9999999999.y", 0, "y"),
        ("²", 0, ""),
        ("1" * 10_000, 0, ""),
    ],
)
def test_what_the_page_was_drawn_with_is_read_or_counts_as_nothing(value, revision, mark):
    assert posted(drawn_8=value, level_8="1").changes == [Change(8, Answered(1), revision, mark)]


def test_of_a_field_that_comes_twice_the_last_counts():
    form = RatingForm(AREA, {}, QueryDict(f"drawn-8={UNTOUCHED}&level-8=1&level-8=3"))
    assert typed(form) == {8: Answered(3)}


def test_drawn_rows_show_what_is_saved():
    saved = Answered(not_relevant=True, reason="Another team", note="See the file")
    form = RatingForm(AREA, {8: (saved, 4)})
    joined, plain = form.rows
    assert (joined.choice, joined.note, joined.drawn, joined.is_answered) == ("", "", UNTOUCHED, False)
    assert (plain.choice, plain.reason, plain.note) == (NOT_RELEVANT, "Another team", "See the file")
    assert plain.drawn == f"4.{saved.mark()}"
    assert plain.is_answered


def test_an_answer_sent_as_it_was_drawn_was_not_typed():
    saved = Answered(2, note="Line one\nline two")
    form = RatingForm(
        AREA,
        {},
        QueryDict.fromkeys([], mutable=True)
        | {"drawn-8": drawn(saved, 4), "level-8": "2", "note-8": "Line one\r\nline two"},
    )
    (change,) = form.changes
    assert not change.is_typed


def test_a_discarded_row_is_not_saved():
    assert posted(drawn_8=UNTOUCHED, level_8="1", discard_8="1").changes == []


def test_redrawing_shows_what_stands_and_keeps_what_is_open():
    saved_elsewhere = Answered(1, note="From the other window")
    conflict = Conflict(7, Answered(3), saved_elsewhere, 5, None)
    form = posted(drawn_7=UNTOUCHED, level_7="3", drawn_8=UNTOUCHED, level_8="9", note_8="Typed")
    form.redraw({7: (saved_elsewhere, 5), 8: (Answered(2), 6)}, [conflict])
    joined, plain = form.rows
    assert (joined.choice, joined.conflict, joined.drawn) == ("3", conflict, drawn(saved_elsewhere, 5))
    assert (plain.choice, plain.note, plain.drawn) == ("9", "Typed", UNTOUCHED)
    assert [line["href"] for line in form.summary] == ["#discard-7", "#level-8"]


def test_redrawing_a_row_that_was_saved_remembers_what_was_saved():
    form = posted(drawn_7=UNTOUCHED, level_7="3", drawn_8=UNTOUCHED, level_8="9")
    form.redraw({7: (Answered(3), 1)}, [])
    assert form.rows[0].drawn == drawn(Answered(3), 1)


def test_redrawing_a_row_that_was_discarded_shows_the_saved_answer():
    form = posted(drawn_7=UNTOUCHED, level_7="3", discard_7="1", drawn_8=UNTOUCHED, level_8="9")
    form.redraw({7: (Answered(1), 2)}, [])
    assert (form.rows[0].choice, form.rows[0].drawn) == ("1", drawn(Answered(1), 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Answered(1), Answered(2)),
        (Answered(0), Answered()),
        (Answered(1), Answered(1, note="x")),
        (Answered(not_relevant=True, reason="x"), Answered(not_relevant=True, note="x")),
        (Answered(1, note="a\0b"), Answered(1, note="ab")),
    ],
)
def test_different_answers_have_different_marks(one, other):
    assert one.mark() != other.mark()
    assert len(one.mark()) == len(other.mark()) == 12
