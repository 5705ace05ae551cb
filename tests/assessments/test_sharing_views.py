"""Sharing, taking back, returning, handing over and closing over HTTP; and a round as its owner and its line manager find it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Rating
from assessments.views import sharing
from people.actions import end_line, name_line_manager
from people.models import ReportingLine, User
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import (
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

pytestmark = pytest.mark.django_db

NOTE, REASON, THEIRS = "Quillwort note", "Sundew reason", "Bogbean note of the line manager"
OWNERS = ("assessment-share", "assessment-withdraw", "assessment-hand-over", "assessment-close")
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def manager(kept_for_the_module):
    """Everybody's line manager here."""
    return make_user(name="Tomasz Quillfeather", email="tomasz@example.com", job_title="Head of Facilities")


@pytest.fixture(scope="module")
def owner(manager):
    owner = make_user(name="Nia Penŵydd", email="nia@example.com")
    make_line(owner, manager)
    return owner


@pytest.fixture(scope="module")
def finished(owner):
    """A draft of which every statement is answered; B4.1 has a note, B4.3 is not relevant, B2.2 is at Expert."""
    assessment = make_assessment(owner)
    rate_all(assessment)
    rate(assessment, {"B4.1": Answered(2, note=NOTE), "B4.3": REASON, "B2.2": 3})
    make_evidence(assessment, title="Catering contract")
    return reread(assessment)


@pytest.fixture
def draft(finished):
    return reread(finished)


@pytest.fixture
def shared(draft, manager):
    return share(draft, manager)


@pytest.fixture
def rates_first(draft, manager):
    return share(draft, manager, rates_first=True)


@pytest.fixture
def reviewed(shared):
    return review(shared, {"B4.1": Answered(1, note=THEIRS)})


@pytest.fixture
def agreed(reviewed, manager, owner):
    return confirm(converse(reviewed, {"B4.1": 1}), manager, owner)


@pytest.fixture
def own(sign_in, owner):
    return sign_in(owner)


@pytest.fixture
def theirs(sign_in, manager):
    return sign_in(manager)


def path(name, assessment):
    return reverse(name, args=[assessment.pk])


def state_of(assessment):
    return Assessment.objects.get(pk=assessment.pk).state


def day(moment):
    return date_format(timezone.localtime(moment), "j F Y")


def press(browser, address, **changes):
    """Open a page and send its form, with ``changes``."""
    fields = fields_of(browser.get(address)) | changes
    return browser.post(address, fields, follow=True)


def end(person):
    end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


# assessment-share


def test_assessment_share_lists_what_the_line_manager_will_see(own, draft):
    response = own.get(path("assessment-share", draft))
    words = words_of(response)
    for said in (
        "Your line manager Tomasz Quillfeather",
        "Address you named tomasz@example.com",
        "Your level for 65 statements in eight areas",
        "One statement that you marked as not relevant, with your reason: B4.3",
        "One note, in full: B4.1",
        "One, with its text, link and date, and the statements that it supports: Catering contract",
        "A1 Practitioner, A2 Practitioner, B1 Practitioner",
        "You have no open goal",
        "Let Tomasz Quillfeather rate first, before they see your levels",
    ):
        assert said in words
    assert NOTE not in words
    links = links_of(response)
    assert links["Not the right person? Change your line manager first"] == reverse("line-detail")
    assert links["Read your answers and notes once more"] == path("assessment-check", draft)
    assert state_of(draft) == "draft"


@pytest.mark.parametrize("ticked", [False, True])
def test_assessment_share(own, draft, manager, ticked):
    response = press(own, path("assessment-share", draft), **({"rate_first": "on"} if ticked else {}))
    assert response.redirect_chain == [(path("assessment-detail", draft), 302)]
    assert f"Your {draft.title} is shared with Tomasz Quillfeather." in words_of(response)
    shared = reread(draft)
    assert (shared.state, shared.line_manager, shared.rates_first) == ("shared", manager, ticked)


