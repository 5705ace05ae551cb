"""The line manager's review: the list of areas, the page of one area, agreeing with the rest, and finishing."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.answers import NOT_RELEVANT, Answered
from assessments.models import Conversation, Rating
from assessments.standing import read_views
from people.actions import lines
from people.models import ReportingLine
from standards.tree import version_tree
from tests.assessments.pages import links_of, summary_of, words_of
from tests.factories import (
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
from tests.pages import Page

pytestmark = pytest.mark.django_db

QUERIES_TO_DRAW = 10
QUERIES_TO_SAVE = 12
HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"
OWN_NOTE = f"Ran the options paper {HOSTILE}"
OWN_REASON = "The commercial team keeps the documents."


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def reader(kept_for_the_module):
    return make_user(name="Tomasz Quillfeather")


@pytest.fixture(scope="module")
def draft(owner, reader):
    """Practitioner throughout, but in B4; B2 is not in the role."""
    assessment = make_assessment(owner, targets={"B2": (None, "Buying is done elsewhere.")})
    rate_all(assessment)
    rate(assessment, {"B4.3": Answered(2, note=OWN_NOTE), "B4.4": 1, "B4.6": 0, "B4.7": OWN_REASON})
    make_evidence(
        assessment,
        title="Options paper",
        text=f"Three options {HOSTILE}",
        link="https://example.gov.uk/records/1",
        dated=date(2026, 5, 1),
        statements=("B4.3", "B4.5"),
    )
    make_line(owner, reader)
    return assessment


@pytest.fixture(scope="module")
def kept(draft, reader):
    return share(draft, reader)


@pytest.fixture
def shared(kept):
    return reread(kept)


@pytest.fixture
def rating_first(kept, owner, reader):
    """Shared so that the line manager rates before they see levels."""
    actions.withdraw_assessment(assessment=reread(kept), by=owner)
    return share(reread(kept), reader, rates_first=True)


@pytest.fixture
def browser(sign_in, reader):
    return sign_in(reader)


def path(assessment, area=None, name=None):
    if area:
        return reverse(name or "review-edit", args=[assessment.pk, area])
    return reverse(name or "review-detail", args=[assessment.pk])


def pk_of(assessment, code):
    return next(each.pk for each in version_tree(assessment.version).statements if each.code == code)


class Opened:
    """An open page of an area's review. Fields are named by code here: "level-B4.3"."""

    def __init__(self, client, assessment, response, area="B4"):
        self.client, self.assessment, self.area, self.response = client, assessment, area, response
        self.page = Page(response).check()
        self.words = self.page.text
        self.pks = {each.code: str(each.pk) for each in version_tree(assessment.version).area(area).statements}
        self.form = self.page.form("shared")

    def send(self, typed=None, **more):
        named = {}
        for name, value in (typed or {}).items():
            field, _, code = name.partition("-")
            named[f"{field}-{self.pks[code]}"] = value
        return self.client.post(path(self.assessment, self.area), self.form.data(**named, **more))

    def again(self, response):
        return Opened(self.client, self.assessment, response, self.area)

    def value(self, name):
        field, _, code = name.partition("-")
        values = self.form.fields.get(f"{field}-{self.pks[code]}", [])
        assert len(values) <= 1
        return values[0] if values else None

    @property
    def to_rate(self):
        """The codes of the statements that have fields."""
        return [code for code, pk in self.pks.items() if f"drawn-{pk}" in self.form.fields]

    def part(self, code):
        """The words of one statement's part of the page, with what the page says after the last of them."""
        _, _, rest = self.page.html.partition(f'id="statement-{code}"')
        return " ".join(re.sub(r"<[^>]*>", " ", rest.partition('id="statement-')[0]).split())


def opened(client, assessment, area="B4", query=""):
    return Opened(client, assessment, client.get(path(assessment, area) + query), area)


def rated(assessment, area="B4"):
    """The line manager's ratings in an area, by code."""
    view = read_views(assessment).line_manager
    statements = version_tree(assessment.version).area(area).statements
    return {each.code: view[each.pk].answer for each in statements if each.pk in view}


# One area, before anything is rated


