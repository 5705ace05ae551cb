"""The pages of a development conversation: its agenda, what is agreed and recorded, and both confirmations."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.answers import NOT_RELEVANT, Answered
from assessments.models import AgreedTarget, Conversation, Event, Goal, GoalStatement, Rating
from assessments.seen import Seen, changes_since
from people.actions import lines
from people.models import Notice, ReportingLine, User
from standards.models import Statement, Version
from standards.tree import version_tree
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import (
    changes_to,
    close,
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_line,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)

HOSTILE = "<b>&{{7*7}}</b>"
DAY = date(2026, 9, 1)
DIFFERING = {"A1.1": 1, "A2.3": 0, "B4.3": "Legal does this"}


@pytest.fixture(scope="module")
def kept(kept_for_the_module):
    """A round whose review is finished: the two differ on three statements, and agree on a gap in B6.4."""
    owner = make_user(name="Nia Penŵydd", email="nia@example.com")
    line_manager = make_user(name="Tomasz Quillfeather", email="tomasz@example.com")
    make_line(owner, line_manager)
    # Few areas in the role, because what tests read of a page costs more than the page.
    out = dict.fromkeys(("B1", "B2", "B3", "B5"), (None, "The commercial team buys"))
    draft = make_assessment(owner, targets=out)
    rate_all(draft)
    rate(draft, {"B6.4": 1, "A1.3": 3, "A1.1": Answered(rank=2, note=f"I write the paper {HOSTILE}")})
    make_evidence(draft, title="Quarterly paper", statements=("A1.1",))
    _goal(owner, "Sit in on two boards", "B6.4", added_at=draft.started_at - timedelta(days=90))
    return review(share(draft, line_manager), {**DIFFERING, "A1.1": Answered(rank=1, note="One paper so far")})


def _goal(owner, what, code, *, added_at=None, assessment=None):
    goal = Goal.objects.create(
        owner=owner,
        framework=Version.objects.published().get().framework,
        assessment=assessment,
        what=what,
        kind=Goal.Kind.ON_THE_JOB,
        due_on=date(2027, 5, 29),
        added_at=added_at or timezone.now(),
    )
    GoalStatement.objects.create(goal=goal, statement=Statement.objects.get(code=code), rank=2)
    return goal


@pytest.fixture
def held(db, kept):
    return reread(kept)


@pytest.fixture
def owner(held):
    return User.objects.get(pk=held.owner_id)


@pytest.fixture
def boss(held):
    """The line manager of the round."""
    return User.objects.get(pk=held.line_manager_id)


@pytest.fixture
def hers(sign_in, owner):
    """The owner's browser."""
    return sign_in(owner)


@pytest.fixture
def his(sign_in, boss):
    """The line manager's browser."""
    return sign_in(boss)


@pytest.fixture
def ready(held):
    """The round with everything that confirming asks for."""
    return converse(held, {"A1.1": 1, "A2.3": 2, "B4.3": 2}, points="The boards", held_on=DAY)


def path(assessment, name="conversation-detail"):
    return reverse(name, args=[assessment.pk])


def pk_of(assessment, code):
    return next(each.pk for each in version_tree(assessment.version).statements if each.code == code)


def agreed(assessment):
    """What is recorded as agreed, by code: the choice, and the reason where there is one."""
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.AGREED).select_related("statement")
    said = {row.statement.code: Answered(row.rank, row.not_relevant, row.reason) for row in rows}
    return {code: (each.choice, each.reason) if each.reason else each.choice for code, each in said.items()}


AGENDA, DIFFERENCES, RECORD = "conversation-agenda", "conversation-differences", "conversation-record"


def post(browser, assessment, name, page=None, **typed):
    """Send the page as it stands, with what is typed: ``agreed={"A1.1": "2"}``, ``points="..."``, other fields by name."""
    page = page or browser.get(path(assessment, name))
    data = fields_of(page)
    for kind in ("agreed", "reason", "clear"):
        for code, value in typed.pop(kind, {}).items():
            data[f"{kind}-{pk_of(assessment, code)}"] = value
    for day in ("held_on", "look_again_on"):
        if day in typed:
            data |= {f"{day}_{part}": text for part, text in zip(("day", "month", "year"), typed.pop(day), strict=True)}
    return browser.post(path(assessment, name), data | typed)


def agree(browser, assessment, page=None, **agreed):
    """Agree levels of statements on which they differ, by code with "_" for the dot."""
    levels = {code.replace("_", "."): level for code, level in agreed.items()}
    return post(browser, assessment, DIFFERENCES, page, agreed=levels)


def said(response):
    """The messages that the next page shows."""
    return [str(each) for each in response.wsgi_request._messages]


def record_of(assessment):
    held = Conversation.objects.get(assessment=assessment)
    return (held.held_on, held.points, held.look_again_on)


# What the pages show


