"""The rating page and saving one answer at a time, as a browser without scripts and one with scripts meet them."""

import json
import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.answers import NOT_RELEVANT, Answered, Change
from assessments.models import Assessment, Rating
from service.models import HeldPost
from standards.models import Area, Section, Statement, Version
from standards.tree import version_tree
from tests.factories import make_assessment, make_evidence, rate, rate_all
from tests.pages import Page

pytestmark = pytest.mark.django_db

HOSTILE = "<b>&{{7*7}}</b> {% debug %} ${x} \"'><script>alert(1)</script> ' OR 1=1 --"
QUERIES_TO_DRAW = 8
QUERIES_TO_SAVE_A_PAGE = 10
QUERIES_TO_SAVE_ONE = 9


@pytest.fixture
def assessment(contract_manager, published_version):
    """A draft of the contract manager with nothing answered."""
    return make_assessment(contract_manager)


def url(assessment, area="B4", name="rating-edit"):
    return reverse(name, kwargs={"assessment_id": assessment.pk, "area_code": area})


def statement(assessment, code):
    return next(each for each in version_tree(assessment.version).statements if each.code == code)


class Opened:
    """An open rating page. Fields are named by code here ("level-B4.3"), and by the statement's row on the page."""

    def __init__(self, client, assessment, response, area="B4"):
        self.client, self.assessment, self.area = client, assessment, area
        self.page = Page(response).check()
        self.pks = {each.code: each.pk for each in version_tree(assessment.version).area(area).statements}
        self.form = self.page.form(f"drawn-{min(self.pks.values())}")

    def data(self, typed):
        """What the browser sends once ``typed`` was typed."""
        named = {}
        for name, value in typed.items():
            field, _, code = name.partition("-")
            named[f"{field}-{self.pks[code]}"] = value
        return self.form.data(**named)

    def send(self, typed):
        return self.client.post(url(self.assessment, self.area), self.data(typed))

    def save_one(self, code, typed):
        """What the script sends when one answer was given."""
        pk = str(self.pks[code])
        data = {
            name: value
            for name, value in self.data(typed).items()
            if name.rpartition("-")[2] == pk or not re.search(r"-\d+$", name)
        }
        return self.client.post(url(self.assessment, self.area, "rating-save"), data, HTTP_ACCEPT="application/json")

    def value(self, name):
        """What stands in a field of the page; the value that is chosen among radio buttons."""
        field, _, code = name.partition("-")
        values = self.form.fields.get(f"{field}-{self.pks[code]}", [])
        assert len(values) <= 1
        return values[0] if values else None


def opened(client, assessment, area="B4"):
    return Opened(client, assessment, client.get(url(assessment, area)), area)


def saved(assessment):
    """What is saved by code: (choice, reason, note, revision)."""
    rows = Rating.objects.filter(assessment=assessment, view=Rating.View.SELF).select_related("statement")
    return {
        row.statement.code: (
            Answered(row.rank, row.not_relevant).choice,
            row.reason,
            row.note,
            row.revision,
        )
        for row in rows
    }


def everything(area, level="1"):
    return {f"level-{each.code}": level for each in area.statements}


# Drawing