def test_assessment_share_of_an_unfinished_round_leads_to_what_is_left(own, draft):
    rate(draft, {"A1.2": Answered(), "B4.5": Answered(), "B4.6": Answered(note="Only a note")})
    for method in (own.get, own.post):
        response = method(path("assessment-share", draft))
        assert response.status_code == (200 if method == own.get else 422)
        asked = [
            ("Answer one more statement in A1 Business Acumen", "#answer-A1"),
            ("Answer two more statements in B4 Change Control", "#answer-B4"),
        ]
        assert summary_of(response) == ([] if method == own.get else asked)
        assert "Three statements are left to answer" in words_of(response)
        assert "the button at the foot of this page" not in words_of(response)
        links = links_of(response)
        assert links["Answer two more in B4 Change Control"] == reverse("rating-edit", args=[draft.pk, "B4"])
        assert "rate_first" not in fields_of(response)
    assert state_of(draft) == "draft"


def test_assessment_share_after_the_line_ended_says_what_is_left_to_do(own, shared, owner):
    end(owner)
    response = own.get(path("assessment-share", shared))
    assert response.status_code == 403
    said = "hand it over to a new line manager, or close it"
    assert (
        f"Tomasz Quillfeather is no longer your line manager here, so the assessment waits for you: {said}."
        in words_of(response)
    )


def test_assessment_share_asks_for_nothing_outside_the_role(own, draft):
    rate(draft, {"B2.1": Answered()})
    actions.set_targets(assessment=draft, targets={"B2": (None, "Not mine")})
    response = own.get(path("assessment-share", draft))
    assert summary_of(response) == []
    assert "Six answers in B2, which is not in your role" in words_of(response)
    press(own, path("assessment-share", draft))
    assert state_of(draft) == "shared"


def test_assessment_share_without_a_line_manager_leads_to_naming_one(own, draft, owner):
    mark = fields_of(own.get(path("assessment-share", draft)))["seen"]
    end(owner)
    response = own.get(path("assessment-share", draft))
    assert "First: name your line manager" in words_of(response)
    assert links_of(response)["Name your line manager"] == reverse("line-detail")
    response = own.post(path("assessment-share", draft), {"seen": mark})
    assert response.status_code == 422
    assert summary_of(response) == [("Name a line manager, who has to accept before you can share", "#reader")]
    assert state_of(draft) == "draft"


def test_assessment_share_waits_for_somebody_who_has_not_accepted(own, draft, owner):
    end(owner)
    name_line_manager(person=owner, email="someone@example.com", asked_by=owner)
    words = words_of(own.get(path("assessment-share", draft)))
    assert "someone@example.com has not accepted yet" in words
    response = own.post(path("assessment-share", draft))
    assert response.status_code == 422
    assert [href for _, href in summary_of(response)] == ["#reader"]
    assert state_of(draft) == "draft"


def test_assessment_share_with_a_closed_account_is_not_offered(own, draft, manager):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert "First: name your line manager" in words_of(own.get(path("assessment-share", draft)))


@pytest.mark.parametrize("seen", [None, "", "x\0", "another mark"])
def test_assessment_share_of_a_list_that_was_not_seen_is_refused(own, draft, seen):
    posted = {"rate_first": "on"} | ({} if seen is None else {"seen": seen})
    response = own.post(path("assessment-share", draft), posted)
    assert response.status_code == 422
    ((said, href),) = summary_of(response)
    assert (href, "has changed since you opened this page" in said) == ("#what", True)
    assert state_of(draft) == "draft"
    fields = fields_of(response)
    assert fields["rate_first"] == ["on"]
    assert own.post(path("assessment-share", draft), fields).status_code == 302
    assert reread(draft).rates_first


def test_assessment_share_shows_what_was_added_meanwhile_before_it_is_shared(own, draft):
    fields = fields_of(own.get(path("assessment-share", draft)))
    make_evidence(draft, title="Added in another window")
    response = own.post(path("assessment-share", draft), fields)
    assert response.status_code == 422
    assert "Added in another window" in words_of(response)
    assert state_of(draft) == "draft"


def test_assessment_share_goes_to_nobody_but_the_one_who_was_shown(own, draft, owner):
    fields = fields_of(own.get(path("assessment-share", draft)))
    make_line(owner, make_user(name="Ottoline Sedgemoor"))
    response = own.post(path("assessment-share", draft), fields)
    assert response.status_code == 422
    assert "Share with Ottoline Sedgemoor" in words_of(response)
    assert state_of(draft) == "draft"