def test_conversation_detail_says_what_is_left_in_each_part(his, held):
    response = his.get(path(held))
    words, links = words_of(response), links_of(response)
    for told in (
        "Nia Penŵydd’s 2026 assessment Development conversation",
        "Levels agreed 0 of 3 differences",
        "Where you differ Three statements Three levels to agree",
        "Where both views are the same 27 statements Agreed as both say",
        "Goals What will be done about the gaps, by when One goal",
        "Targets and areas out of the role The level that the role needs in each area As Nia Penŵydd chose them",
        "What you record The day, what you talked about, when you look again The day is missing",
        "Three levels are still to agree: B4.3, A2.3 and A1.1. The day that you talked is missing.",
        "No date and nothing that you talked about is recorded yet.",
    ):
        assert told in words, told
    leads = {"Agenda": AGENDA, "Where you differ": DIFFERENCES, "Where both views are the same": "conversation-agree"}
    leads |= {"What you record": RECORD, "Targets and areas out of the role": "agreed-target-edit"}
    assert {name: links[name] for name in leads} == {name: path(held, route) for name, route in leads.items()}
    assert links["Goals"] == f"{path(held, AGENDA)}#goals"
    assert links["A1.1"] == f"{path(held, DIFFERENCES)}#statement-A1.1"
    assert links["The day that you talked"] == f"{path(held, RECORD)}#id_held_on_day"
    assert links["Agree the three levels"] == path(held, DIFFERENCES)
    assert links["Go on to confirm"] == path(held, "conversation-confirm")


def test_conversation_detail_shows_what_was_recorded(his, ready):
    converse(ready, {"B6.4": 2}, look_again_on=date(2027, 3, 1), points=f"The boards {HOSTILE}", held_on=DAY)
    post(his, ready, "agreed-target-edit", **{"target-A1": "3", "reason-A1": "More"})
    words = words_of(his.get(path(ready)))
    for told in (
        "Date 1 September 2026 Change the date",
        "Levels agreed 3 of 3 differences",
        "Where you differ Three statements All levels agreed",
        "27 statements All but B6.4 as both say",
        "One changed",
        "The day is there",
        f"The boards {HOSTILE} You look at it again on 1 March 2027. The dates and what you talked about were last changed on",
        "by Tomasz Quillfeather.",
        "Everything is there. You read it once more before you confirm.",
    ):
        assert told in words, told


def test_conversation_agenda_shows_what_to_talk_about_in_its_order(his, held):
    words = words_of(his.get(path(held, AGENDA)))
    topics = {each.code: each.topic for each in version_tree(held.version).statements}
    places = [words.index(f"{code} {topics[code]}") for code in ("B4.3", "A2.3", "A1.1")]
    assert places == sorted(places)
    for told in (
        "Nia Penŵydd’s 2026 assessment Agenda of the conversation",
        "1. Where you differ Three statements",
        "A1.1 Risk management approach Nia Penŵydd: Practitioner Tomasz Quillfeather: Foundation Agreed: Not agreed yet",
        "2. Gaps to target One statement",
        "Agreed so far Foundation Target Practitioner Goal Sit in on two boards",
        "3. What stands between Nia Penŵydd and the next level",
        "4. Strengths One statement above target",
        "Sit in on two boards From last time",
        "B2 Procurement and Mobilisation Nia Penŵydd chose Not in the role The commercial team buys Agreed The same",
    ):
        assert told in words, told


def test_conversation_agenda_lists_what_is_left_in_each_of_its_sections(his, ready):
    begins = words_of(his.get(path(ready, AGENDA)))
    for told in (
        "Where you differ: all levels agreed Gaps to target: one of two without a goal The next level: two areas Strengths: one",
        "Goals: one Targets: as Nia Penŵydd chose them",
    ):
        assert told in begins, told


def test_conversation_agenda_leads_to_levels_goals_and_targets(his, held):
    goal, links = Goal.objects.get(), links_of(his.get(path(held, AGENDA)))
    create = f"{reverse('goal-create')}?from=conversation&assessment={held.pk}"
    assert links["Add a goal"] == create
    topic = next(each.topic for each in version_tree(held.version).statements if each.code == "B6.4")
    assert links[f"Add another for B6.4 {topic}"] == f"{create}&statement=B6.4"
    assert links["Change the goal: Sit in on two boards"] == reverse("goal-edit", args=[goal.pk])
    assert links["Agree the levels"] == path(held, DIFFERENCES)
    assert links["A1.1 Risk management approach"] == f"{path(held, DIFFERENCES)}#statement-A1.1"
    assert links["Change a target, or which areas are in the role"] == path(held, "agreed-target-edit")
    assert links["Record what you talked about"] == path(held, RECORD)


def test_conversation_agenda_names_no_level_for_a_gap_that_is_not_agreed(his, held, boss):
    rate_as_line_manager(held, {"B6.4": 0, "B6.5": 1})
    words = words_of(his.get(path(held, AGENDA)))
    assert "2. Gaps to target One statement" in words
    assert "Agreed so far Not agreed yet; both below target Target Practitioner" in words


def test_conversation_differences_shows_what_both_said(his, held):
    words = words_of(his.get(path(held, DIFFERENCES)))
    assert "Agree a level for each of three statements." in words
    for told in ("Quarterly paper", "One paper so far", "Because: Legal does this".removeprefix("Because: ")):
        assert told in words, told
    assert (
        "For the other 27 statements both views give the same level, and that is the agreed level. Save, and see them"
        in words
    )


def test_conversation_detail_says_that_the_day_was_before_the_review_was_finished(his, hers, ready):
    told = "1 September 2026 is before the review was finished on "
    for browser in (his, hers):
        for name in ("conversation-detail", RECORD):
            assert told in words_of(browser.get(path(ready, name)))
    converse(ready, held_on=timezone.localdate())
    assert "is before the review was finished" not in words_of(his.get(path(ready)))


