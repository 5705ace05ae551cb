"""Cover in a team, and what it needs, as its line manager sets it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Reading
from insights.actions.cover import set_needed_cover
from insights.models import NeededCover
from standards.models import Framework
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import make_assessment, make_line, make_user, rate, rate_all, share

pytestmark = pytest.mark.django_db

COVER = reverse("cover-edit")


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com")


def member(manager, name, *, area="", rank=2, rates_first=False):
    """Somebody at Practitioner, at ``rank`` in every statement of ``area``."""
    person = make_user(name=name)
    make_line(person, manager)
    assessment = make_assessment(person)
    rate_all(assessment)
    if area:
        statements = assessment.version.sections.get(areas__code=area).areas.get(code=area).statements.all()
        rate(assessment, {each.code: rank for each in statements})
    return share(assessment, manager, rates_first=rates_first)


@pytest.fixture(scope="module")
def team(manager):
    return [
        member(manager, "Nia Penŵydd", area="B5", rank=1),
        member(manager, "Ben Owusu", area="B5", rank=0),
        member(manager, "Carys Wynne"),
    ]


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


@pytest.fixture
def framework(db):
    return Framework.objects.get()


@pytest.fixture
def field(framework):
    """The name of a field: ``field("level", "B4")``."""
    return lambda kind, code: f"{kind}-{framework.pk}-{code}"


def standing(manager):
    rows = NeededCover.objects.filter(line_manager=manager)
    return {row.area_code: (row.rank, row.people) for row in rows}


def send(browser, page=None, **changed):
    """Post the form of a page, the one that is there now unless given, with ``changed`` fields."""
    drawn = fields_of(page or browser.get(COVER))
    return browser.post(COVER, drawn | changed)


def row_of(response, code):
    """The words of an area's row in the table."""
    words = words_of(response).partition("At each level or above")[2].partition("Set what your team needs")[0]
    codes = ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"]
    after = words.partition(f"{code} ")[2]
    following = codes[codes.index(code) + 1 :]
    return after.partition(f" {following[0]} ")[0] if following else after


def test_cover_edit_asks_to_sign_in(client, db):
    response = client.get(COVER)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={COVER}")


def test_cover_edit_of_somebody_without_a_team(sign_in, team):
    browser = sign_in(team[0].owner)
    response = browser.get(COVER)
    assert "Nobody is in your team here yet, so there is no cover to show." in words_of(response)
    assert links_of(response) == {"How somebody comes into your team": reverse("team-list")}
    assert browser.post(COVER, {}).status_code == 302
    assert NeededCover.objects.count() == 0


def test_cover_edit_shows_who_holds_what_the_targets_ask_for(browser, team):
    response = browser.get(COVER)
    assert row_of(response, "B5") == (
        "Stakeholders and Suppliers Needed: One at Practitioner Highest target, of three people Who has it: Only one "
        "Carys Wynne Without them: Foundation at most Foundation 2 of 3 Practitioner 1 of 3 Expert 0 of 3"
    )
    assert (
        "Without Carys Wynne nobody in the team would hold Practitioner in B5 Stakeholders and Suppliers."
        in words_of(response)
    )


def test_cover_edit_sets_and_takes_back_what_the_team_needs(browser, team, manager, field):
    response = send(
        browser,
        **{
            field("level", "B5"): "1",
            field("people", "B5"): "3",
            field("level", "A1"): "3",
            field("people", "A1"): " 2 ",
        },
    )
    assert (response.status_code, response.url) == (302, COVER)
    assert standing(manager) == {"A1": (3, 2), "B5": (1, 3)}
    response = browser.get(COVER)
    assert "What your team needs is saved." in words_of(response)
    assert "Needed: Three at Foundation Set by you Who has it: Two: fewer than needed" in row_of(response, "B5")
    assert fields_of(response)[field("level", "A1")] == ["3"]
    send(browser, **{field("level", "A1"): "", field("people", "A1"): ""})
    assert standing(manager) == {"B5": (1, 3)}
    send(browser, **{field("people", "B5"): "2"})
    assert standing(manager) == {"B5": (1, 2)}