def test_assessment_share_is_undone_when_the_line_manager_changes_at_that_moment(own, draft, owner, monkeypatch):
    fields = fields_of(own.get(path("assessment-share", draft)))
    share_assessment = sharing.share_assessment

    def overtaken(**given):
        make_line(owner, make_user(name="Ottoline Sedgemoor"))
        share_assessment(**given)

    monkeypatch.setattr(sharing, "share_assessment", overtaken)
    response = own.post(path("assessment-share", draft), fields)
    assert (response.status_code, response.url) == (302, path("assessment-share", draft))
    assert state_of(draft) == "draft"


def test_assessment_share_takes_as_many_queries_for_much_as_for_little(own, draft):
    with CaptureQueriesContext(connection) as few:
        own.get(path("assessment-share", draft))
    for number in range(4):
        make_evidence(draft, title=f"Example {number}")
    rate(draft, {f"B1.{number}": Answered(2, note="A note") for number in range(1, 9)})
    with CaptureQueriesContext(connection) as many:
        own.get(path("assessment-share", draft))
    assert len(few) == len(many) <= 10


def test_names_and_titles_are_shown_as_text(own, draft, manager):
    User.objects.filter(pk=manager.pk).update(name=HOSTILE)
    make_evidence(draft, title=HOSTILE)
    text = own.get(path("assessment-share", draft)).text
    assert "<b>" not in text
    assert "<script>alert" not in text
    assert text.count("&lt;b&gt;&amp;{{7*7}}") >= 4


# assessment-withdraw


def test_assessment_withdraw_asks_first(own, shared):
    response = own.get(path("assessment-withdraw", shared))
    assert "Tomasz Quillfeather cannot open it any more" in words_of(response)
    assert links_of(response)["Go back"] == path("assessment-detail", shared)
    assert state_of(shared) == "shared"


def test_assessment_withdraw(own, theirs, shared):
    response = press(own, path("assessment-withdraw", shared))
    assert response.redirect_chain == [(path("assessment-detail", shared), 302)]
    assert "Tomasz Quillfeather cannot see it any more." in words_of(response)
    assert state_of(shared) == "draft"
    assert theirs.get(path("assessment-detail", shared)).status_code == 404


def test_assessment_withdraw_after_the_line_manager_added_something_says_so(own, shared):
    page = fields_of(own.get(path("assessment-withdraw", shared)))
    review(shared, {"A1.1": 1}, finish=False)
    response = own.post(path("assessment-withdraw", shared), page)
    assert response.status_code == 403
    assert words_of(response).startswith("Tomasz Quillfeather has begun the review – ")
    assert "so it can no longer be taken back. Ask Tomasz Quillfeather to return it" in words_of(response)
    assert state_of(shared) == "shared"


def test_assessment_withdraw_after_a_hand_over_says_whose_ratings_stay(own, reviewed, owner, new_manager):
    new_manager("Ottoline Sedgemoor")
    assert "rated before" not in words_of(own.get(path("assessment-detail", reviewed)))
    press(own, path("assessment-hand-over", reviewed))
    words = words_of(own.get(path("assessment-withdraw", reviewed)))
    assert "What Tomasz Quillfeather rated before stays with the assessment. It is hidden from you" in words


# assessment-return


def test_assessment_return_needs_a_reason(theirs, shared):
    for reason in ("", " \r\n "):
        response = theirs.post(path("assessment-return", shared), {"reason": reason})
        assert response.status_code == 422
        assert summary_of(response) == [("Enter why you return it", "#id_reason")]
    response = theirs.post(path("assessment-return", shared), {"reason": "x" * 1001})
    assert summary_of(response) == [("The reason must be 1,000 characters or fewer. It has 1,001.", "#id_reason")]
    assert fields_of(response)["reason"] == ["x" * 1001]
    assert state_of(shared) == "shared"


def test_assessment_return_gives_it_back_and_its_owner_reads_why(own, theirs, shared):
    response = press(theirs, path("assessment-return", shared), reason=f"B2 is not yours.\r\n{HOSTILE}")
    assert response.redirect_chain == [(reverse("team-list"), 302)]
    assert f"The {shared.title} is returned to Nia Penŵydd, who reads why." in words_of(response)
    assert theirs.get(path("assessment-detail", shared)).status_code == 404
    for page in (path("assessment-detail", shared), reverse("assessment-list")):
        response = own.get(page)
        assert f"Tomasz Quillfeather returned it on {day(timezone.now())} B2 is not yours." in words_of(response)
        assert "<script>alert" not in response.text
    press(own, path("assessment-share", shared))
    assert "returned it on" not in words_of(own.get(path("assessment-detail", shared)))