def test_conversation_detail_speaks_to_its_owner_as_you(hers, held):
    words = words_of(hers.get(path(held)))
    assert "Your 2026 assessment Development conversation" in words
    assert "3. What stands between you and the next level" in words_of(hers.get(path(held, AGENDA)))
    assert "As you chose them" in words
    assert "Nia Penŵydd (you) Three levels are still to agree" in words
    assert "Tomasz Quillfeather Not confirmed yet. Tomasz Quillfeather confirms from their own account" in words


def test_conversation_differences_shows_typed_text_as_it_was_typed(his, held):
    response = his.get(path(held, DIFFERENCES))
    assert f"I write the paper {HOSTILE}" in words_of(response)
    assert "<b>&{{" not in response.text
    assert "&49" not in response.text


def test_conversation_differences_offers_what_a_statement_offers(his, held):
    rate_as_line_manager(held, {"B4.2": 0})
    words = words_of(his.get(path(held, DIFFERENCES)))
    assert "Not yet Foundation Practitioner and Expert Not relevant" in words


def rate_as_line_manager(assessment, ratings):
    changes = changes_to(assessment, ratings, view="line_manager")
    actions.save_review(assessment=assessment, by=assessment.line_manager, changes=changes)


def test_conversation_without_differences_goals_and_gaps_says_what_is_next(sign_in, kept):
    owner, boss = make_user(), make_user()
    draft = make_assessment(owner)
    rate_all(draft, 3)
    even = review(share(draft, boss))
    browser = sign_in(boss)
    for name in (AGENDA, DIFFERENCES):
        words = words_of(browser.get(path(even, name)))
        assert "Nowhere: both views give the same level for all 66 statements, and that is the agreed level." in words
    words = words_of(browser.get(path(even, AGENDA)))
    assert "None: no agreed level is below its target." in words
    assert "Nothing: every area is at the highest level." in words
    assert "No goals yet. Add one to a gap above, or freely here." in words
    words = words_of(browser.get(path(even)))
    assert "Levels agreed All: no differences" in words
    assert "Where you differ Nowhere All levels agreed" in words
    assert "None yet" in words


def test_conversation_signs_what_a_former_line_manager_gave(sign_in, held, owner, boss):
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    new = make_user(name="Ines Okafor")
    make_line(owner, new)
    actions.hand_over_assessment(assessment=held, by=owner)
    handed = reread(held)
    actions.finish_review(assessment=handed, by=new)
    for name in (AGENDA, DIFFERENCES):
        words = words_of(sign_in(new).get(path(held, name)))
        assert words.count("given by Tomasz Quillfeather") == 3
    assert sign_in(boss).get(path(held)).status_code == 404


# Who may, and when


FORMS = (DIFFERENCES, "conversation-agree", "agreed-target-edit", RECORD, "conversation-confirm")
PAGES = ("conversation-detail", AGENDA, *FORMS)


@pytest.mark.parametrize("name", PAGES)
def test_conversation_is_not_there_for_a_stranger(sign_in, held, name):
    browser = sign_in(make_user())
    assert browser.get(path(held, name)).status_code == 404
    assert browser.post(path(held, name), {}).status_code == (404 if name in FORMS else 405)


@pytest.mark.parametrize("name", PAGES)
def test_conversation_is_not_there_once_the_line_has_ended(his, held, owner, name):
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    assert his.get(path(held, name)).status_code == 404
    assert his.post(path(held, name), {}).status_code == (404 if name in FORMS else 405)


def test_conversation_of_an_owner_without_a_live_line_is_a_record_that_leads_on(hers, ready, owner):
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    response = hers.get(path(ready))
    words, links = words_of(response), links_of(response)
    assert (
        "Tomasz Quillfeather is no longer your line manager here, so you cannot go on with the conversation." in words
    )
    assert "The boards" in words
    assert "agreed-" not in response.text
    assert links["Close the assessment"] == path(ready, "assessment-close")
    assert links["name your line manager"] == reverse("line-detail")
    make_line(owner, make_user())
    links = links_of(hers.get(path(ready)))
    assert links["Hand it over"] == path(ready, "assessment-hand-over")
    assert links["Close the assessment instead"] == path(ready, "assessment-close")
    for name in PAGES[1:]:
        assert hers.get(path(ready, name)).url == path(ready)
    for name in FORMS:
        assert hers.post(path(ready, name), {}).status_code == 403


def test_conversation_before_the_review_is_finished_waits(sign_in, kept):
    owner, boss = make_user(), make_user(name="Tomasz Quillfeather")
    draft = make_assessment(owner)
    rate_all(draft)
    hers, his = sign_in(owner), sign_in(boss)
    response = hers.get(path(draft))
    assert (response.status_code, response.url) == (302, reverse("assessment-detail", args=[draft.pk]))
    assert said(response) == ["The conversation waits until you have shared the assessment and it has been reviewed."]
    shared = review(share(draft, boss), {"A1.1": 1}, finish=False)
    response = hers.get(path(shared))
    assert (response.status_code, response.url) == (302, reverse("assessment-detail", args=[draft.pk]))
    waits = "The conversation waits for Tomasz Quillfeather, who has not finished the review yet."
    assert said(response)[-1] == waits
    response = his.get(path(shared))
    assert (response.status_code, response.url) == (302, reverse("review-detail", args=[draft.pk]))
    for name in PAGES[1:]:
        assert hers.get(path(shared, name)).url == path(shared)
        assert his.get(path(shared, name)).url == path(shared)
    for name in FORMS:
        assert hers.post(path(shared, name), {}).status_code == 403
        assert his.post(path(shared, name), {}).status_code == 403