@pytest.mark.parametrize(
    ("level", "people", "problem", "at"),
    [
        ("2", "", "Enter how many people B4 needs, such as 1 or 2", "people"),
        ("2", "0", "The number of people for B4 must be a whole number from 1 to 999", "people"),
        ("2", "1000", "The number of people for B4 must be a whole number from 1 to 999", "people"),
        ("2", "-1", "The number of people for B4 must be a whole number from 1 to 999", "people"),
        ("2", "two <b>", "The number of people for B4 must be a whole number from 1 to 999", "people"),
        ("", "2", "Choose the level that the team needs in B4, or empty the number beside it", "level"),
        ("4", "2", "Choose a level for B4, or “As the targets say”", "level"),
    ],
)
def test_cover_edit_says_what_is_wrong_and_keeps_what_was_typed(
    browser, team, manager, field, level, people, problem, at
):
    typed = {
        field("level", "B4"): level,
        field("people", "B4"): people,
        field("level", "A1"): "3",
        field("people", "A1"): "1",
    }
    response = send(browser, **typed)
    assert response.status_code == 422
    assert summary_of(response) == [(problem, f"#{field(at, 'B4')}")]
    shown = fields_of(response)
    assert {name: shown.get(name, [""])[0] for name in typed} == typed | (
        {field("level", "B4"): ""} if level == "4" else {}
    )
    assert standing(manager) == {}


def test_cover_edit_says_what_another_window_set(browser, team, manager, field):
    page = browser.get(COVER)
    send(
        browser,
        page,
        **{
            field("level", "B4"): "3",
            field("people", "B4"): "2",
            field("level", "B6"): "1",
            field("people", "B6"): "1",
        },
    )
    typed = {
        field("level", "B4"): "2",
        field("people", "B4"): "1",
        field("level", "A1"): "2",
        field("people", "A1"): "4",
    }
    response = send(browser, page, **typed)
    assert response.status_code == 422
    assert summary_of(response) == [
        ("B4 was changed in another window. Choose what the team needs.", f"#{field('level', 'B4')}")
    ]
    assert "Set there: two at Expert. Save again to keep what stands here." in words_of(response)
    assert standing(manager) == {"B4": (3, 2), "B6": (1, 1)}
    # What was not touched here stays as it was set there, and what was typed replaces what was said to stand.
    assert send(browser, response).status_code == 302
    assert standing(manager) == {"A1": (2, 4), "B4": (2, 1), "B6": (1, 1)}


def test_cover_edit_takes_the_same_from_two_windows(browser, team, manager, field):
    page = browser.get(COVER)
    for _ in range(2):
        assert send(browser, page, **{field("level", "B4"): "3", field("people", "B4"): "2"}).status_code == 302
    assert standing(manager) == {"B4": (3, 2)}


def test_cover_edit_sets_nothing_for_anybody_else(browser, sign_in, team, manager, framework, field):
    other = make_user(name="Otto Brackenbury")
    set_needed_cover(line_manager=other, needed={(framework.pk, "B4"): (1, 9)})
    send(browser, **{field("level", "B4"): "3", field("people", "B4"): "2"})
    send(browser, **{field("level", "B4"): "", field("people", "B4"): ""})
    assert (standing(other), standing(manager)) == ({"B4": (1, 9)}, {})
    assert "Otto" not in browser.get(COVER).text


def test_set_needed_cover_sets_nothing_where_anything_was_changed(team, manager, framework):
    b4, b5 = (framework.pk, "B4"), (framework.pk, "B5")
    assert set_needed_cover(line_manager=manager, needed={b4: (3, 1)}, drawn={b4: None}) == ()
    assert set_needed_cover(line_manager=manager, needed={b4: (2, 1), b5: (2, 1)}, drawn={b4: None, b5: None}) == (b4,)
    assert set_needed_cover(line_manager=manager, needed={b4: None}, drawn={b4: (1, 1)}) == (b4,)
    assert standing(manager) == {"B4": (3, 1)}
    assert set_needed_cover(line_manager=manager, needed={b4: None, b5: (2, 1)}, drawn={b4: (3, 1)}) == ()
    assert standing(manager) == {"B5": (2, 1)}


def test_cover_edit_notes_whose_levels_are_shown(browser, team):
    noted = Reading.objects.order_by("assessment__owner__name").values_list("what", "assessment__owner__name")
    browser.get(COVER)
    assert list(noted) == [("team", name) for name in ("Ben Owusu", "Carys Wynne", "Nia Penŵydd")]


def test_cover_edit_of_one_person_and_of_hidden_levels(sign_in, manager):
    alone = make_user(name="Alma Lone")
    browser = sign_in(alone)
    member(alone, "Hid Underhill", rates_first=True)
    response = browser.get(COVER)
    assert "You see nobody’s levels yet, so there is no cover to show." in words_of(response)
    assert "Hid Underhill" not in response.text
    member(alone, "Una Sole")
    response = browser.get(COVER)
    assert "You see the levels of one person, so nobody else is seen to stand in for them in any area." in words_of(
        response
    )
    assert ("If somebody left" in response.text, "Hid Underhill" in response.text) == (False, False)


def test_cover_edit_takes_as_many_queries_for_few_as_for_many(sign_in, manager):
    counts = []
    for people in (1, 3):
        alone = make_user(name="Alma Lone")
        for number in range(people):
            member(alone, f"Member {number}")
        browser = sign_in(alone)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(COVER).status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6]