# assessment-hand-over


@pytest.fixture
def new_manager(owner):
    """Called for a shared round whose owner has another line manager by now."""

    def named(name="Ottoline Sedgemoor"):
        new = make_user(name=name)
        make_line(owner, new)
        return new

    return named


def test_assessment_hand_over_says_what_goes_along(own, reviewed, new_manager):
    new_manager()
    response = own.get(path("assessment-hand-over", reviewed))
    words = words_of(response)
    for said in (
        "Hand over your",
        "You shared it with Tomasz Quillfeather, who is not your line manager any more and cannot open it.",
        "Your line manager Ottoline Sedgemoor",
        "The ratings and notes that Tomasz Quillfeather has given. They stay, signed with their name.",
        "What you two recorded of your conversation",
        "Catering contract",
    ):
        assert said in words


def test_assessment_hand_over(own, sign_in, reviewed, new_manager):
    new = new_manager()
    response = press(own, path("assessment-hand-over", reviewed))
    assert response.redirect_chain == [(path("assessment-detail", reviewed), 302)]
    assert "is handed over to Ottoline Sedgemoor." in words_of(response)
    assert reread(reviewed).line_manager == new
    assert sign_in(new).get(path("assessment-detail", reviewed)).status_code == 200


def test_assessment_hand_over_goes_to_nobody_but_the_one_who_was_shown(own, shared, new_manager, manager):
    new_manager()
    fields = fields_of(own.get(path("assessment-hand-over", shared)))
    new_manager("Somebody Else")
    response = own.post(path("assessment-hand-over", shared), fields)
    assert response.status_code == 422
    assert [href for _, href in summary_of(response)] == ["#what"]
    assert "Somebody Else" in words_of(response)
    assert reread(shared).line_manager == manager


def test_assessment_hand_over_is_undone_when_the_line_manager_changes_at_that_moment(
    own, shared, new_manager, manager, monkeypatch
):
    new_manager()
    fields = fields_of(own.get(path("assessment-hand-over", shared)))
    hand_over_assessment = sharing.hand_over_assessment

    def overtaken(**given):
        new_manager("Somebody Else")
        hand_over_assessment(**given)

    monkeypatch.setattr(sharing, "hand_over_assessment", overtaken)
    response = own.post(path("assessment-hand-over", shared), fields)
    assert (response.status_code, response.url) == (302, path("assessment-hand-over", shared))
    assert reread(shared).line_manager == manager


def test_assessment_hand_over_needs_another_line_manager(own, shared, owner):
    assert own.get(path("assessment-hand-over", shared)).status_code == 403
    end(owner)
    assert own.get(path("assessment-hand-over", shared)).status_code == 403


# assessment-close


def hang(assessment):
    Assessment.objects.filter(pk=assessment.pk).update(shared_at=timezone.now() - timedelta(days=31))


def test_assessment_close_of_a_shared_round_that_goes_on_is_refused(own, shared):
    for method in (own.get, own.post):
        assert method(path("assessment-close", shared)).status_code == 403
    assert state_of(shared) == "shared"


def test_assessment_close_of_a_round_that_hangs(own, theirs, shared):
    hang(shared)
    words = words_of(own.get(path("assessment-close", shared)))
    assert "They have added nothing to it for thirty days." in words
    assert "What Tomasz Quillfeather rated stays hidden" in words
    press(own, path("assessment-close", shared))
    assert state_of(shared) == "closed"
    assert theirs.get(path("assessment-detail", shared)).status_code == 404


def test_assessment_close_after_the_line_ended_offers_the_new_line_manager_first(own, shared, new_manager):
    new_manager()
    response = own.get(path("assessment-close", shared))
    assert "They are no longer your line manager here." in words_of(response)
    assert links_of(response)["hand it over to them"] == path("assessment-hand-over", shared)
    press(own, path("assessment-close", shared))
    assert state_of(shared) == "closed"


def test_assessment_close_after_the_line_manager_came_back_is_refused(own, shared):
    hang(shared)
    page = fields_of(own.get(path("assessment-close", shared)))
    review(shared, {"A1.1": 1}, finish=False)
    response = own.post(path("assessment-close", shared), page)
    assert response.status_code == 403
    assert "Tomasz Quillfeather has added something to the assessment" in words_of(response)
    assert state_of(shared) == "shared"