def test_conversation_once_agreed_is_a_record_for_both(hers, his, ready, owner, boss):
    stands = confirm(ready, boss, owner, disagreement=f"I see B4.3 otherwise {HOSTILE}")
    for browser in (hers, his):
        response = browser.get(path(stands))
        words = words_of(response)
        assert "Nobody can change it any more." in words
        assert f"Check code {stands.check_code}" in words
        assert (
            "A1.1 Risk management approach Nia Penŵydd: Practitioner Tomasz Quillfeather: Foundation Agreed: Foundation"
            in words
        )
        assert f"I see B4.3 otherwise {HOSTILE}" in words
        assert "Sit in on two boards" in words
        assert "agreed-" not in response.text
        for name in PAGES[1:]:
            assert browser.get(path(stands, name)).url == path(stands)
        for name in FORMS:
            assert browser.post(path(stands, name), {"revision": "1"}).status_code == 403


def test_conversation_of_a_closed_round_is_a_record_for_its_owner(hers, his, ready, owner):
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    close(ready)
    words = words_of(hers.get(path(ready)))
    assert "before it was agreed. This is what was recorded until then." in words
    assert "The boards" in words
    assert his.get(path(ready)).status_code == 404
    assert hers.post(path(ready, RECORD), {}).status_code == 403


# Saving


def test_conversation_differences_saves_levels(his, held):
    levels = {"agreed": {"A1.1": "2", "B4.3": NOT_RELEVANT}, "reason": {"B4.3": " Legal does this now "}}
    response = post(his, held, DIFFERENCES, **levels)
    assert (response.status_code, response.url) == (302, path(held))
    assert said(response) == ["The agreed levels are saved."]
    assert agreed(held) == {"A1.1": "2", "B4.3": (NOT_RELEVANT, "Legal does this now")}
    fields = fields_of(his.get(path(held, DIFFERENCES)))
    assert fields[f"agreed-{pk_of(held, 'A1.1')}"] == ["2"]
    assert "Levels agreed 2 of 3 differences" in words_of(his.get(path(held)))


def test_conversation_record_saves_days_and_points(his, held):
    typed = {"held_on": ("1", "september", "2026"), "look_again_on": ("1", "3", "2027")}
    response = post(his, held, RECORD, points=f"First\r\nsecond {HOSTILE} ", **typed)
    assert (response.status_code, response.url) == (302, path(held))
    assert said(response) == ["What you recorded is saved."]
    assert record_of(held) == (DAY, f"First\nsecond {HOSTILE}", date(2027, 3, 1))
    assert fields_of(his.get(path(held, RECORD)))["points"] == [f"First\nsecond {HOSTILE}"]


@pytest.mark.parametrize("name", [DIFFERENCES, RECORD])
def test_conversation_of_an_untouched_page_changes_nothing(hers, ready, name):
    before = Conversation.objects.get(assessment=ready).revision
    response = post(hers, ready, name)
    assert (response.status_code, said(response)) == (302, [])
    assert Conversation.objects.get(assessment=ready).revision == before


def test_conversation_differences_can_leave_a_statement_open_again(hers, ready):
    post(hers, ready, DIFFERENCES, clear={"A1.1": "1"})
    assert agreed(ready)["A1.1"] == ""
    assert "One level is still to agree: A1.1." in words_of(hers.get(path(ready)))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"agreed": {"A1.1": "7"}}, ("Choose one of the levels shown for A1.1", "agreed")),
        ({"agreed": {"A1.1": NOT_RELEVANT}}, ("Say why A1.1 is not relevant to the role", "reason")),
        (
            {"agreed": {"A1.1": NOT_RELEVANT}, "reason": {"A1.1": "x" * 501}},
            ("The reason for A1.1 must be 500 characters or fewer. It has 501.", "reason"),
        ),
    ],
)
def test_conversation_differences_says_at_the_statement_what_is_wrong(his, held, typed, found):
    typed["agreed"]["A2.3"] = "1"
    response = post(his, held, DIFFERENCES, **typed)
    assert (response.status_code, said(response)) == (422, [])
    text, field = found
    assert summary_of(response) == [(text, f"#{field}-{pk_of(held, 'A1.1')}")]
    # What nothing is wrong with is saved.
    assert agreed(held) == {"A2.3": "1"}


