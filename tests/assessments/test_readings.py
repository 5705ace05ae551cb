"""Every page of a round that is shown to somebody else is noted, and nothing else is."""

import ast
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Reading
from assessments.reports import files as report_files
from people.models import User
from tests.assessments.pages import words_of
from tests.assessments.plans import make_goal
from tests.factories import (
    agree,
    confirm,
    converse,
    make_assessment,
    make_user,
    rate_all,
    reread,
    review,
    share,
)

What = Reading.What
VIEWS = Path(actions.__file__).parents[1] / "views"


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    """Nia's agreed round, the next one that she talks about with Tomasz, a goal in it, and a round that he is to rate first."""
    nia, ada = make_user(name="Nia Penŵydd"), make_user(name="Ada Rowanberry")
    tomasz = make_user(name="Tomasz Quillfeather")
    first = make_assessment(nia)
    rate_all(first)
    first = agree(first, tomasz)
    second = actions.start_next_assessment(owner=nia, previous=first, version=first.version)
    rate_all(second)
    goal = make_goal(nia, ("B4.6", 2))
    second = converse(review(share(reread(second), tomasz)))
    blind = make_assessment(ada)
    rate_all(blind)
    blind = share(blind, tomasz, rates_first=True)
    return {"nia": nia, "tomasz": tomasz, "first": first, "second": second, "blind": blind, "goal": goal}


@pytest.fixture
def nia(db, world):
    return User.objects.get(pk=world["nia"].pk)


@pytest.fixture
def tomasz(db, world):
    return User.objects.get(pk=world["tomasz"].pk)


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")


def noted(assessment):
    return sorted(Reading.objects.filter(assessment=assessment).values_list("reader__name", "what"))


PAGES = {
    "assessment-detail": What.OVERVIEW,
    "assessment-check": What.ANSWERS,
    "evidence-list": What.EVIDENCE,
    "report-detail": What.REPORT,
    "report-pdf": What.REPORT_PDF,
    "report-excel": What.REPORT_PDF,
    "review-detail": What.REVIEW,
    "assessment-return": What.REVIEW,
    "conversation-detail": What.CONVERSATION,
    "conversation-agenda": What.CONVERSATION,
    "conversation-confirm": What.CONVERSATION,
    "plan-detail": What.PLAN,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_round_is_noted_under_its_kind(world, tomasz, sign_in, name):
    assert sign_in(tomasz).get(reverse(name, args=[world["second"].pk])).status_code == 200
    assert noted(world["second"]) == [("Tomasz Quillfeather", PAGES[name])]
    assert noted(world["first"]) == []


@pytest.mark.parametrize("name", ["rating-edit", "assessment-area", "review-edit"])
def test_so_is_a_page_of_one_area(world, tomasz, sign_in, name):
    assert sign_in(tomasz).get(reverse(name, args=[world["second"].pk, "B4"])).status_code == 200
    what = What.REVIEW if name == "review-edit" else What.ANSWERS
    assert noted(world["second"]) == [("Tomasz Quillfeather", what)]


@pytest.mark.parametrize("name", ["goal-detail", "goal-edit", "goal-note"])
def test_a_goal_is_a_page_of_its_rounds_plan(world, tomasz, sign_in, name):
    assert sign_in(tomasz).get(reverse(name, args=[world["goal"].pk])).status_code == 200
    assert noted(world["second"]) == [("Tomasz Quillfeather", What.PLAN)]


def test_a_new_goal_in_a_round_is_too(world, tomasz, sign_in):
    assert sign_in(tomasz).get(f"{reverse('goal-create')}?assessment={world['second'].pk}").status_code == 200
    assert noted(world["second"]) == [("Tomasz Quillfeather", What.PLAN)]


def test_a_comparison_shows_both_rounds_in_one_query(world, tomasz, sign_in):
    path = reverse("assessment-compare", args=[world["second"].pk, world["first"].pk])
    client = sign_in(tomasz)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    assert noted(world["first"]) == noted(world["second"]) == [("Tomasz Quillfeather", What.COMPARISON)]
    assert sum("assessments_reading" in each["sql"] for each in queries) == 1


def test_an_agreed_report_that_compares_shows_the_round_before_too(world, tomasz, sign_in):
    second = confirm(world["second"], world["tomasz"], world["nia"])
    assert sign_in(tomasz).get(reverse("report-detail", args=[second.pk])).status_code == 200
    assert noted(second) == [("Tomasz Quillfeather", What.REPORT)]
    assert noted(world["first"]) == [("Tomasz Quillfeather", What.COMPARISON)]


def test_a_form_that_is_shown_again_with_what_is_wrong_is_noted(world, tomasz, sign_in):
    path = reverse("assessment-return", args=[world["second"].pk])
    assert sign_in(tomasz).post(path, {"reason": ""}).status_code == 422
    assert noted(world["second"]) == [("Tomasz Quillfeather", What.REVIEW)]


def test_each_time_is_a_reading_of_its_own(world, tomasz, sign_in):
    client = sign_in(tomasz)
    for _ in range(3):
        client.get(reverse("plan-detail", args=[world["second"].pk]))
    assert noted(world["second"]) == [("Tomasz Quillfeather", What.PLAN)] * 3


def test_what_was_not_shown_is_not_noted(world, tomasz, stranger, sign_in):
    second, blind = world["second"], world["blind"]
    client = sign_in(tomasz)
    assert client.head(reverse("assessment-detail", args=[second.pk])).status_code == 200
    assert client.post(reverse("assessment-detail", args=[second.pk])).status_code == 405
    assert client.get(reverse("assessment-area", args=[second.pk, "Z9"])).status_code == 404
    assert client.get(reverse("assessment-share", args=[second.pk])).status_code == 404
    assert client.get(reverse("assessment-check", args=[blind.pk])).status_code == 302
    assert client.get(reverse("report-detail", args=[blind.pk])).status_code == 403
    assert client.get(reverse("conversation-detail", args=[blind.pk])).status_code == 302
    assert sign_in(stranger).get(reverse("assessment-detail", args=[second.pk])).status_code == 404
    assert not Reading.objects.exists()


@pytest.mark.parametrize("name", ["team-people", "assessment-list", "notice-list"])
def test_pages_that_only_say_that_it_is_shared_are_not_noted(world, tomasz, sign_in, name):
    assert sign_in(tomasz).get(reverse(name)).status_code == 200
    assert not Reading.objects.exists()


@pytest.mark.parametrize("name", sorted({*PAGES} - {"review-detail", "assessment-return"}))
def test_nothing_is_noted_of_what_one_reads_oneself(world, nia, sign_in, name):
    client = sign_in(nia)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(name, args=[world["second"].pk])).status_code == 200
    assert not any("assessments_reading" in each["sql"] for each in queries)
    actions.note_reading(assessment=world["second"], reader=nia, what=What.PLAN)
    assert not Reading.objects.exists()