# Who may do none of it


def test_pages_of_the_owner_are_not_there_for_anybody_else(sign_in, shared, manager, stranger, superuser):
    for person in (manager, stranger, superuser):
        browser = sign_in(person)
        for name in OWNERS:
            for method in (browser.get, browser.post):
                assert (name, method(path(name, shared)).status_code) == (name, 404)
    assert state_of(shared) == "shared"


def test_assessment_return_is_there_for_the_line_manager_alone(sign_in, shared, owner, stranger, superuser):
    for person in (owner, stranger, superuser):
        browser = sign_in(person)
        for method in (browser.get, browser.post):
            assert method(path("assessment-return", shared), {"reason": "Why not"}).status_code == 404
    assert state_of(shared) == "shared"


def test_nothing_of_it_can_be_done_to_an_agreed_round(own, theirs, agreed):
    for name in (*OWNERS, "assessment-return"):
        browser = theirs if name == "assessment-return" else own
        for method in (browser.get, browser.post):
            response = method(path(name, agreed), {"reason": "Why not"})
            assert (name, response.status_code) == (name, 403)
            assert f"The assessment was agreed on {day(agreed.agreed_at)}" in words_of(response)
    assert state_of(agreed) == "agreed"


def test_nothing_of_it_can_be_done_to_a_closed_round(own, draft):
    close(draft)
    for name in OWNERS:
        response = own.post(path(name, draft))
        assert (name, response.status_code) == (name, 403)
        assert "The assessment was closed on" in words_of(response)


@pytest.mark.parametrize(
    ("name", "action", "given"),
    [
        ("assessment-withdraw", "withdraw_assessment", {}),
        ("assessment-return", "return_assessment", {"reason": "Why not"}),
    ],
)
def test_a_round_that_is_overtaken_between_page_and_action_is_refused(
    own, theirs, shared, monkeypatch, name, action, given
):
    def overtaken(**_):
        raise actions.NotOpen

    monkeypatch.setattr(sharing, action, overtaken)
    browser = theirs if name == "assessment-return" else own
    assert browser.post(path(name, shared), given).status_code == 403


def test_a_former_line_manager_gets_nothing(theirs, shared, owner):
    end(owner)
    for name in ("assessment-detail", "assessment-check", "evidence-list", "assessment-return"):
        assert theirs.get(path(name, shared)).status_code == 404
    assert str(shared.pk) not in theirs.get(reverse("assessment-list")).text


# The round as its owner finds it


def test_assessment_detail_of_a_shared_round_waits_for_the_line_manager(own, shared):
    response = own.get(path("assessment-detail", shared))
    words, links = words_of(response), links_of(response)
    assert f"Waiting for Tomasz Quillfeather You shared your {shared.title} on {day(shared.shared_at)}." in words
    assert "They have not added anything yet." in words
    assert links["Take it back"] == path("assessment-withdraw", shared)
    assert not {path(name, shared) for name in ("assessment-share", "assessment-close", "assessment-delete")} & set(
        links.values()
    )


def test_assessment_detail_says_nothing_of_a_review_that_is_not_finished(own, shared):
    review(shared, {"A1.1": Answered(1, note=THEIRS), "A1.2": 3}, finish=False)
    response = own.get(path("assessment-detail", shared))
    words = words_of(response)
    assert "They have begun the review." in words
    assert THEIRS not in words
    assert "two" not in words.partition("Section A")[0].casefold().split()
    assert path("conversation-detail", shared) not in links_of(response).values()


def test_assessment_detail_after_the_review_leads_to_the_conversation(own, reviewed):
    response = own.get(path("assessment-detail", reviewed))
    assert f"finished the review of your {reviewed.title} on {day(reviewed.reviewed_at)}" in words_of(response)
    assert links_of(response)["Prepare the conversation"] == path("conversation-detail", reviewed)


def test_assessment_detail_says_who_has_yet_to_confirm(own, reviewed, owner, manager):
    talked = converse(reviewed, {"B4.1": 1})
    assert "Your conversation is recorded. When a level is agreed for each statement" in words_of(
        own.get(path("assessment-detail", talked))
    )
    confirm(talked, owner)
    assert "Waiting for Tomasz Quillfeather to confirm" in words_of(own.get(path("assessment-detail", talked)))