@pytest.mark.parametrize(
    ("typed", "summary"),
    [
        ({"held_on": ("31", "2", "2026")}, [("The day that you talked must be a real date", "#id_held_on_day")]),
        (
            {"held_on": ("1", "1", "2999")},
            [("The day that you talked must be today or in the past", "#id_held_on_day")],
        ),
        (
            {"held_on": ("1", "9", "2026"), "look_again_on": ("1", "9", "2026")},
            [("The day to look again must be after the day that you talked", "#id_look_again_on_day")],
        ),
        (
            {"points": "x" * 5001},
            [("What you talked about must be 5,000 characters or fewer. It has 5,001.", "#id_points")],
        ),
    ],
)
def test_conversation_record_says_what_is_wrong(his, held, typed, summary):
    response = post(his, held, RECORD, **typed)
    assert (response.status_code, summary_of(response)) == (422, summary)
    assert record_of(held) == (None, "", None)
    if "points" in typed:
        assert fields_of(response)["points"] == [typed["points"]]


def test_conversation_differences_refuses_a_statement_of_another_version(his, held):
    assert his.post(path(held, DIFFERENCES), {"agreed-999999": "1"}).status_code == 400


@pytest.mark.parametrize(
    ("onward", "leads"), [("agree", "conversation-agree"), ("", "conversation-detail"), ("x:1", "conversation-detail")]
)
def test_conversation_differences_saves_before_it_leads_on(his, held, onward, leads):
    response = post(his, held, DIFFERENCES, agreed={"A1.1": "2"}, onward=onward)
    assert (response.status_code, response.url) == (302, path(held, leads))
    assert agreed(held) == {"A1.1": "2"}


# Two at once


@pytest.fixture
def at_odds(hers, his, held):
    """The line manager's page after saving points; the owner had saved other points meanwhile."""
    page = his.get(path(held, RECORD))
    post(hers, held, RECORD, points="Hers <first>", held_on=("1", "9", "2026"))
    return post(his, held, RECORD, page, points="His")


def test_conversation_record_shows_both_texts_and_overwrites_neither(at_odds, held):
    assert at_odds.status_code == 422
    assert summary_of(at_odds) == [
        ("The day or what you talked about was changed after you opened this page. Choose what to keep.", "#discard")
    ]
    assert "Saved meanwhile by Nia Penŵydd" in words_of(at_odds)
    assert "What you talked about Hers <first>" in words_of(at_odds)
    assert fields_of(at_odds)["points"] == ["His"]
    assert record_of(held) == (DAY, "Hers <first>", None)


def test_conversation_record_saving_again_keeps_what_was_typed(at_odds, his, held):
    assert post(his, held, RECORD, at_odds).status_code == 302
    assert record_of(held) == (None, "His", None)


def test_conversation_record_can_keep_what_was_saved_meanwhile(at_odds, his, held):
    assert post(his, held, RECORD, at_odds, discard="1").status_code == 302
    assert record_of(held) == (DAY, "Hers <first>", None)


def test_conversation_differences_shows_both_levels_and_overwrites_neither(hers, his, held):
    page = his.get(path(held, DIFFERENCES))
    agree(hers, held, A1_1="2", A2_3="1")
    response = agree(his, held, page, A1_1="1", B4_3="2")
    pk = pk_of(held, "A1.1")
    text = "A1.1 was changed after you opened this page. Choose which level to keep."
    assert (response.status_code, summary_of(response)) == (422, [(text, f"#discard-{pk}")])
    assert "Saved meanwhile: Practitioner" in words_of(response)
    assert fields_of(response)[f"agreed-{pk}"] == ["1"]
    assert agreed(held) == {"A1.1": "2", "A2.3": "1", "B4.3": "2"}
    kept = his.post(path(held, DIFFERENCES), fields_of(response) | {f"discard-{pk}": "1"})
    assert (kept.status_code, agreed(held)["A1.1"]) == (302, "2")
    again = his.post(path(held, DIFFERENCES), fields_of(response))
    assert (again.status_code, agreed(held)["A1.1"]) == (302, "1")


def test_conversation_differences_keeps_a_statement_that_is_no_difference_any_more(his, held):
    page = his.get(path(held, DIFFERENCES))
    rate_as_line_manager(held, {"A1.1": 2})
    response = agree(his, held, page, A1_1="7")
    assert (response.status_code, [href for _, href in summary_of(response)]) == (
        422,
        [f"#agreed-{pk_of(held, 'A1.1')}"],
    )


def test_conversation_agree_of_an_old_page_agrees_nothing_that_was_not_chosen(hers, his, held, boss):
    page = his.get(path(held, "conversation-agree"))
    rate_as_line_manager(held, {"B6.4": 3})
    assert post(his, held, "conversation-agree", page=page, agreed={"A1.3": "2"}).status_code == 302
    assert agreed(held) == {"A1.3": "2"}


# The statements on which both say the same


def test_conversation_agree_shows_what_both_gave(his, held):
    response = his.get(path(held, "conversation-agree"))
    fields = fields_of(response)
    shown = {name for name in fields if name.startswith("drawn-")}
    assert len(shown) == 27
    assert f"drawn-{pk_of(held, 'A1.1')}" not in shown
    assert fields[f"agreed-{pk_of(held, 'B6.4')}"] == ["1"]
    assert fields[f"agreed-{pk_of(held, 'A1.3')}"] == ["3"]