def test_review_edit_asks_for_every_statement_and_chooses_nothing(browser, shared):
    page = opened(browser, shared)
    assert page.response.status_code == 200
    assert page.to_rate == ["B4.1", "B4.2", "B4.3", "B4.4", "B4.5", "B4.6", "B4.7"]
    assert [page.value(f"level-{code}") for code in page.to_rate] == [None] * 7
    for each in version_tree(shared.version).area("B4").statements:
        for cell in each.cells:
            assert f"level-{each.pk}-{cell.rank}" in page.page.ids
            assert " ".join(cell.text.split()) in page.words
    assert "Where you differ" not in page.words
    assert "Where you agree" not in page.words


def test_review_edit_shows_what_the_owner_says(browser, shared):
    page = opened(browser, shared)
    assert "Nia Penŵydd says Practitioner , at target" in page.part("B4.1")
    assert "Nia Penŵydd says Expert , at target" in page.part("B4.2")
    assert "Nia Penŵydd says Foundation , one level below target" in page.part("B4.4")
    assert "Nia Penŵydd says Not yet at Foundation , two levels below target" in page.part("B4.6")
    assert f"Nia Penŵydd says Not relevant , because: {OWN_REASON}" in page.part("B4.7")
    assert OWN_NOTE in page.words
    for example in ("1 work example", "Options paper", "1 May 2026", f"Three options {HOSTILE}"):
        assert example in page.words
    assert links_of(page.response)["https://example.gov.uk/records/1"] == "https://example.gov.uk/records/1"
    assert "<script>alert" not in page.page.html
    assert "Nia Penŵydd’s level Not yet at Foundation" in page.words
    assert "Your level for Nia Penŵydd Not finished" in page.words


def test_review_edit_says_that_an_area_is_not_in_the_role(browser, shared):
    page = opened(browser, shared, "B2")
    assert "this area is not in their role, so nothing here needs a rating" in page.words
    assert "on leaving it out: Buying is done elsewhere." in page.words
    assert "Agree with all the rest" not in page.words
    assert page.send().url == path(shared, "B3")


def test_review_edit_saves_and_goes_on_to_the_next_area_of_the_role(browser, shared, reader):
    typed = {"level-B4.1": "1", "note-B4.1": "Seen twice.", "level-B4.3": NOT_RELEVANT, "reason-B4.3": "Not yet asked."}
    assert opened(browser, shared).send(typed).url == path(shared, "B5")
    assert rated(shared) == {
        "B4.1": Answered(1, note="Seen twice."),
        "B4.3": Answered(not_relevant=True, reason="Not yet asked."),
    }
    assert {row.rated_by for row in Rating.objects.filter(view="line_manager")} == {reader}
    assert opened(browser, shared, "B1").send({"level-B1.1": "1"}).url == path(shared, "B3")
    assert opened(browser, shared, "B6").send().url == path(shared)


def test_review_edit_with_nothing_typed_is_no_act_of_the_line_manager(browser, shared, owner):
    assert opened(browser, shared).send().status_code == 302
    assert reread(shared).acted_at is None
    actions.withdraw_assessment(assessment=reread(shared), by=owner)


@pytest.mark.parametrize("said", ["//example.org", "B9", ""])
def test_review_edit_leads_on_to_areas_of_the_version_only(browser, shared, said):
    assert opened(browser, shared).send(next_area=said).url == path(shared)


def test_review_edit_agrees_with_all_the_rest_of_the_area(browser, shared):
    page = opened(browser, shared)
    response = page.send({"level-B4.1": "1", "note-B4.4": "Let us talk."}, agree="rest")
    assert response.url == path(shared, "B5")
    assert rated(shared) == {
        "B4.1": Answered(1),
        "B4.2": Answered(3),
        "B4.3": Answered(2),
        "B4.4": Answered(1, note="Let us talk."),
        "B4.5": Answered(2),
        "B4.6": Answered(0),
        "B4.7": Answered(not_relevant=True, reason=OWN_REASON),
    }
    assert rated(shared, "B5") == {}
    assert "You agree with Nia Penŵydd on six more statements." in words_of(browser.get(response.url))


# What is refused at a field