@pytest.mark.parametrize("area", ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"])
def test_rating_edit_draws_every_statement_of_the_area(manager_client, assessment, area):
    page = opened(manager_client, assessment, area)
    statements = version_tree(assessment.version).area(area).statements
    assert page.page.response.status_code == 200
    assert page.page.errors == {}
    for each in statements:
        assert page.value(f"drawn-{each.code}").startswith("0.")
        assert page.value(f"level-{each.code}") is None
        assert {f"level-{each.pk}", *(f"level-{each.pk}-{cell.rank}" for cell in each.cells)} <= set(page.page.ids)
        for cell in each.cells:
            assert " ".join(cell.text.split()) in page.page.text
    assert f"0 of {len(statements)} answered" in page.page.text


def test_rating_edit_draws_one_cell_where_two_levels_have_the_same_words(manager_client, assessment):
    page = opened(manager_client, assessment).page
    joined = statement(assessment, "B4.2")
    assert [cell.ranks for cell in joined.cells] == [(1,), (2, 3)]
    assert f"level-{joined.pk}-3" in page.ids
    assert f"level-{joined.pk}-2" not in page.ids
    assert "The published words are the same for Practitioner and Expert. This counts as Expert." in page.text


def test_rating_edit_shows_what_is_saved(manager_client, assessment):
    rate(
        assessment,
        {"B4.1": Answered(2, note="Line one\nline two"), "B4.3": "Done by another team.", "B4.4": 0},
    )
    page = opened(manager_client, assessment)
    assert page.value("level-B4.1") == "2"
    assert page.value("note-B4.1") == "Line one\nline two"
    assert page.value("level-B4.3") == NOT_RELEVANT
    assert page.value("reason-B4.3") == "Done by another team."
    assert page.value("level-B4.4") == "0"
    assert page.value("level-B4.5") is None


def test_rating_edit_keeps_a_note_that_begins_with_a_line_break(manager_client, assessment):
    actions.save_ratings(
        assessment=assessment,
        changes=[Change(statement(assessment, "B4.1").pk, Answered(1, note="\n\nlow"), 0, "")],
    )
    assert opened(manager_client, assessment).value("note-B4.1") == "\n\nlow"


def test_rating_edit_says_how_many_work_examples_support_a_statement(manager_client, assessment):
    make_evidence(assessment, statements=("B4.1", "B4.2"))
    make_evidence(assessment, statements=("B4.1",))
    make_evidence(assessment, statements=())
    text = opened(manager_client, assessment).page.text
    assert "2 work examples" in text
    assert "1 work example " in text


def test_rating_edit_says_when_the_area_is_not_in_the_role(manager_client, assessment):
    actions.set_targets(assessment=assessment, targets={"B4": (None, "Another team does it.")})
    page = opened(manager_client, assessment)
    assert "You said that this area is not in your role" in page.page.text
    assert page.send({"level-B4.1": "1"}).status_code == 302
    assert saved(assessment)["B4.1"][0] == "1"


def test_rating_edit_is_drawn_in_the_same_number_of_queries(manager_client, assessment):
    manager_client.get(url(assessment))
    rate(assessment, {"B4.1": 1})
    make_evidence(assessment)
    with CaptureQueriesContext(connection) as with_one:
        assert manager_client.get(url(assessment)).status_code == 200
    rate_all(assessment)
    make_evidence(assessment, statements=("B4.1", "B4.2"))
    with CaptureQueriesContext(connection) as with_all:
        assert manager_client.get(url(assessment)).status_code == 200
    assert Rating.objects.filter(assessment=assessment).count() == 66
    assert len(with_one) == len(with_all) <= QUERIES_TO_DRAW


# Saving a page


def test_rating_edit_saves_a_page_and_goes_on_to_the_next_area(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.send(
        {"level-B4.1": "2", "note-B4.1": "Weekly.", "level-B4.3": NOT_RELEVANT, "reason-B4.3": "Another team."}
    )
    assert (response.status_code, response.url) == (302, url(assessment, "B5"))
    assert saved(assessment) == {"B4.1": ("2", "", "Weekly.", 1), "B4.3": (NOT_RELEVANT, "Another team.", "", 1)}
    assert [row.view for row in Rating.objects.all()] == ["self", "self"]


def test_rating_edit_goes_past_areas_that_are_not_in_the_role(manager_client, assessment):
    left_out = (None, "Another team does it.")
    actions.set_targets(assessment=assessment, targets={"B4": left_out, "B5": left_out})
    assert opened(manager_client, assessment, "B3").send({}).url == url(assessment, "B6")


@pytest.mark.parametrize("left_out", [False, True])
def test_rating_edit_goes_from_the_last_area_to_the_check(manager_client, assessment, left_out):
    last = "B6"
    if left_out:
        actions.set_targets(assessment=assessment, targets={"B6": (None, "Another team does it.")})
        last = "B5"
    response = opened(manager_client, assessment, last).send({f"level-{last}.1": "1"})
    assert response.url == reverse("assessment-check", args=[assessment.pk])


@pytest.mark.parametrize("said", ["//example.org", "B9", ""])
def test_rating_edit_leads_on_to_areas_of_the_version_only(manager_client, assessment, said):
    response = manager_client.post(url(assessment), {"next_area": said})
    assert response.url == reverse("assessment-check", args=[assessment.pk])


def test_rating_edit_with_nothing_typed_writes_nothing(manager_client, assessment):
    rate(assessment, {"B4.1": Answered(2, note="One\ntwo")})
    before = saved(assessment)
    # A browser sends line breaks as two characters.
    assert opened(manager_client, assessment).send({"note-B4.1": "One\r\ntwo"}).status_code == 302
    assert saved(assessment) == before


def test_rating_edit_without_any_statement_writes_nothing(manager_client, assessment):
    assert manager_client.post(url(assessment), {}).status_code == 302
    assert saved(assessment) == {}


def test_rating_edit_raises_the_revision_with_each_change(manager_client, assessment):
    for level in ("1", "2", "0"):
        opened(manager_client, assessment).send({"level-B4.1": level})
    assert saved(assessment) == {"B4.1": ("0", "", "", 3)}


def test_rating_edit_moves_the_date_of_the_round(manager_client, assessment):
    before = assessment.changed_at
    opened(manager_client, assessment).send({"level-B4.1": "1"})
    assessment.refresh_from_db()
    assert assessment.changed_at > before


def test_rating_edit_is_saved_in_the_same_number_of_queries(manager_client, assessment):
    area = version_tree(assessment.version).area("B4")
    manager_client.get(url(assessment))
    counts = []
    for standing, typed in (
        (0, {"level-B4.1": "1"}),
        (1, everything(area)),
        (66, {"level-B4.1": "3"}),
        (66, everything(area, "0")),
    ):
        if standing == 66:
            rate_all(assessment)
        page = opened(manager_client, assessment)
        with CaptureQueriesContext(connection) as queries:
            assert page.send(typed).status_code == 302
        counts.append(len(queries))
    # A test's transaction is a savepoint, which counts twice, as BEGIN and COMMIT would.
    assert len(set(counts)) == 1
    assert counts[0] <= QUERIES_TO_SAVE_A_PAGE


def test_everything_is_saved_in_the_same_number_of_queries(contract_manager, assessment, django_assert_num_queries):
    tree = version_tree(assessment.version)
    for statements in (tree.statements[:1], tree.statements):
        changes = [Change(each.pk, Answered(0, note=f"Note {each.code}"), 0, "") for each in statements]
        Rating.objects.all().delete()
        with django_assert_num_queries(5):
            actions.save_ratings(assessment=assessment, changes=changes)
        assert Rating.objects.count() == len(changes)
    assert len(changes) == 66


# What is refused


def test_a_level_that_shares_its_words_with_the_next_is_refused_at_the_field(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.send({"level-B4.2": "2", "note-B4.2": "Typed", "level-B4.1": "1"})
    again = Opened(manager_client, assessment, response)
    assert response.status_code == 422
    assert again.page.errors == {f"level-{page.pks['B4.2']}": "Choose one of the answers shown for B4.2"}
    assert again.page.html.count("Choose one of the answers shown for B4.2") == 2
    assert "<title>Error: B4" in again.page.html
    assert again.value("note-B4.2") == "Typed"
    assert saved(assessment) == {"B4.1": ("1", "", "", 1)}
    assert again.send({"level-B4.2": "3"}).status_code == 302
    assert saved(assessment)["B4.2"] == ("3", "", "Typed", 1)


@pytest.mark.parametrize("choice", ["4", "-1", "99999999999999999999", "1.5", "two", "\u00b2"])
def test_an_answer_outside_the_scale_is_refused_at_the_field(manager_client, assessment, choice):
    page = opened(manager_client, assessment)
    again = Opened(manager_client, assessment, page.send({"level-B4.1": choice}))
    assert again.page.errors == {f"level-{page.pks['B4.1']}": "Choose one of the answers shown for B4.1"}
    assert saved(assessment) == {}


def test_not_relevant_asks_why(manager_client, assessment):
    page = opened(manager_client, assessment)
    again = Opened(manager_client, assessment, page.send({"level-B4.3": NOT_RELEVANT, "note-B4.3": "Typed"}))
    assert again.page.errors == {f"reason-{page.pks['B4.3']}": "Say why B4.3 is not relevant to your role"}
    assert again.value("level-B4.3") == NOT_RELEVANT
    assert again.value("note-B4.3") == "Typed"
    assert saved(assessment) == {}
    assert again.send({"reason-B4.3": "Another team."}).status_code == 302
    assert saved(assessment)["B4.3"] == (NOT_RELEVANT, "Another team.", "Typed", 1)


def test_one_problem_leaves_the_other_statements_saved_and_keeps_what_was_typed(manager_client, assessment):
    typed = everything(version_tree(assessment.version).area("B4")) | {"note-B4.5": "x" * 2001, "note-B4.6": "Fine"}
    page = opened(manager_client, assessment)
    response = page.send(typed)
    again = Opened(manager_client, assessment, response)
    assert response.status_code == 422
    assert again.page.errors == {
        f"note-{page.pks['B4.5']}": "Your note on B4.5 must be 2,000 characters or fewer. It has 2,001."
    }
    assert again.value("note-B4.5") == "x" * 2001
    assert again.value("level-B4.5") == "1"
    assert "B4.5" not in saved(assessment)
    assert len(saved(assessment)) == len(page.pks) - 1
    assert saved(assessment)["B4.6"] == ("1", "", "Fine", 1)


def test_an_answer_changed_back_after_a_problem_elsewhere_is_saved(manager_client, assessment):
    rate(assessment, {"B4.1": 1})
    page = opened(manager_client, assessment)
    again = Opened(manager_client, assessment, page.send({"level-B4.1": "2", "level-B4.3": NOT_RELEVANT}))
    assert again.value("level-B4.1") == "2"
    assert again.send({"level-B4.1": "1", "reason-B4.3": "Another team."}).status_code == 302
    assert saved(assessment)["B4.1"] == ("1", "", "", 3)


def test_a_note_of_exactly_2000_characters_is_kept_whole(manager_client, assessment):
    note = "ŵ" * 1999 + "😀"
    assert opened(manager_client, assessment).send({"note-B4.1": note}).status_code == 302
    assert saved(assessment)["B4.1"] == ("", "", note, 1)


def test_line_breaks_of_a_browser_count_as_one_character(manager_client, assessment):
    note = ("x" * 99 + "\r\n") * 19 + "x" * 100
    assert opened(manager_client, assessment).send({"note-B4.1": note}).status_code == 302
    assert saved(assessment)["B4.1"][2] == note.replace("\r\n", "\n")


@pytest.mark.parametrize("field", ["note", "reason"])
def test_hostile_text_comes_out_as_it_was_typed(manager_client, assessment, field):
    page = opened(manager_client, assessment)
    assert page.send({"level-B4.1": NOT_RELEVANT, "reason-B4.1": "x", f"{field}-B4.1": HOSTILE}).status_code == 302
    again = opened(manager_client, assessment)
    assert again.value(f"{field}-B4.1") == HOSTILE
    assert "<b>&" not in again.page.html
    assert "<script>alert" not in again.page.html
    assert "49" not in again.value(f"{field}-B4.1")
    refused = Opened(manager_client, assessment, again.send({f"{field}-B4.1": HOSTILE * 40}))
    assert refused.value(f"{field}-B4.1") == HOSTILE * 40
    assert "<script>alert" not in refused.page.html


def test_hostile_text_in_an_answer_comes_out_as_it_was_typed(manager_client, assessment):
    response = opened(manager_client, assessment).send({"level-B4.1": HOSTILE, "drawn-B4.1": HOSTILE})
    again = Opened(manager_client, assessment, response)
    assert response.status_code == 422
    assert again.value("drawn-B4.1") == HOSTILE
    assert "<script>alert" not in again.page.html


def test_a_character_that_cannot_be_kept_is_refused_at_the_field(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.send({"note-B4.1": "a\0b", "level-B4.3": "1"})
    again = Opened(manager_client, assessment, response)
    assert response.status_code == 422
    assert list(again.page.errors) == [f"note-{page.pks['B4.1']}"]
    assert "holds a character that cannot be kept" in again.page.errors[f"note-{page.pks['B4.1']}"]
    assert saved(assessment) == {"B4.3": ("1", "", "", 1)}


@pytest.mark.parametrize("sent", [b"%ED%A0%80", b"%FF%FE", b"%C0%80"])
def test_bytes_that_are_no_text_are_kept_as_a_mark_that_something_was_there(manager_client, assessment, sent):
    page = opened(manager_client, assessment)
    pk = page.pks["B4.1"]
    body = f"drawn-{pk}={page.value('drawn-B4.1')}&level-{pk}=1&note-{pk}=a".encode() + sent + b"b"
    response = manager_client.post(url(assessment), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 302
    note = saved(assessment)["B4.1"][2]
    assert (note[0], note[-1], set(note[1:-1])) == ("a", "b", {"\N{REPLACEMENT CHARACTER}"})


@pytest.mark.parametrize("name", ["rating-edit", "rating-save"])
@pytest.mark.parametrize("code", ["another area's", "another version's", "none"])
def test_a_statement_that_the_page_does_not_ask_is_refused(manager_client, assessment, name, code):
    if code == "another area's":
        pk = statement(assessment, "A1.1").pk
    elif code == "none":
        pk = 10**9
    else:
        pk = statement_of_another_version(assessment).pk
    fields = opened(manager_client, assessment).data({"level-B4.1": "1"})
    response = manager_client.post(url(assessment, name=name), fields | {f"drawn-{pk}": "0.x", f"level-{pk}": "1"})
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
    assert saved(assessment) == {}


def statement_of_another_version(assessment):
    version = Version.objects.create(framework=assessment.framework, number="9.9", issued="May 2099")
    section = Section.objects.create(version=version, code="B", title="Technical Expertise", order=1)
    area = Area.objects.create(section=section, code="B4", title="Managing Change", kind="lifecycle", order=1)
    return Statement.objects.create(area=area, lineage=uuid4(), code="B4.1", topic="Contract change", order=1)


def test_a_post_of_five_megabytes_is_refused(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.send({"level-B4.1": "1", "note-B4.1": "x" * 5_000_000})
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
    pk = page.pks["B4.1"]
    body = f"drawn-{pk}=0.x&level-{pk}=1&note-{pk}={'x' * 5_000_000}"
    response = manager_client.post(url(assessment), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
    assert saved(assessment) == {}


def test_more_fields_than_any_page_has_are_refused(manager_client, assessment):
    response = manager_client.post(url(assessment), {f"field-{number}": "x" for number in range(2001)})
    assert response.status_code == 400


@pytest.mark.parametrize("area", ["B9", "b4", "B44", "XXXXXXXXXX"])
@pytest.mark.parametrize("name", ["rating-edit", "rating-save"])
def test_an_unknown_area_is_not_found(manager_client, assessment, area, name):
    assert manager_client.post(url(assessment, area, name), {}).status_code == 404
    if name == "rating-edit":
        assert manager_client.get(url(assessment, area)).status_code == 404


@pytest.mark.parametrize("name", ["rating-edit", "rating-save"])
def test_a_round_that_does_not_exist_or_is_anothers_is_not_found(sign_in, stranger, assessment, name):
    client = sign_in(stranger)
    make_assessment(stranger)
    absent = SimpleNamespace(pk=uuid4())
    fields = {"drawn-1": "0.x", "level-1": "1"}
    assert client.post(url(assessment, name=name), fields).status_code == 404
    assert client.post(url(absent, name=name), fields).status_code == 404
    assert client.get(url(assessment)).status_code == 404
    assert saved(assessment) == {}


def test_rating_save_takes_posts_only(manager_client, assessment):
    assert manager_client.get(url(assessment, name="rating-save")).status_code == 405


@pytest.mark.parametrize("name", ["rating-edit", "rating-save"])
def test_a_closed_round_takes_no_answer_and_stays_readable(manager_client, assessment, name):
    rate(assessment, {"B4.1": Answered(2, note="As it was"), "B4.3": "Another team."})
    page = opened(manager_client, assessment)
    actions.close_assessment(assessment=assessment, by=assessment.owner)
    response = manager_client.post(url(assessment, name=name), page.data({"level-B4.1": "3"}))
    assert response.status_code == 403
    assert saved(assessment)["B4.1"] == ("2", "", "As it was", 1)
    closed = Page(manager_client.get(url(assessment))).check()
    assert closed.response.status_code == 200
    assert "This assessment is closed, so its answers cannot be changed." in closed.text
    assert "As it was" in closed.text
    assert "Another team." in closed.text
    assert "<textarea" not in closed.html
    assert 'type="radio"' not in closed.html


def test_a_round_closed_while_a_save_is_under_way_takes_no_answer(manager_client, assessment, monkeypatch):
    page = opened(manager_client, assessment)
    may = "assessments.permissions.can_rate"

    def closed_meanwhile(user, seen):
        Assessment.objects.filter(pk=seen.pk).update(state="closed", closed_at=seen.started_at)
        return True

    monkeypatch.setattr(may, closed_meanwhile)
    assert page.send({"level-B4.1": "3"}).status_code == 403
    assert page.save_one("B4.1", {"level-B4.1": "3"}).status_code == 403
    assert saved(assessment) == {}


# Two windows


@pytest.fixture
def in_conflict(manager_client, assessment):
    """The page after saving 3 and a note on B4.1, which another window had changed meanwhile; B4.3 was not."""
    rate(assessment, {"B4.1": Answered(1, note="At first")})
    page = opened(manager_client, assessment)
    opened(manager_client, assessment).send({"level-B4.1": "2", "note-B4.1": "Saved <there>"})
    response = page.send({"level-B4.1": "3", "note-B4.1": "Typed <here>", "level-B4.3": "1"})
    assert response.status_code == 422
    return Opened(manager_client, assessment, response)


def test_a_conflict_shows_both_texts_and_overwrites_nothing(in_conflict, assessment):
    assert saved(assessment) == {"B4.1": ("2", "", "Saved <there>", 2), "B4.3": ("1", "", "", 1)}
    assert in_conflict.page.errors == {
        f"discard-{in_conflict.pks['B4.1']}": "B4.1 was changed in another window. Choose which answer to keep."
    }
    assert "Saved there: Practitioner. Note: Saved <there>" in in_conflict.page.text
    assert in_conflict.value("level-B4.1") == "3"
    assert in_conflict.value("note-B4.1") == "Typed <here>"
    assert in_conflict.value("discard-B4.1") is None


def test_saving_again_after_a_conflict_replaces_what_was_seen(in_conflict, assessment):
    assert in_conflict.send({}).status_code == 302
    assert saved(assessment)["B4.1"] == ("3", "", "Typed <here>", 3)


def test_a_conflict_can_end_with_what_was_saved_in_the_other_window(in_conflict, assessment):
    assert in_conflict.send({"discard-B4.1": "1"}).status_code == 302
    assert saved(assessment)["B4.1"] == ("2", "", "Saved <there>", 2)


def test_what_was_given_up_does_not_come_back_with_another_problem(in_conflict, assessment, manager_client):
    response = in_conflict.send({"discard-B4.1": "1", "level-B4.4": NOT_RELEVANT})
    again = Opened(manager_client, assessment, response)
    assert again.value("note-B4.1") == "Saved <there>"
    assert again.send({"reason-B4.4": "Another team."}).status_code == 302
    assert saved(assessment)["B4.1"] == ("2", "", "Saved <there>", 2)


def test_a_third_window_is_a_conflict_again(in_conflict, assessment, manager_client):
    opened(manager_client, assessment).send({"note-B4.1": "Third"})
    again = Opened(manager_client, assessment, in_conflict.send({}))
    assert "Third" in again.page.text
    assert again.value("note-B4.1") == "Typed <here>"
    assert saved(assessment)["B4.1"] == ("2", "", "Third", 3)


def test_other_statements_of_an_old_page_do_not_conflict(manager_client, assessment):
    page = opened(manager_client, assessment)
    opened(manager_client, assessment).send({"level-B4.1": "2", "note-B4.1": "There"})
    assert page.send({"level-B4.3": "1"}).status_code == 302
    assert saved(assessment) == {"B4.1": ("2", "", "There", 1), "B4.3": ("1", "", "", 1)}


def test_the_same_answer_in_two_windows_is_no_conflict(manager_client, assessment):
    page = opened(manager_client, assessment)
    opened(manager_client, assessment).send({"level-B4.1": "2"})
    assert page.send({"level-B4.1": "2"}).status_code == 302
    assert saved(assessment) == {"B4.1": ("2", "", "", 1)}


@pytest.mark.parametrize("drawn", ["", "x", "9.x", "0.x", "-1.", "0.0123456789ab"])
def test_a_forged_memory_of_the_page_overwrites_nothing(manager_client, assessment, drawn):
    rate(assessment, {"B4.1": Answered(2, note="Kept")})
    response = opened(manager_client, assessment).send({"drawn-B4.1": drawn, "level-B4.1": "1", "note-B4.1": ""})
    assert response.status_code == 422
    assert saved(assessment)["B4.1"] == ("2", "", "Kept", 1)


# One answer at a time


def test_rating_save_keeps_one_answer_and_says_when(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.save_one("B4.1", {"level-B4.1": "2", "note-B4.1": "Weekly.", "level-B4.3": "1"})
    reply = response.json()
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert re.fullmatch(r"\d\d:\d\d", reply["saved"])
    pk = str(page.pks["B4.1"])
    assert reply == {
        "saved": reply["saved"],
        "drawn": {pk: f"1.{Answered(2, note='Weekly.').mark()}"},
        "problems": {},
        "conflicts": [],
    }
    assert saved(assessment) == {"B4.1": ("2", "", "Weekly.", 1)}


def test_rating_save_goes_on_from_what_it_replied(manager_client, assessment):
    page = opened(manager_client, assessment)
    drawn = page.save_one("B4.1", {"level-B4.1": "2"}).json()["drawn"][str(page.pks["B4.1"])]
    assert page.save_one("B4.1", {"level-B4.1": "1", "drawn-B4.1": drawn}).status_code == 200
    assert saved(assessment) == {"B4.1": ("1", "", "", 2)}


def test_rating_save_of_what_is_saved_already_gives_its_revision(manager_client, assessment):
    page = opened(manager_client, assessment)
    first = page.save_one("B4.1", {"level-B4.1": "2"}).json()
    # The reply was lost on its way, so the script sends the same again.
    assert page.save_one("B4.1", {"level-B4.1": "2"}).json()["drawn"] == first["drawn"]
    assert saved(assessment) == {"B4.1": ("2", "", "", 1)}


def test_rating_save_says_what_is_wrong_in_the_words_of_the_page(manager_client, assessment):
    page = opened(manager_client, assessment)
    response = page.save_one("B4.3", {"level-B4.3": NOT_RELEVANT})
    assert response.status_code == 422
    assert response.json()["problems"] == {
        str(page.pks["B4.3"]): {"reason": "Say why B4.3 is not relevant to your role"}
    }
    assert response.json()["drawn"] == {}
    assert saved(assessment) == {}


def test_rating_save_of_a_statement_changed_elsewhere_is_a_conflict(manager_client, assessment):
    page = opened(manager_client, assessment)
    opened(manager_client, assessment).send({"level-B4.1": "2"})
    response = page.save_one("B4.1", {"level-B4.1": "3"})
    assert response.status_code == 409
    assert response.json()["conflicts"] == [page.pks["B4.1"]]
    assert saved(assessment) == {"B4.1": ("2", "", "", 1)}


def test_rating_save_needs_the_same_number_of_queries(manager_client, assessment):
    counts = []
    for level in ("1", "3"):
        page = opened(manager_client, assessment)
        with CaptureQueriesContext(connection) as queries:
            assert page.save_one("B4.1", {"level-B4.1": level}).status_code == 200
        counts.append(len(queries))
        rate_all(assessment)
    assert counts[0] == counts[1] <= QUERIES_TO_SAVE_ONE


# Signed out, or with a stale form


def test_a_broken_form_token_loses_nothing(sign_in, contract_manager, assessment):
    client = sign_in(contract_manager, enforce_csrf_checks=True)
    page = opened(client, assessment)
    typed = {"level-B4.1": "2", "note-B4.1": "Typed with care, and long"}
    fields = page.data(typed) | {"csrfmiddlewaretoken": "broken"}
    response = client.post(url(assessment), fields)
    held = HeldPost.objects.get()
    assert (response.status_code, response.url) == (302, reverse("heldpost-detail", args=[held.pk]))
    assert saved(assessment) == {}
    offered = Page(client.get(response.url))
    assert "Typed with care, and long" in offered.text
    form = next(form for form in offered.forms if form.action == url(assessment))
    assert client.post(form.action, form.data()).status_code == 302
    assert saved(assessment) == {"B4.1": ("2", "", "Typed with care, and long", 1)}
    assert HeldPost.objects.count() == 0


def test_a_form_without_a_token_that_nobody_was_shown_is_refused(sign_in, contract_manager, assessment):
    client = sign_in(contract_manager, enforce_csrf_checks=True)
    pk = statement(assessment, "B4.1").pk
    response = client.post(url(assessment), {f"drawn-{pk}": "0.x", f"level-{pk}": "1"})
    assert response.status_code == 403
    assert "<h1" in response.content.decode()
    assert HeldPost.objects.count() == 0
    assert saved(assessment) == {}


def test_a_page_sent_after_the_sign_in_ended_is_held_for_its_owner(
    sign_in, manager_client, contract_manager, assessment
):
    page = opened(manager_client, assessment)
    fields = page.data({"level-B4.1": "2", "note-B4.1": "Typed with care, and long"})
    response = sign_in().post(url(assessment), fields)
    held = HeldPost.objects.get()
    assert response.url == f"{reverse('account_login')}?next={reverse('heldpost-detail', args=[held.pk])}"
    assert held.user == contract_manager
    assert saved(assessment) == {}
    assert "Typed with care" in Page(manager_client.get(reverse("heldpost-detail", args=[held.pk]))).text


def test_rating_save_after_the_sign_in_ended_holds_nothing(sign_in, manager_client, assessment):
    page = opened(manager_client, assessment)
    page.client = sign_in()
    response = page.save_one("B4.1", {"level-B4.1": "2"})
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert HeldPost.objects.count() == 0
    assert saved(assessment) == {}


def test_rating_save_replies_in_json_that_scripts_can_read(manager_client, assessment):
    response = opened(manager_client, assessment).save_one("B4.1", {"level-B4.1": "2", "note-B4.1": HOSTILE})
    assert json.loads(response.content)["conflicts"] == []
    assert HOSTILE not in response.content.decode()