def test_assessment_detail_when_the_line_manager_has_confirmed(own, reviewed, manager):
    talked = confirm(converse(reviewed, {"B4.1": 1}), manager)
    response = own.get(path("assessment-detail", talked))
    assert f"Tomasz Quillfeather confirmed on {day(timezone.now())}, and it waits for you." in words_of(response)
    assert links_of(response)["Read and confirm"] == path("conversation-detail", talked)


def test_assessment_detail_without_a_line_waits_for_its_owner(own, shared, owner, new_manager):
    end(owner)
    response = own.get(path("assessment-detail", shared))
    assert "Tomasz Quillfeather is no longer your line manager here" in words_of(response)
    links = links_of(response)
    assert links["Name your line manager"] == reverse("line-detail")
    assert links["Or close it"] == path("assessment-close", shared)
    new_manager()
    links = links_of(own.get(path("assessment-detail", shared)))
    assert links["Hand it over to Ottoline Sedgemoor"] == path("assessment-hand-over", shared)


def test_assessment_detail_of_an_agreed_round(own, agreed):
    response = own.get(path("assessment-detail", agreed))
    words, links = words_of(response), links_of(response)
    assert f"You agreed this assessment with Tomasz Quillfeather on {day(agreed.agreed_at)}." in words
    assert f"Check code of the report: {agreed.check_code}" in words
    assert links["Read the record of the conversation"] == path("conversation-detail", agreed)
    assert links["your plan"] == path("plan-detail", agreed)


def test_assessment_detail_tells_who_did_what_and_when(own, theirs, agreed):
    history = words_of(own.get(path("assessment-detail", agreed))).partition("History")[2]
    said = [
        "You started this assessment",
        "You shared it",
        "Tomasz Quillfeather finished the review",
        "Tomasz Quillfeather confirmed what was recorded",
        "You confirmed what was recorded",
        "Both had confirmed, so it was agreed",
    ]
    places = [history.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)
    history = words_of(theirs.get(path("assessment-detail", agreed))).partition("History")[2]
    assert "Nia Penŵydd shared it" in history
    assert "You finished the review" in history


def test_assessment_detail_takes_as_many_queries_for_a_short_history_as_for_a_long_one(own, theirs, shared, manager):
    with CaptureQueriesContext(connection) as few:
        own.get(path("assessment-detail", shared))
    with CaptureQueriesContext(connection) as few_of_theirs:
        theirs.get(path("assessment-detail", shared))
    for _ in range(3):
        actions.return_assessment(assessment=reread(shared), by=manager, reason="Again")
        share(reread(shared), manager)
    with CaptureQueriesContext(connection) as many:
        own.get(path("assessment-detail", shared))
    with CaptureQueriesContext(connection) as many_of_theirs:
        theirs.get(path("assessment-detail", shared))
    assert len(few) == len(many) <= 11
    assert len(few_of_theirs) == len(many_of_theirs) <= 9


# The round as its line manager finds it


def test_assessment_detail_of_the_line_manager_names_the_owner_and_the_next_thing(theirs, shared):
    response = theirs.get(path("assessment-detail", shared))
    words, links = words_of(response), links_of(response)
    assert f"Nia Penŵydd’s {shared.title}" in words
    assert f"Waits for you Shared on {day(shared.shared_at)}." in words
    assert links["Review it"] == path("review-detail", shared)
    assert links["Nia Penŵydd’s answers"] == path("assessment-check", shared)
    assert links["Nia Penŵydd’s gap report"] == path("report-detail", shared)
    assert links["Return it to Nia Penŵydd"] == path("assessment-return", shared)
    assert not {path(name, shared) for name in OWNERS} & set(links.values())


def test_pages_name_the_owner_where_the_line_manager_reads_them(theirs, shared):
    for name, said in (("assessment-check", "Nia Penŵydd’s answers"), ("evidence-list", "Nia Penŵydd’s work examples")):
        response = theirs.get(path(name, shared))
        assert response.status_code == 200
        words = words_of(response).partition("Nia Penŵydd’s")
        assert said in words[1] + words[2]
        assert "Your answer" not in words[2]
        assert "our role" not in words[2]
    response = theirs.get(reverse("assessment-area", args=[shared.pk, "B4"]))
    words = words_of(response)
    assert "Nia Penŵydd’s answer: Practitioner." in words
    assert f"Not relevant to the role, because: {REASON}" in words
    for theirs_not in ("Your answer", "Your target", "your role", "Only you"):
        assert theirs_not not in words