def test_a_problem_leaves_the_other_ratings_saved_and_agrees_with_nothing(browser, shared):
    page = opened(browser, shared)
    response = page.send({"level-B4.1": "1", "level-B4.3": NOT_RELEVANT, "note-B4.3": "Typed"}, agree="rest")
    again = page.again(response)
    assert response.status_code == 422
    assert summary_of(response) == [
        ("Say why B4.3 is not relevant to their role", f"#reason-{pk_of(shared, 'B4.3')}"),
    ]
    assert (again.value("level-B4.3"), again.value("note-B4.3")) == (NOT_RELEVANT, "Typed")
    assert rated(shared) == {"B4.1": Answered(1)}
    assert again.to_rate == ["B4.2", "B4.3", "B4.4", "B4.5", "B4.6", "B4.7"]
    assert again.send({"reason-B4.3": "Done by finance."}).status_code == 302
    assert rated(shared)["B4.3"] == Answered(not_relevant=True, reason="Done by finance.", note="Typed")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"level-B4.2": "2"}, "Choose one of the answers shown for B4.2"),
        ({"level-B4.2": "9"}, "Choose one of the answers shown for B4.2"),
        ({"note-B4.2": "x" * 2001}, "Your note on B4.2 must be 2,000 characters or fewer. It has 2,001."),
    ],
)
def test_what_is_not_offered_is_refused_at_the_field(browser, shared, typed, text):
    response = opened(browser, shared).send(typed)
    (field,) = typed
    assert response.status_code == 422
    assert summary_of(response) == [(text, f"#{field.partition('-')[0]}-{pk_of(shared, 'B4.2')}")]
    assert rated(shared) == {}


def test_a_statement_of_another_area_is_refused(browser, shared):
    pk = pk_of(shared, "A1.1")
    assert opened(browser, shared).send(**{f"drawn-{pk}": "0.x", f"level-{pk}": "1"}).status_code == 400


@pytest.mark.parametrize("code", ["B9", "finish2"])
def test_an_area_that_the_version_does_not_have_is_not_there(browser, shared, code):
    assert browser.get(path(shared, code)).status_code == 404


# What is rated


def test_review_edit_shows_differences_in_full_and_agreement_in_a_line_each(browser, shared):
    notes = {"B4.3": Answered(1, note=f"Seen one {HOSTILE}"), "B4.1": Answered(2, note="Agreed."), "B4.7": 3}
    review(shared, notes, finish=False)
    page = opened(browser, shared)
    assert page.to_rate == []
    assert "You and Nia Penŵydd differ on two of seven statements. You say the same about the other five." in page.words
    by_code = {each.code: each for each in version_tree(shared.version).statements}
    part = page.part("B4.3")
    assert "Nia Penŵydd says Practitioner at target" in part
    assert "You say Foundation one level below target" in part
    assert " ".join(by_code["B4.3"].cell(1).text.split()) in page.words
    assert f"Seen one {HOSTILE}" in page.words
    assert f"Nia Penŵydd says Not relevant Because: {OWN_REASON} You say Expert at target" in page.part("B4.7")
    assert (
        page.part("B4.1").partition(" Change your rating")[0]
        == "> B4.1 Change process Practitioner At target You: “Agreed.”"
    )
    assert "Same words at Practitioner and Expert" in page.part("B4.2")
    assert "One level below target" in page.part("B4.4")
    assert links_of(page.response)["Continue to B5"] == path(shared, "B5")


def test_review_edit_opens_a_rated_statement_to_change_and_keeps_what_was_typed_elsewhere(browser, shared):
    page = opened(browser, shared)
    page.send({"level-B4.3": "1", "note-B4.3": "Seen one."})
    page = opened(browser, shared)
    response = page.send({"level-B4.1": "3"}, change="B4.3")
    assert response.url == f"{path(shared, 'B4')}?change=B4.3#statement-B4.3"
    assert rated(shared)["B4.1"] == Answered(3)
    page = opened(browser, shared, query="?change=B4.3")
    assert "B4.3" in page.to_rate
    assert (page.value("level-B4.3"), page.value("note-B4.3")) == ("1", "Seen one.")
    page.send({"level-B4.3": "2"})
    assert rated(shared)["B4.3"] == Answered(2, note="Seen one.")


def test_a_change_in_an_area_that_is_rated_comes_back_to_it(browser, shared):
    review(shared, finish=False)
    page = opened(browser, shared, query="?change=B4.3")
    assert page.to_rate == ["B4.3"]
    assert page.send({"level-B4.3": "1"}).url == path(shared, "B4")