def test_conversation_agree_changes_one_and_goes_back_to_the_common_one(his, held):
    response = post(his, held, "conversation-agree", agreed={"B6.4": "2"})
    assert (response.status_code, response.url) == (302, path(held))
    assert said(response) == ["The agreed levels are saved."]
    assert agreed(held) == {"B6.4": "2"}
    assert "that is the agreed level, but for B6.4." in words_of(his.get(path(held, DIFFERENCES)))
    response = his.get(path(held, "conversation-agree"))
    assert "Both views give Foundation. You agreed something else." in words_of(response)
    post(his, held, "conversation-agree", page=response, agreed={"B6.4": "1"})
    assert agreed(held) == {"B6.4": ""}
    assert "that is the agreed level. Save, and see them" in words_of(his.get(path(held, DIFFERENCES)))
    post(his, held, "conversation-agree", agreed={"B6.4": "3"})
    assert agreed(held) == {"B6.4": "3"}


def test_conversation_agree_shows_both_levels_of_two_windows(hers, his, held):
    page = his.get(path(held, "conversation-agree"))
    post(hers, held, "conversation-agree", agreed={"B6.4": "2"})
    response = post(his, held, "conversation-agree", page=page, agreed={"B6.4": "3"})
    assert (response.status_code, [href for _, href in summary_of(response)]) == (
        422,
        [f"#discard-{pk_of(held, 'B6.4')}"],
    )
    assert agreed(held) == {"B6.4": "2"}
    assert post(his, held, "conversation-agree", page=response).status_code == 302
    assert agreed(held) == {"B6.4": "3"}


# Targets


def test_agreed_target_edit_agrees_targets_and_areas(his, held):
    page = his.get(path(held, "agreed-target-edit"))
    assert fields_of(page)["target-B2"] == ["not-in-role"]
    assert "Nia Penŵydd chose: Not in the role. The commercial team buys" in words_of(page)
    response = his.post(
        path(held, "agreed-target-edit"),
        fields_of(page) | {"target-B2": "2", "target-A1": "3", "reason-A1": "She leads on it"},
    )
    assert (response.status_code, response.url) == (302, path(held))
    rows = AgreedTarget.objects.filter(assessment=held).values_list("area__code", "rank", "reason")
    assert set(rows) == {("B2", 2, ""), ("A1", 3, "She leads on it")}
    words = words_of(his.get(path(held, AGENDA)))
    assert "A1 Business Acumen Nia Penŵydd chose Practitioner Agreed Expert She leads on it" in words


def test_agreed_target_edit_that_brings_an_area_in_asks_for_its_levels(his, held):
    page = his.get(path(held, "agreed-target-edit"))
    his.post(path(held, "agreed-target-edit"), fields_of(page) | {"target-B2": "2", "reason-B2": ""})
    assert words_of(his.get(path(held, DIFFERENCES))).count("Tomasz Quillfeather: No answer") == 7
    words = words_of(his.get(path(held, AGENDA)))
    assert "1. Where you differ Ten statements" in words
    assert "B2 Procurement and Mobilisation Agreed level Still to agree" in words


def test_agreed_target_edit_says_what_is_wrong_of_the_role(his, held):
    page = his.get(path(held, "agreed-target-edit"))
    response = his.post(path(held, "agreed-target-edit"), fields_of(page) | {"target-A1": "3"})
    assert response.status_code == 422
    assert summary_of(response) == [("Say why the role needs something else in A1 Business Acumen", "#reason-A1")]


def test_agreed_target_edit_shows_what_was_agreed_meanwhile(hers, his, held):
    page = his.get(path(held, "agreed-target-edit"))
    change = {"target-A1": "3", "reason-A1": "Hers"}
    assert hers.post(path(held, "agreed-target-edit"), fields_of(page) | change).status_code == 302
    response = his.post(path(held, "agreed-target-edit"), fields_of(page) | {"target-A1": "1", "reason-A1": "His"})
    assert response.status_code == 422
    assert summary_of(response) == [
        ("A1 was changed after you opened this page. Choose which target to keep.", "#discard-A1")
    ]
    assert "Saved meanwhile: Expert, because: Hers" in words_of(response)
    assert fields_of(response)["reason-A1"] == ["His"]
    assert his.post(path(held, "agreed-target-edit"), fields_of(response)).status_code == 302
    assert AgreedTarget.objects.get(assessment=held, area__code="A1").reason == "His"


# Confirming


def test_conversation_confirm_shows_what_is_missing(his, held):
    response = his.get(path(held, "conversation-confirm"))
    words, links = words_of(response), links_of(response)
    assert "Something is missing before you can confirm." in words
    assert links["the day that you talked"] == f"{path(held, RECORD)}#id_held_on_day"
    assert links["A1.1 Risk management approach"] == f"{path(held, DIFFERENCES)}#statement-A1.1"
    response = post(his, held, "conversation-confirm", page=response)
    assert response.status_code == 422
    assert "<title>Error: " in response.text
    links = links_of(response)
    for code in ("B4.3", "A2.3", "A1.1"):
        field = f"{path(held, DIFFERENCES)}#agreed-{pk_of(held, code)}"
        assert links[f"Choose the level that you agree for {code}"] == field
    assert links["Enter the day that you talked"] == f"{path(held, RECORD)}#id_held_on_day"


def test_conversation_confirm_keeps_a_disagreement_that_is_typed_too_early(hers, held):
    response = post(hers, held, "conversation-confirm", disagreement=f"Not B4.3 {HOSTILE}")
    assert response.status_code == 422
    assert fields_of(response)["disagreement"] == [f"Not B4.3 {HOSTILE}"]
    assert Conversation.objects.get(assessment=held).disagreement == ""