def test_pages_of_answers_say_what_was_agreed(own, theirs, reviewed, manager, owner):
    talked = converse(reviewed, {"B4.1": 1})
    pages = [path("assessment-check", talked)]
    pages += [reverse(name, args=[talked.pk, "B4"]) for name in ("assessment-area", "rating-edit")]
    for browser in (own, theirs):
        assert "Agreed: " not in "".join(words_of(browser.get(page)) for page in pages)
    confirm(talked, manager, owner)
    for browser in (own, theirs):
        for page, count in zip(pages, (66, 7, 7), strict=True):
            words = words_of(browser.get(page))
            assert words.count("Agreed: ") == count
            assert "Agreed: Not relevant to the role" in words
            assert "Agreed: Practitioner and Expert" in words
        assert "B4.1 Change process Agreed: Foundation" in words
        area = words_of(browser.get(pages[1]))
        assert "answer: Practitioner. Agreed: Foundation." in area


def test_work_examples_are_shown_in_full_where_they_cannot_be_opened(own, theirs, draft, manager):
    make_evidence(draft, title="Long", text=f"{'word ' * 100}END")
    assert "END" not in words_of(own.get(path("evidence-list", draft)))
    share(draft, manager)
    for browser in (own, theirs):
        assert "END" in words_of(browser.get(path("evidence-list", draft)))


def test_the_line_manager_who_rates_first_sees_no_level(theirs, rates_first):
    for name in ("assessment-check", "assessment-area"):
        args = [rates_first.pk, "B4"] if name == "assessment-area" else [rates_first.pk]
        response = theirs.get(reverse(name, args=args))
        assert (response.status_code, response.url) == (302, path("review-detail", rates_first))
    response = theirs.get(path("assessment-detail", rates_first))
    words, links = words_of(response), links_of(response)
    assert "Nia Penŵydd asked you to rate first." in words
    assert REASON not in words
    assert "not relevant to the role are left out" in words
    assert not {path("assessment-check", rates_first), path("report-detail", rates_first)} & set(links.values())
    assert reverse("assessment-area", args=[rates_first.pk, "A1"]) not in links.values()
    examples = words_of(theirs.get(path("evidence-list", rates_first)))
    assert "Catering contract" in examples
    assert (
        path("assessment-check", rates_first) not in links_of(theirs.get(path("evidence-list", rates_first))).values()
    )


def test_the_line_manager_who_rated_first_sees_the_levels_when_they_have_finished(theirs, rates_first, owner):
    by_hand = {
        row.statement.code: row.rank
        for row in Rating.objects.filter(assessment=rates_first).select_related("statement")
    }
    review(rates_first, {code: rank if rank is not None else "Not theirs" for code, rank in by_hand.items()})
    assert theirs.get(path("assessment-check", rates_first)).status_code == 200
    assert links_of(theirs.get(path("assessment-detail", rates_first)))["Nia Penŵydd’s gap report"]


def test_pages_that_change_a_draft_are_not_there_for_the_line_manager(theirs, shared):
    for name in ("evidence-create", "target-edit", "assessment-role", "assessment-delete"):
        for method in (theirs.get, theirs.post):
            assert (name, method(path(name, shared)).status_code) == (name, 404)


# The list


def test_assessment_list_of_a_shared_round(own, shared):
    response = own.get(reverse("assessment-list"))
    words = words_of(response)
    assert "Waiting for Tomasz Quillfeather" in words
    assert "Who can see it You and Tomasz Quillfeather" in words
    assert "Tomasz Quillfeather reviews it You see their ratings when they have finished Waiting for" in words
    assert links_of(response)["Take it back"] == path("assessment-withdraw", shared)


def test_assessment_list_names_whoever_was_asked_and_has_not_accepted(own, shared, owner):
    end(owner)
    name_line_manager(person=owner, email="someone@example.com", asked_by=owner)
    said = f"You asked someone@example.com on {day(timezone.now())}, who has not accepted yet."
    for page in (reverse("assessment-list"), path("assessment-detail", shared)):
        response = own.get(page)
        assert said in words_of(response)
        assert links_of(response)["See or change whom you asked"] == reverse("line-detail")
        assert "Name your line manager" not in links_of(response)
    own.post(path("assessment-close", shared))
    make_assessment(owner)
    words = words_of(own.get(reverse("assessment-list")))
    assert f"Line manager Asked someone@example.com on {day(timezone.now())}, not accepted yet" in words