@pytest.mark.parametrize("code", ["A1.1", "B4.9", HOSTILE])
def test_only_a_statement_of_the_area_is_opened(browser, shared, code):
    review(shared, finish=False)
    assert opened(browser, shared).send(change=code).url == path(shared, "B4")
    assert browser.get(path(shared, "B4"), {"change": code}).status_code == 200


# Two windows


def test_of_two_windows_the_second_one_sees_both_ratings(browser, shared):
    first, second = opened(browser, shared), opened(browser, shared)
    first.send({"level-B4.3": "1", "note-B4.3": "From the first"})
    response = second.send({"level-B4.3": "3", "note-B4.3": "From the second", "level-B4.1": "1"}, agree="rest")
    again = second.again(response)
    assert response.status_code == 422
    assert summary_of(response) == [
        (
            "B4.3 was changed in another window. Choose which answer to keep.",
            f"#discard-{pk_of(shared, 'B4.3')}",
        )
    ]
    assert "Saved there: Foundation . Note: From the first" in again.part("B4.3")
    assert (again.value("level-B4.3"), again.value("note-B4.3")) == ("3", "From the second")
    assert rated(shared) == {"B4.1": Answered(1), "B4.3": Answered(1, note="From the first")}
    kept = again.send({"discard-B4.3": "1"})
    assert (kept.status_code, rated(shared)["B4.3"].rank) == (302, 1)
    again.send()
    assert rated(shared)["B4.3"] == Answered(3, note="From the second")


def test_a_page_of_an_earlier_sharing_saves_nothing_and_loses_nothing(browser, shared, owner, reader):
    page, listed = opened(browser, shared), Page(browser.get(path(shared)))
    actions.return_assessment(assessment=shared, by=reader, reason="Look at change again.")
    rate(shared, {"B4.3": 3})
    share(reread(shared), reader)
    for more in ({}, {"agree": "rest"}):
        response = page.send({"level-B4.3": "1", "note-B4.3": "Typed"}, **more)
        again = page.again(response)
        assert response.status_code == 422
        assert summary_of(response)[0][0].startswith("The assessment was shared again while this page was open.")
        assert (again.value("level-B4.3"), again.value("note-B4.3")) == ("1", "Typed")
        assert "Nia Penŵydd says Expert" in again.part("B4.3")
        assert rated(shared) == {}
    for form in listed.forms:
        if "shared" in form.fields:
            assert browser.post(form.action, form.data()).url == path(shared)
    assert (rated(shared), reread(shared).is_reviewed) == ({}, False)
    assert again.send().status_code == 302
    assert rated(shared) == {"B4.3": Answered(1, note="Typed")}


def test_what_was_changed_after_a_return_asks_again(browser, shared, reader):
    review(shared, {"B4.3": Answered(1, note="Seen one.")}, finish=False)
    actions.return_assessment(assessment=shared, by=reader, reason="Look at change again.")
    rate(shared, {"B4.3": 3, "B4.5": 1})
    share(reread(shared), reader)
    assert "Nia Penŵydd changed two statements since you rated them. They ask you again." in words_of(
        browser.get(path(shared))
    )
    page = opened(browser, shared)
    assert page.to_rate == ["B4.3", "B4.5"]
    assert (page.value("level-B4.3"), page.value("note-B4.3")) == (None, "Seen one.")
    assert "Changed since you rated it. You said Foundation before." in page.part("B4.3")
    # The same rating as before, given again.
    assert page.send({"level-B4.3": "1"}).status_code == 302
    page = opened(browser, shared)
    assert page.to_rate == ["B4.5"]
    assert "You say Foundation" in page.part("B4.3")


