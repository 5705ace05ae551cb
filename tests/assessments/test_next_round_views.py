"""The page before the next round, and the rating page of a round that goes on from another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Goal, Rating
from standards.models import Version
from standards.tree import version_tree
from tests.assessments.pages import links_of, words_of
from tests.factories import agree, close, make_assessment, make_user, rate, rate_all, reread, share
from tests.pages import Page

pytestmark = pytest.mark.django_db

QUERIES_TO_DRAW = 7
YEAR = timezone.localdate().year
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def agreed(owner):
    """Agreed at Practitioner throughout, but B4.3 is not relevant; B4.1 has a note."""
    assessment = make_assessment(owner)
    rate_all(assessment)
    rate(assessment, {"B4.1": Answered(2, note="Weekly."), "B4.3": f"Done by {HOSTILE}"})
    return agree(assessment, make_user(name="Tomasz Quillfeather"))


@pytest.fixture
def browser(sign_in, owner):
    return sign_in(owner)


@pytest.fixture
def following(agreed):
    return begin(agreed)


def begin(previous):
    return actions.start_next_assessment(owner=previous.owner, previous=previous, version=previous.version)


def finish_goal(owner, version, *codes, what="Shadow the risk review"):
    goal = Goal(owner=owner, framework_id=version.framework_id, what=what, kind=Goal.Kind.ON_THE_JOB)
    goal.due_on = timezone.localdate()
    aims = [(each.pk, 3) for each in version_tree(version).statements if each.code in codes]
    actions.save_goal(goal=goal, by=owner, version=version, aims=aims)
    actions.finish_goal(goal=goal, by=owner)


def url(assessment, area="B4"):
    return reverse("rating-edit", args=[assessment.pk, area])


def statements(assessment, area="B4"):
    return {each.code: each.pk for each in version_tree(assessment.version).area(area).statements}


def answers(assessment):
    rows = Rating.objects.filter(assessment=assessment).select_related("statement")
    return {row.statement.code: Answered(row.rank, row.not_relevant, row.reason, row.note) for row in rows}


def send(browser, assessment, pressed, area="B4", **typed):
    """Press a button of the page ("B4.1", "rest", or "" for the one that saves) with what was typed ("level_B4_1")."""
    pks = statements(assessment, area)
    form = Page(browser.get(url(assessment, area))).check().form(f"drawn-{min(pks.values())}")
    named = {}
    for name, value in typed.items():
        field, _, code = name.partition("_")
        named[f"{field}-{pks[code.replace('_', '.')]}"] = value
    if pressed:
        named["still_true"] = str(pks.get(pressed, pressed))
    return browser.post(url(assessment, area), form.data(**named))


def offered(response):
    """The codes of the statements that have a button of their own."""
    page = response.content.decode()
    pks = {str(each.pk): each.code for each in version_tree(Version.objects.published().first()).statements}
    return {pks[part.partition('"')[0]] for part in page.split('name="still_true" value="')[1:] if part[0].isdigit()}


REST = 'value="rest"'


# The page before


def test_assessment_next_says_what_comes_along(browser, owner, agreed):
    finish_goal(owner, agreed.version, "B4.6", "B6.7", what=f"Learn {HOSTILE}")
    response = browser.get(reverse("assessment-next", args=[agreed.pk]))
    text = words_of(response)
    assert response.status_code == 200
    assert f"It begins from your {agreed.title}, agreed on" in text
    assert "Your role, Contract Manager" in text
    assert "What was agreed of 64 statements" in text
    assert f"One goal that you finished since then, as a work example: Learn {HOSTILE}" in text
    assert "rate two statements again" in text
    assert links_of(response)["Start afresh instead"] == reverse("assessment-start")


def test_assessment_next_begins_and_leads_to_the_targets(browser, owner, agreed):
    response = browser.post(reverse("assessment-next", args=[agreed.pk]))
    following = Assessment.objects.open().get(owner=owner)
    assert (response.status_code, response.url) == (302, reverse("target-edit", args=[following.pk]))
    assert following.previous == agreed


def test_assessment_next_of_a_closed_round_speaks_of_what_its_owner_said(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager, ratings={"B4.1": 2})
    close(assessment)
    text = words_of(sign_in(contract_manager).get(reverse("assessment-next", args=[assessment.pk])))
    assert "closed on" in text
    assert "What you said of one statement, beside the words." in text
    assert "that you said your role needs in each area" in text
    assert "the record of your conversation" not in text


def test_assessment_list_leads_to_the_comparison_with_the_round_before(browser, agreed, following):
    leads_to = "Compare it with the one before"
    assert leads_to not in links_of(browser.get(reverse("assessment-list")))
    rate(following, {"A1.1": 2})
    found = links_of(browser.get(reverse("assessment-list")))[leads_to]
    assert found == reverse("assessment-compare", args=[following.pk, agreed.pk])


def test_assessment_next_while_another_is_open_begins_none(browser, owner, agreed, following):
    path = reverse("assessment-next", args=[agreed.pk])
    page = browser.get(path)
    assert "You have an assessment under way." in words_of(page)
    assert 'method="post"' not in page.text.partition("<main")[2].partition("</main>")[0]
    response = browser.post(path)
    assert (response.status_code, response.url) == (302, reverse("assessment-list"))
    assert list(Assessment.objects.open().filter(owner=owner)) == [following]


def test_assessment_next_without_a_published_version_offers_nothing(browser, agreed, monkeypatch):
    monkeypatch.setattr(type(Version.objects.all()), "latest_published", lambda self: None)
    path = reverse("assessment-next", args=[agreed.pk])
    for response in (browser.get(path), browser.post(path)):
        assert "No version of Contract Management Professional Standards is open" in words_of(response)
    assert not Assessment.objects.open().exists()


def test_assessment_next_is_refused_of_a_round_that_is_not_over(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    browser = sign_in(contract_manager)
    path = reverse("assessment-next", args=[assessment.pk])
    assert [browser.get(path).status_code, browser.post(path).status_code] == [403, 403]


def test_assessment_next_is_not_there_for_anybody_else(sign_in, agreed, stranger):
    path = reverse("assessment-next", args=[agreed.pk])
    for person in (agreed.line_manager, stranger):
        browser = sign_in(person)
        assert [browser.get(path).status_code, browser.post(path).status_code] == [404, 404]
    assert not Assessment.objects.open().exists()


# The rating page


def test_rating_edit_says_what_was_agreed_and_answers_nothing(browser, following):
    response = browser.get(url(following))
    text = words_of(response)
    assert text.count(f"Agreed in {YEAR}: Practitioner") == 4
    assert text.count(f"Agreed in {YEAR}: Expert") == 2  # B4.2 and B4.7 have the same words for both
    assert f"Agreed in {YEAR}: not relevant to your role, because: Done by {HOSTILE}" in text
    assert f"Choose Still true where what was agreed in {YEAR} has not changed." in text
    assert offered(response) == set(statements(following))
    assert REST in response.text
    assert "0 of 7 answered" in text
    assert " checked" not in response.text


def test_rating_edit_after_a_closed_round_says_what_its_owner_said(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager, ratings={"B4.1": 0})
    close(assessment)
    response = sign_in(contract_manager).get(url(begin(reread(assessment))))
    assert f"You said in {YEAR}: Not yet at Foundation" in words_of(response)
    assert offered(response) == {"B4.1"}


def test_rating_edit_without_a_round_before_offers_nothing(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    response = sign_in(contract_manager).get(url(assessment))
    assert "still_true" not in response.text
    assert "rating-was" not in response.text


def test_rating_edit_asks_to_rate_again_after_a_finished_goal(browser, owner, agreed):
    finish_goal(owner, agreed.version, "B4.6")
    following = begin(agreed)
    response = browser.get(url(following))
    assert f"You finished a goal on this: rate it again. Agreed in {YEAR}: Practitioner" in words_of(response)
    assert offered(response) == set(statements(following)) - {"B4.6"}
    send(browser, following, "rest")
    assert set(answers(following)) == set(statements(following)) - {"B4.6"}
    assert REST not in browser.get(url(following)).text
    send(browser, following, "B4.6")
    assert "B4.6" not in answers(following)


def test_still_true_takes_one_over_and_saves_what_was_typed(browser, following):
    response = send(browser, following, "B4.1", level_B4_4="3", note_B4_4="Since March.", note_B4_5="Half a thought")
    assert (response.status_code, response.url) == (302, f"{url(following)}#statement-B4.1")
    assert answers(following) == {
        "B4.1": Answered(2, note="Weekly."),
        "B4.4": Answered(3, note="Since March."),
        "B4.5": Answered(note="Half a thought"),
    }
    page = browser.get(url(following))
    assert offered(page) == set(statements(following)) - {"B4.1", "B4.4"}


def test_still_true_of_a_statement_that_was_just_answered_keeps_the_answer(browser, following):
    send(browser, following, "B4.1", level_B4_1="3")
    assert answers(following) == {"B4.1": Answered(3)}


def test_the_rest_is_still_true(browser, following):
    response = send(browser, following, "rest", level_B4_4="3", note_B4_5="Written now.")
    assert (response.status_code, response.url) == (302, url(following))
    found = answers(following)
    assert set(found) == set(statements(following))
    assert (found["B4.4"], found["B4.5"], found["B4.1"]) == (
        Answered(3),
        Answered(2, note="Written now."),
        Answered(2, note="Weekly."),
    )
    assert found["B4.3"] == Answered(not_relevant=True, reason=f"Done by {HOSTILE}")
    page = browser.get(url(following))
    assert f"Six answers kept from your {YEAR} assessment." in words_of(page)
    assert "still_true" not in page.text


def test_still_true_with_a_mistake_elsewhere_takes_over_and_shows_the_mistake(browser, following):
    response = send(browser, following, "rest", level_B4_4="not-relevant")
    page = Page(response).check()
    pk = statements(following)["B4.4"]
    assert response.status_code == 422
    assert page.errors == {f"reason-{pk}": "Say why B4.4 is not relevant to your role"}
    assert set(answers(following)) == set(statements(following)) - {"B4.4"}


def test_still_true_of_a_statement_changed_elsewhere_is_a_conflict(browser, following):
    pks = statements(following)
    form = Page(browser.get(url(following))).form(f"drawn-{pks['B4.1']}")
    rate(following, {"B4.1": Answered(note="From another window")})
    data = form.data(**{f"note-{pks['B4.1']}": "Typed here", "still_true": str(pks["B4.1"])})
    response = browser.post(url(following), data)
    assert response.status_code == 422
    assert "B4.1 was changed in another window." in words_of(response)
    assert answers(following) == {"B4.1": Answered(note="From another window")}


@pytest.mark.parametrize("asked", ["", "x", "0", "-1", "1 OR 1=1", "99999999999999999999"])
def test_still_true_of_what_the_area_does_not_have_is_refused(browser, following, asked):
    assert browser.post(url(following), {"still_true": asked}).status_code == 400
    other = statements(following, "B5")["B5.1"]
    assert browser.post(url(following), {"still_true": other}).status_code == 400
    assert answers(following) == {}


def test_still_true_without_a_round_before_takes_nothing(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    browser = sign_in(contract_manager)
    assert browser.post(url(assessment), {"still_true": "rest"}).status_code == 302
    assert answers(assessment) == {}


def test_still_true_is_the_owners_alone(sign_in, following, stranger):
    for person, status in ((following.previous.line_manager, 404), (stranger, 404)):
        assert sign_in(person).post(url(following), {"still_true": "rest"}).status_code == status
    assert answers(following) == {}


def test_still_true_is_refused_once_the_round_is_shared(browser, following):
    rate_all(following)
    share(following, following.previous.line_manager)
    before = answers(following)
    assert browser.post(url(following), {"still_true": "rest"}).status_code == 403
    assert answers(following) == before
    page = browser.get(url(following))
    assert page.status_code == 200
    assert "rating-was" not in page.text


def test_rating_edit_after_a_round_before_is_drawn_in_few_queries(browser, owner, agreed):
    finish_goal(owner, agreed.version, "B4.6")
    following = begin(agreed)
    browser.get(url(following))
    counts = []
    for area in ("A1", "B3"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url(following, area)).status_code == 200
        counts.append(len(queries))
    assert counts == [QUERIES_TO_DRAW] * 2


def test_rating_edit_without_a_round_before_gains_no_query(sign_in, contract_manager, published_version):
    assessment = make_assessment(contract_manager)
    browser = sign_in(contract_manager)
    browser.get(url(assessment))
    with CaptureQueriesContext(connection) as queries:
        browser.get(url(assessment))
    assert len(queries) == 6


# The line manager


def test_rating_edit_speaks_of_the_owner_to_the_line_manager(sign_in, following):
    rate_all(following)
    manager = following.previous.line_manager
    share(following, manager)
    response = sign_in(manager).get(url(following))
    text = words_of(response)
    assert response.status_code == 200
    assert "What Nia Penŵydd answered." in text
    assert "Nia Penŵydd’s answer: " in text
    assert "Agreed in" not in text
    assert [words for words in ("Your answer", "Your note", "our target", "my role") if words in text] == []


def test_rating_edit_shows_no_level_to_a_line_manager_who_rates_first(sign_in, following):
    rate_all(following)
    manager = following.previous.line_manager
    share(following, manager, rates_first=True)
    assert sign_in(manager).get(url(following)).status_code == 403