def test_conversation_confirm_shows_what_is_frozen(his, ready):
    words = words_of(his.get(path(ready, "conversation-confirm")))
    for told in (
        "A1 Business Acumen Agreed level Foundation, one level below target Agreed target Practitioner",
        "B1 Design and Development Agreed level Not in the role Agreed target Not in the role",
        "Gaps without a goal: one (A1.1).",
    ):
        assert told in words, told


def test_conversation_confirm_shows_that_an_area_has_no_level_yet(his, held):
    words = words_of(his.get(path(held, "conversation-confirm")))
    assert "A1 Business Acumen Agreed level Not agreed yet Agreed target Practitioner" in words
    assert "Gaps without a goal: none." in words


def test_conversation_confirm_by_both_agrees_and_leads_to_the_report(hers, his, ready):
    response = post(his, ready, "conversation-confirm")
    assert (response.status_code, response.url) == (302, path(ready))
    assert said(response) == ["You have confirmed. Nia Penŵydd is asked to confirm too."]
    words = words_of(his.get(path(ready)))
    assert "If either of you changes anything here, that no longer counts." in words
    assert "Go on to confirm" not in words
    assert "It waits for Nia Penŵydd." in words_of(his.get(path(ready, "conversation-confirm")))
    page = hers.get(path(ready, "conversation-confirm"))
    assert "Tomasz Quillfeather has confirmed this. When you confirm it too, it is frozen." in words_of(page)
    response = post(hers, ready, "conversation-confirm", page=page, disagreement=f"Not B4.3 {HOSTILE}")
    assert (response.status_code, response.url) == (302, reverse("report-detail", args=[ready.pk]))
    assert reread(ready).is_agreed
    assert Conversation.objects.get(assessment=ready).disagreement == f"Not B4.3 {HOSTILE}"


def test_conversation_confirm_twice_says_that_it_is_confirmed(his, ready):
    page = his.get(path(ready, "conversation-confirm"))
    post(his, ready, "conversation-confirm", page=page)
    response = post(his, ready, "conversation-confirm", page=page)
    assert (response.status_code, said(response)[-1]) == (302, "You have confirmed this already.")
    assert Event.objects.filter(assessment=ready, kind=Event.Kind.CONFIRMED).count() == 1


def test_conversation_confirm_asks_only_its_owner_for_a_disagreement(hers, his, ready):
    assert "disagreement" in fields_of(hers.get(path(ready, "conversation-confirm")))
    page = his.get(path(ready, "conversation-confirm"))
    assert "disagreement" not in fields_of(page)
    post(his, ready, "conversation-confirm", page=page, disagreement="Smuggled in")
    assert Conversation.objects.get(assessment=ready).disagreement == ""


def test_conversation_confirm_says_what_is_wrong_with_a_disagreement(hers, ready):
    response = post(hers, ready, "conversation-confirm", disagreement="x" * 2001)
    text = "What you disagree with must be 2,000 characters or fewer. It has 2,001."
    assert (response.status_code, summary_of(response)) == (422, [(text, "#id_disagreement")])
    assert fields_of(response)["disagreement"] == ["x" * 2001]


def test_conversation_confirm_of_what_was_changed_meanwhile_is_refused_and_says_what(hers, his, ready, owner):
    page = hers.get(path(ready, "conversation-confirm"))
    agree(his, ready, A1_1="3")
    post(his, ready, RECORD, points="Other points", held_on=("2", "9", "2026"))
    _goal(owner, "A new goal", "A1.1", assessment=ready)
    response = post(hers, ready, "conversation-confirm", page=page, disagreement="Kept")
    assert response.status_code == 422
    text = "The record was changed while you read it, so it is not confirmed. Read what changed, then confirm."
    assert summary_of(response) == [(text, "#changed")]
    words = words_of(response)
    for told in (
        "The day of the conversation was changed.",
        "What you talked about was changed.",
        "A1.1 Risk management approach is now: Expert.",
        "A goal was added: A new goal",
    ):
        assert told in words
    assert fields_of(response)["disagreement"] == ["Kept"]
    assert not Event.objects.filter(assessment=ready, kind=Event.Kind.CONFIRMED).exists()
    assert post(hers, ready, "conversation-confirm", page=response).status_code == 302
    assert Conversation.objects.get(assessment=ready).disagreement == "Kept"


@pytest.mark.parametrize(
    "seen", ["", "{", "[]", '{"day":1}', '{"day":1,"points":"","again":"","levels":{},"targets":{},"goals":{}}']
)
def test_conversation_confirm_without_what_was_seen_is_refused_and_says_something(his, ready, seen):
    response = his.post(path(ready, "conversation-confirm"), {"revision": "x", "seen": seen})
    assert (response.status_code, [href for _, href in summary_of(response)]) == (422, ["#changed"])


def test_a_change_removes_a_confirmation_and_says_so(hers, his, ready, boss):
    post(his, ready, "conversation-confirm")
    Notice.objects.all().delete()
    assert "Tomasz Quillfeather confirmed on" in words_of(hers.get(path(ready)))
    response = agree(hers, ready, A1_1="2")
    assert said(response) == [
        "Tomasz Quillfeather had confirmed. After your change, that no longer counts. They are told.",
        "The agreed levels are saved.",
    ]
    assert Conversation.objects.get(assessment=ready).line_manager_confirmed_at is None
    assert [each.recipient for each in Notice.objects.filter(kind=Notice.Kind.CONFIRMATION_REMOVED)] == [boss]