def test_a_confirmation_that_was_removed_is_asked_for_again(own, theirs, reviewed, owner, manager):
    again, address = "ead what was changed, and confirm again", path("assessment-detail", reviewed)
    talked = confirm(converse(reviewed, {"B4.1": 1}), owner)
    assert again not in words_of(own.get(address))
    actions.record_conversation(
        assessment=talked, by=manager, held_on=talked.conversation.held_on, points="Else", look_again_on=None
    )
    for page in (address, reverse("assessment-list")):
        response = own.get(page)
        assert f"Next: r{again}" in words_of(response)
        assert links_of(response)["Read it again"] == path("conversation-detail", reviewed)
    assert again not in words_of(theirs.get(address))
    confirm(talked, manager)
    actions.record_conversation(
        assessment=talked, by=owner, held_on=talked.conversation.held_on, points="More", look_again_on=None
    )
    assert again not in words_of(own.get(address))
    assert f"R{again}" in words_of(theirs.get(address))
    confirm(talked, manager)
    actions.record_conversation(
        assessment=talked, by=manager, held_on=talked.conversation.held_on, points="Own", look_again_on=None
    )
    assert again not in words_of(theirs.get(address))


def test_assessment_list_after_agreeing_leads_to_the_plan(own, agreed):
    response = own.get(reverse("assessment-list"))
    words, links = words_of(response), links_of(response)
    assert f"You agreed your {agreed.title} with Tomasz Quillfeather on {day(agreed.agreed_at)}." in words
    assert links["See your plan"] == path("plan-detail", agreed)
    assert links["Start your next assessment now"] == path("assessment-next", agreed)
    by_path = {href: text for text, href in links.items()}
    assert by_path[path("assessment-detail", agreed)].startswith("See what you agreed")


def test_assessment_list_a_year_after_agreeing_leads_to_the_next_round(own, agreed, monkeypatch):
    localdate = timezone.localdate
    shifts = {False: timedelta(days=366), True: timedelta()}
    monkeypatch.setattr(timezone, "localdate", lambda *at: localdate(*at) + shifts[bool(at)])
    links = links_of(own.get(reverse("assessment-list")))
    assert links[f"Start from your {agreed.title}"] == path("assessment-next", agreed)
    assert links["Start afresh instead"] == reverse("assessment-start")


def test_assessment_list_tells_a_line_manager_what_waits_for_them(theirs, shared, manager):
    asking = make_user(name="Quin Asks")
    name_line_manager(person=asking, email=manager.email, asked_by=asking)
    response = theirs.get(reverse("assessment-list"))
    words, links = words_of(response), links_of(response)
    assert f"Nia Penŵydd’s {shared.title} Waits for you. Shared on {day(shared.shared_at)}" in words
    assert links[f"Review it: Nia Penŵydd’s {shared.title}"] == path("review-detail", shared)
    assert "Accept or decline Quin Asks" in links
    assert links["See your whole team"] == reverse("team-list")
    assert "Start your assessment" in links


def test_assessment_list_tells_nobody_of_a_round_that_waits_for_its_owner(theirs, reviewed, manager):
    confirm(converse(reviewed, {"B4.1": 1}), manager)
    assert "Waiting for you as line manager" not in words_of(theirs.get(reverse("assessment-list")))


def test_assessment_list_of_a_line_manager_takes_as_many_queries_for_one_round_as_for_many(theirs, shared, manager):
    with CaptureQueriesContext(connection) as few:
        theirs.get(reverse("assessment-list"))
    for _ in range(2):
        other = make_assessment(make_user())
        rate_all(other)
        share(other, manager)
    with CaptureQueriesContext(connection) as many:
        assert theirs.get(reverse("assessment-list")).text.count("Waits for you") == 3
    assert len(few) == len(many)


def test_an_agreed_round_of_somebody_else_stays_out_of_ones_own_list(theirs, agreed):
    assert str(agreed.pk) not in theirs.get(reverse("assessment-list")).text