def test_ratings_of_a_former_line_manager_stand_signed(sign_in, shared, owner, reader):
    review(shared, {"B4.3": Answered(1, note="Seen one.")}, finish=False)
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    new = make_user(name="Perpetua Marchmain")
    make_line(owner, new)
    actions.hand_over_assessment(assessment=reread(shared), by=owner)
    browser = sign_in(new)
    stand = "given by Tomasz Quillfeather. They stand, signed with that name, until you change them."
    words = words_of(browser.get(path(shared)))
    assert "All 59 statements have a rating. The ratings differ from Nia Penŵydd’s on one." in words
    assert f"59 ratings were {stand}" in words
    assert "Worth reading first B4.6 Acting outside the contract: two levels below target" in words
    assert "Then Nia Penŵydd sees the ratings and notes, and is told." in words
    assert "A1 Business Acumen 6 statements. Target: Practitioner Given by Tomasz Quillfeather" in words
    assert "B4 Change Control 7 statements. Target: Practitioner Given by Tomasz Quillfeather, 1 differs" in words
    assert "The ratings differ from Nia Penŵydd’s on one statement; one has no note of yours: B4.3. " in words
    page = opened(browser, reread(shared))
    assert page.to_rate == []
    assert f"Seven ratings were {stand}" in page.words
    assert "You have rated" not in words + page.words
    assert "You say" not in words + page.words
    assert "Tomasz Quillfeather said Foundation" in page.part("B4.3")
    assert "Tomasz Quillfeather’s note Seen one." in page.part("B4.3")
    assert "Practitioner rated by Tomasz Quillfeather" in page.part("B4.1")
    page = opened(browser, reread(shared), query="?change=B4.3")
    assert "Tomasz Quillfeather said Foundation . What you change here is signed with your name." in page.part("B4.3")
    page.send({"note-B4.3": "Seen two."})
    page = opened(browser, reread(shared))
    assert "You say Foundation" in page.part("B4.3")
    words = words_of(browser.get(path(shared)))
    assert "All 59 statements have a rating, one of them yours." in words
    assert "Target: Practitioner 6 of 7 given by Tomasz Quillfeather, 1 differs" in words
    assert "on one statement; each has a note of yours." in words
    finish(browser, shared)
    assert "Nia Penŵydd: Practitioner You: Foundation" in words_of(browser.get(path(shared)))
    assert sign_in(reader).get(path(shared, "B4")).status_code == 404


# Rating first


def test_levels_are_hidden_from_a_line_manager_who_rates_first(browser, rating_first):
    review(rating_first, {"B4.1": 1, "B4.7": "Not asked of them."}, finish=False)
    for page in (opened(browser, rating_first), opened(browser, rating_first, query="?change=B4.1")):
        assert OWN_NOTE in page.words
        assert "Options paper" in page.words
        for hidden in (
            OWN_REASON,
            "says",
            "Their answer",
            "differ",
            "You both",
            "Nia Penŵydd’s level ",
            "all the rest",
        ):
            assert hidden not in page.words, hidden
    words = words_of(browser.get(path(rating_first)))
    for hidden in ("differ", "Same", "all the rest", "gap report"):
        assert hidden not in words.replace("where you differ is on the agenda", ""), hidden
    assert "Nia Penŵydd asked you to rate first." in words


def test_nothing_that_is_drawn_changes_with_hidden_levels(browser, rating_first, owner, reader):
    """The same page whatever the owner's levels are, but for what depends on when and who."""

    def drawn():
        html = browser.get(path(reread(rating_first), "B4")).text
        return re.sub(r'value="[^"]{40,}"|name="shared" value="[^"]*"', "", html)

    before = drawn()
    actions.withdraw_assessment(assessment=reread(rating_first), by=owner)
    rate(rating_first, {"B4.1": 0, "B4.3": Answered(3, note=OWN_NOTE), "B4.5": "A reason.", "B4.7": 1})
    share(reread(rating_first), reader, rates_first=True)
    assert drawn() == before


def test_agreeing_with_hidden_levels_is_refused(browser, rating_first):
    page = opened(browser, rating_first)
    assert page.send({"level-B4.1": "1"}, agree="rest").status_code == 403
    mark = page.form.fields["shared"][0]
    assert browser.post(path(rating_first, name="review-agree"), {"shared": mark}).status_code == 403
    assert rated(rating_first) == {}


# The whole review


def test_review_detail_says_how_far_each_area_has_come(browser, shared):
    opened(browser, shared).send({"level-B4.1": "1", "level-B4.3": "2"})
    opened(browser, shared, "A1").send({"level-A1.1": "1"}, agree="rest")
    opened(browser, shared, "A2").send(agree="rest")
    response = browser.get(path(shared))
    words = words_of(response)
    assert "You have rated 16 of 59 statements in seven areas. You and Nia Penŵydd differ on two so far." in words
    assert "B4 Change Control 7 statements. Target: Practitioner 2 of 7 rated" in words
    assert "A1 Business Acumen 6 statements. Target: Practitioner 1 differs" in words
    assert "A2 Relationships and Leadership Capability 8 statements. Target: Practitioner Same" in words
    assert "B2 Procurement and Mobilisation 7 statements Not in Nia Penŵydd’s role" in words
    assert "B5 Stakeholder and Supplier Engagement 8 statements. Target: Practitioner Not started" in words
    assert "Agree with all the rest (43 statements)" in words
    assert links_of(response)["B4 Change Control"] == path(shared, "B4")