def test_a_frozen_round_can_still_be_read(world, tomasz, sign_in):
    assert sign_in(tomasz).get(reverse("assessment-check", args=[world["first"].pk])).status_code == 200
    assert noted(world["first"]) == [("Tomasz Quillfeather", What.ANSWERS)]


def test_the_readings_go_with_a_draft_that_is_deleted(world, tomasz):
    draft = make_assessment(make_user())
    actions.note_reading(assessment=draft, reader=tomasz, what=What.OVERVIEW)
    actions.delete_assessment(assessment=draft)
    assert not Reading.objects.exists()


def test_a_line_manager_is_told_that_there_is_a_list(world, tomasz, sign_in):
    client = sign_in(tomasz)
    page = words_of(client.get(reverse("assessment-detail", args=[world["second"].pk])))
    assert "Nia Penŵydd can see which of these pages you opened, and when." in page
    page = words_of(client.get(reverse("review-detail", args=[world["blind"].pk])))
    assert "Ada Rowanberry can see when you opened the review." in page


# No view finds somebody else's round and forgets to say so

FINDS = {"visible_to", "read_by", "find_visible", "find_read", "find_between", "round_to_report"}
# What the others are for: none shows anything of a round that is not said elsewhere.
SHOW_NOTHING = {
    "assessments._waiting_for_line_manager": "that something waits, and since when",
    "refused.refused": "why something was refused",
    "reports.report_verify": "that a report was agreed, to whoever holds its code",
    "goals._page_of_round": "where a link leads back to",
    "goals._too_late": "why something was refused",
    "plans._goals": "the goals of a round that plan_detail has found",
}
# They look for notices and held posts, which are one's own.
OF_ONES_OWN = {"assessments.assessment_list"}


def finders(folder):
    """The functions of views that look for rounds of others, and whether they say what they show of them."""
    for file in sorted(folder.glob("*.py")):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef):
                names = {each.attr for each in ast.walk(function) if isinstance(each, ast.Attribute)}
                names |= {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
                if names & FINDS:
                    yield f"{file.stem}.{function.name}", "shows" in names


def test_whatever_finds_rounds_of_others_says_what_it_shows():
    silent = {name for name, says in finders(VIEWS) if not says}
    assert silent == {*SHOW_NOTHING} | OF_ONES_OWN


def test_a_view_that_says_nothing_is_found(tmp_path):
    text = "def nosy(request, pk):\n    return Assessment.objects.visible_to(request.user).get(pk=pk)\n"
    (tmp_path / "nosy.py").write_text(text)
    assert list(finders(tmp_path)) == [("nosy.nosy", False)]


def test_where_it_cannot_be_noted_the_page_is_not_shown(world, tomasz, sign_in, monkeypatch):
    def fail(**given):
        raise RuntimeError("The database is gone")

    monkeypatch.setattr("assessments.middleware.note_readings", fail)
    client = sign_in(tomasz, raise_request_exception=False)
    answer = client.get(reverse("assessment-detail", args=[world["second"].pk]))
    assert answer.status_code == 500
    assert "Nia" not in answer.content.decode()