def test_conversation_detail_says_what_removed_a_confirmation(hers, his, ready, boss):
    post(his, ready, "conversation-confirm")
    assert "no longer counts. Read it again" not in words_of(his.get(path(ready)))
    agree(hers, ready, A1_1="2")
    post(hers, ready, RECORD, points="Other points")
    words = words_of(his.get(path(ready)))
    assert "Nia Penŵydd changed something on " in words
    assert (
        "no longer counts. Read it again, and confirm again. The dates or what you talked about were changed. "
        "A1.1 Risk management approach is now: Practitioner. Goals and targets may have been changed too."
    ) in words
    assert "no longer counts. Read it again" not in words_of(hers.get(path(ready)))
    rate_as_line_manager(ready, {"B6.4": Answered(1, note="Seen")})
    assert "What Tomasz Quillfeather says was changed in B6.4." in words_of(his.get(path(ready)))
    post(his, ready, "conversation-confirm")
    assert "no longer counts. Read it again" not in words_of(his.get(path(ready)))
    post(his, ready, "agreed-target-edit", **{"target-B1": "3", "reason-B1": "More"})
    words = words_of(his.get(path(ready)))
    assert "You changed something on " in words
    assert "A goal or a target was changed." in words


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("conversation-agree", {"agreed": {"B6.4": "2"}}),
        ("agreed-target-edit", {"target-B1": "3", "reason-B1": "More"}),
        (RECORD, {"points": "Other points"}),
    ],
)
def test_a_change_removes_ones_own_confirmation_and_says_so(his, ready, name, typed):
    post(his, ready, "conversation-confirm")
    response = post(his, ready, name, **typed)
    own = "You had confirmed. After your change, that no longer counts: confirm again once you both have read it."
    assert own in said(response)
    assert Conversation.objects.get(assessment=ready).line_manager_confirmed_at is None


# What was seen, as values

LEVEL = "{} is now something else".format


@pytest.mark.parametrize(
    ("seen", "now", "found"),
    [
        (Seen(), Seen(), ()),
        (Seen(day="2026-09-01"), Seen(), ("The day of the conversation was changed.",)),
        (Seen(), Seen(again="2026-09-01"), ("The day to look again was changed.",)),
        (Seen(levels={"A1.1": "2"}), Seen(levels={"A1.1": "1"}), ("A1.1 is now something else.",)),
        (Seen(levels={"B2.1": "2"}), Seen(), ("No longer in the role: B2.1.",)),
        (Seen(targets={"A1": "x"}), Seen(targets={"A1": "y", "B1": "z"}), ("The target was changed in A1, B1.",)),
        (Seen(goals={"1": 1}), Seen(goals={"1": 2}), ("A goal was changed: Goal 1",)),
        (Seen(goals={"1": 1}), Seen(goals={"2": 1}), ("A goal was added: Goal 2", "A goal was taken off the plan.")),
    ],
)
def test_changes_since_something_was_seen(seen, now, found):
    assert changes_since(Seen.read(seen.text()), now, LEVEL, "Goal {}".format) == found


# How much it asks of the database


@pytest.fixture
def apart(sign_in, held):
    """A browser of somebody who differs from the owner of a round with a dozen goals on all statements but one, and that round."""
    owner, boss = make_user(), make_user()
    draft = make_assessment(owner)
    rate_all(draft, 2)
    for number in range(12):
        _goal(owner, f"Goal {number}", "A1.1")
    codes = [each.code for each in version_tree(draft.version).statements]
    return sign_in(boss), review(share(draft, boss), dict.fromkeys(codes[:-1], 0))


def test_conversation_takes_as_many_queries_for_one_difference_as_for_all(apart, his, held):
    browser, many = apart
    asked = {}
    for name in PAGES:
        counts = []
        for each, assessment in ((his, held), (browser, many)):
            each.get(path(assessment, name))
            with CaptureQueriesContext(connection) as seen:
                assert each.get(path(assessment, name)).status_code == 200
            counts.append(len(seen))
        asked[name] = counts
    assert {name: few for name, (few, _) in asked.items()} == {name: many for name, (_, many) in asked.items()}
    assert max(most for _, most in asked.values()) <= 10


def test_conversation_agenda_shows_the_biggest_differences(apart):
    browser, many = apart
    words = words_of(browser.get(path(many, AGENDA)))
    assert words.count("Agreed: Not agreed yet") == 10
    assert "These are the ten biggest differences. See all 65" in words
    assert words_of(browser.get(path(many, DIFFERENCES))).count("Not agreed yet") == 65


def test_conversation_differences_saves_one_level_in_as_many_queries_as_all(his, held):
    page = his.get(path(held, DIFFERENCES))
    with CaptureQueriesContext(connection) as one:
        agree(his, held, page, A1_1="2")
    page = his.get(path(held, DIFFERENCES))
    with CaptureQueriesContext(connection) as three:
        agree(his, held, page, A1_1="1", A2_3="1", B4_3="1")
    assert len(one) == len(three)