def test_review_agree_rates_the_rest_of_the_round_as_the_owner_did(browser, shared):
    opened(browser, shared).send({"level-B4.1": "1"})
    form = next(form for form in Page(browser.get(path(shared))).forms if form.action.endswith("/agree/"))
    response = browser.post(form.action, form.data())
    assert response.url == path(shared)
    words = words_of(browser.get(response.url))
    assert "You agree with Nia Penŵydd on 58 more statements." in words
    assert "You have rated all 59 statements. You and Nia Penŵydd differ on one." in words
    assert "Then Nia Penŵydd sees yours, with your notes, and is told." in words
    assert rated(shared)["B4.1"] == Answered(1)
    assert rated(shared, "B2") == {}


def finish(browser, assessment):
    form = next(form for form in Page(browser.get(path(assessment))).forms if form.action.endswith("/finish/"))
    return browser.post(form.action, form.data())


def test_review_detail_says_on_what_both_differ_and_where_a_note_is_missing(browser, shared):
    review(shared, {"A1.1": 1, "B4.3": Answered(1, note="Seen one."), "B6.1": 1}, finish=False)
    response = browser.get(path(shared))
    assert "You differ on three statements; two have no note of yours: A1.1 and B6.1. You can finish" in words_of(
        response
    )
    assert links_of(response)["B6.1"] == f"{path(shared, 'B6')}?change=B6.1#statement-B6.1"
    assert finish(browser, shared).status_code == 302


def test_review_detail_lists_what_is_worth_reading_first(browser, shared):
    response = browser.get(path(shared))
    told = (
        "Worth reading first B4.6 Acting outside the contract: two levels below target "
        "B4.4 Deciding on change: one level below target B4.3 Value for money options: a note, one work example "
        "B4.5 Further value: one work example"
    )
    assert told in words_of(response)
    assert links_of(response)["B4.5 Further value"] == f"{path(shared, 'B4')}#statement-B4.5"
    review(shared)
    assert "Worth reading first" not in words_of(browser.get(path(shared)))


def test_review_detail_says_of_hidden_levels_only_where_there_is_something_to_read(browser, rating_first):
    words = words_of(browser.get(path(rating_first)))
    told = "Worth reading first B4.3 Value for money options: a note, one work example B4.5 Further value: one work example Section"
    assert told in words
    assert "At that moment each of you sees the other’s ratings and notes, and Nia Penŵydd is told." in words


def test_review_finish_says_what_is_missing(browser, shared):
    review(shared, finish=False)
    Rating.objects.filter(view="line_manager", statement__code__in=["B4.3", "B4.4", "B6.1"]).delete()
    response = finish(browser, shared)
    assert response.status_code == 422
    assert "<title>Error: Review of" in response.text
    links = links_of(response)
    assert links["Rate two statements in B4 Change Control"] == f"{path(shared, 'B4')}#level-{pk_of(shared, 'B4.3')}"
    assert links["Rate one statement in B6 Risk Management"] == f"{path(shared, 'B6')}#level-{pk_of(shared, 'B6.1')}"
    assert not reread(shared).is_reviewed


def test_review_finish_shows_both_what_both_say(browser, sign_in, shared, owner):
    review(shared, {"B4.3": 1, "B6.1": "Not asked of them."}, finish=False)
    page = Page(browser.get(path(shared)))
    response = finish(browser, shared)
    assert response.url == path(shared)
    assert reread(shared).is_reviewed
    response = browser.get(response.url)
    words = words_of(response)
    assert "Your review is finished. You and Nia Penŵydd can now see each other’s ratings." in words
    assert "You and Nia Penŵydd differ on two of 59 statements." in words
    assert "B4.3 Value for money options Nia Penŵydd: Practitioner You: Foundation" in words
    links = links_of(response)
    assert links["Go to the conversation"] == reverse("conversation-detail", args=[shared.pk])
    assert (
        next(href for text, href in links.items() if text.startswith("B6.1")) == f"{path(shared, 'B6')}#statement-B6.1"
    )
    # Once more, from a window that was open: it is finished, and stays so.
    finished = next(form for form in page.forms if form.action.endswith("/finish/"))
    assert browser.post(finished.action, finished.data()).url == path(shared)
    assert Conversation.objects.filter(assessment=shared).count() == 1


def test_an_area_that_came_into_the_role_in_the_conversation_is_left_to_rate(browser, shared, owner):
    assessment = review(shared)
    actions.set_agreed_targets(assessment=assessment, by=owner, targets={"B2": (2, "")})
    words = words_of(browser.get(path(shared)))
    assert "Seven statements came into the role since, and have no rating of yours." in words
    assert "You and Nia Penŵydd say the same about" not in words
    page = opened(browser, shared, "B2")
    assert "Agree with all the rest" not in page.words
    page.send({"level-B2.1": "1"})
    assert "Nia Penŵydd: Practitioner You: Foundation" in words_of(browser.get(path(shared)))


def test_levels_are_seen_once_the_one_who_rated_first_has_finished(browser, rating_first):
    statements = version_tree(rating_first.version).statements
    finished = review(rating_first, {each.code: 1 for each in statements if not each.code.startswith("B2")})
    page = opened(browser, finished)
    assert "Nia Penŵydd says Practitioner" in page.part("B4.1")
    assert OWN_REASON in page.words


def test_a_change_after_a_confirmation_says_that_it_is_gone(browser, shared, owner):
    assessment = converse(review(shared))
    confirm(assessment, owner)
    page = opened(browser, assessment, query="?change=B4.3")
    response = page.send({"level-B4.3": "1"})
    assert "What you changed had been confirmed. That confirmation no longer counts" in words_of(
        browser.get(response.url)
    )
    assert Conversation.objects.get(assessment=shared).owner_confirmed_at is None


# Who gets what


def requests(browser, assessment):
    return {
        "detail": browser.get(path(assessment)),
        "edit": browser.get(path(assessment, "B4")),
        "save": browser.post(path(assessment, "B4"), {}),
        "agree": browser.post(path(assessment, name="review-agree"), {}),
        "finish": browser.post(path(assessment, name="review-finish"), {}),
    }


def test_nobody_but_the_line_manager_finds_a_review(sign_in, shared, owner):
    for somebody in (owner, make_user(), make_user(is_staff=True, is_superuser=True)):
        statuses = {name: answer.status_code for name, answer in requests(sign_in(somebody), shared).items()}
        assert set(statuses.values()) == {404}


def test_a_draft_has_no_review(browser, shared, owner):
    actions.withdraw_assessment(assessment=shared, by=owner)
    assert {answer.status_code for answer in requests(browser, shared).values()} == {404}


def test_after_it_is_agreed_the_review_leads_to_the_report(browser, shared, owner, reader):
    assessment = confirm(converse(review(shared)), reader, owner)
    assert assessment.is_agreed
    answers = requests(browser, assessment)
    report = reverse("report-detail", args=[assessment.pk])
    assert (answers["detail"].url, answers["edit"].url) == (report, report)
    assert {answers[name].status_code for name in ("save", "agree", "finish")} == {403}


@pytest.mark.parametrize("name", ["review-agree", "review-finish"])
def test_agreeing_and_finishing_are_posts(browser, shared, name):
    assert browser.get(path(shared, name=name)).status_code == 405


# How much is asked of the database


def test_review_pages_take_as_many_queries_with_one_difference_as_with_all(browser, shared):
    def counted():
        counts = []
        for address in (path(shared, "B4"), path(shared)):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    review(shared, {"B4.1": 1}, finish=False)
    counted()
    one = counted()
    statements = version_tree(shared.version).statements
    review(shared, {each.code: 0 if each.code != "B4.6" else 3 for each in statements}, finish=False)
    assert counted() == one
    assert max(one) <= QUERIES_TO_DRAW


def test_review_edit_is_saved_in_the_same_number_of_queries(browser, shared):
    counts = []
    for typed in ({"level-B4.1": "1"}, {f"level-B4.{number}": "0" for number in range(2, 8)}):
        page = opened(browser, shared)
        with CaptureQueriesContext(connection) as queries:
            assert page.send(typed).status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1] <= QUERIES_TO_SAVE
