"""Work examples: the list, adding, changing and deleting one."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.actions import claims
from assessments.forms import EvidenceForm
from assessments.models import Assessment, Evidence
from standards.tree import version_tree
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import close, make_assessment, make_evidence, rate
from tests.pages import Page

HOSTILE = "<b>&{{7*7}}</b>"
UNSTORABLE = " holds a character that cannot be kept. Take out what was pasted last and type it again."
TYPED = {
    "title": "Options paper, cleaning contract",
    "text": "I wrote it.\r\nThe board took it up.",
    "link": "https://example.gov.uk/records/1?a=1&b=2",
    "dated_day": "27",
    "dated_month": "3",
    "dated_year": "2026",
}


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(name, assessment, *args):
    return reverse(name, args=[assessment.pk, *args])


def pks(assessment, *codes):
    by_code = {each.code: each.pk for each in version_tree(assessment.version).statements}
    return [str(by_code[code]) for code in codes]


def said(evidence):
    codes = [each.code for each in evidence.statements.all()]
    return (evidence.title, evidence.text, evidence.link, evidence.dated, codes)


# evidence-list


def test_evidence_list_without_any_offers_to_add_one(manager_client, draft):
    response = manager_client.get(path("evidence-list", draft))
    assert "You have added none so far." in words_of(response)
    assert links_of(response) == {
        "Add a work example": path("evidence-create", draft),
        f"Back to your {draft.title}": path("assessment-detail", draft),
    }


def test_evidence_list_shows_each_with_its_statements(manager_client, draft):
    paper = make_evidence(
        draft,
        title=f"Paper {HOSTILE}",
        text=f"{HOSTILE} " + "words " * 100,
        link="https://example.gov.uk/records/1",
        dated=date(2026, 3, 27),
        statements=("B4.3", "A1.1"),
    )
    forum = make_evidence(draft, title="Supplier forum", statements=())
    response = manager_client.get(path("evidence-list", draft))
    words = words_of(response)
    assert f"Paper {HOSTILE} 27 March 2026 {HOSTILE} words words" in words
    assert "… https://example.gov.uk/records/1 Supports A1.1 Risk management approach, B4.3 Value for money" in words
    assert "Supplier forum Supports no statement yet" in words
    links = links_of(response)
    assert links[f"Change Paper {HOSTILE}"] == path("evidence-edit", draft, paper.pk)
    assert links[f"Delete Paper {HOSTILE}"] == path("evidence-delete", draft, paper.pk)
    assert links["Change Supplier forum"] == path("evidence-edit", draft, forum.pk)


def test_evidence_list_of_a_closed_round_is_for_reading(manager_client, draft):
    make_evidence(draft, title="Supplier forum")
    close(Assessment.objects.get())
    response = manager_client.get(path("evidence-list", draft))
    assert "Supplier forum" in words_of(response)
    assert links_of(response) == {f"Back to your {draft.title}": path("assessment-detail", draft)}


def test_evidence_list_of_a_closed_round_without_any(manager_client, draft):
    close(Assessment.objects.get())
    response = manager_client.get(path("evidence-list", draft))
    assert "This assessment has none." in words_of(response)
    assert links_of(response)["Read your answers"] == path("assessment-check", draft)


def test_evidence_list_takes_as_many_queries_for_one_as_for_many(manager_client, draft):
    make_evidence(draft, statements=("A1.1",))
    with CaptureQueriesContext(connection) as one:
        manager_client.get(path("evidence-list", draft))
    for _ in range(4):
        make_evidence(draft, statements=("A1.1", "B4.3", "B6.1"))
    with CaptureQueriesContext(connection) as many:
        manager_client.get(path("evidence-list", draft))
    assert len(one) == len(many) <= 5


# evidence-create


def test_evidence_create_warns_and_offers_every_statement(manager_client, draft):
    response = manager_client.get(path("evidence-create", draft))
    assert "Do not name suppliers or people" in words_of(response)
    assert "statements" not in fields_of(response)
    assert response.text.count('name="statements"') == 66
    assert '<details class="round-group" open' not in response.text


@pytest.mark.parametrize(("query", "codes"), [("B4.3", ["B4.3"]), ("", []), ("Z9.9", []), ("<b>\0", [])])
def test_evidence_create_from_a_statement_has_it_ticked(manager_client, draft, query, codes):
    response = manager_client.get(path("evidence-create", draft), {"statement": query})
    assert fields_of(response).get("statements", []) == pks(draft, *codes)
    assert response.text.count('<details class="round-group" open') == len(codes)


def test_evidence_create_saves_and_goes_back_to_the_list(manager_client, draft):
    response = manager_client.post(
        path("evidence-create", draft), TYPED | {"statements": pks(draft, "B4.3", "A1.1")}, follow=True
    )
    assert response.redirect_chain == [(path("evidence-list", draft), 302)]
    assert "Your work example is saved." in words_of(response)
    assert said(draft.evidence.get()) == (
        "Options paper, cleaning contract",
        "I wrote it.\nThe board took it up.",
        "https://example.gov.uk/records/1?a=1&b=2",
        date(2026, 3, 27),
        ["A1.1", "B4.3"],
    )


def test_evidence_create_needs_only_a_name(manager_client, draft):
    manager_client.post(path("evidence-create", draft), {"title": f" {HOSTILE} "})
    assert said(draft.evidence.get()) == (HOSTILE, "", "", None, [])


def test_evidence_create_counts_a_line_break_as_one_character(manager_client, draft):
    text = "\r\n".join(["x"] * 1000) + "y"
    assert manager_client.post(path("evidence-create", draft), TYPED | {"text": text}).status_code == 302
    assert draft.evidence.get().text == text.replace("\r\n", "\n")


TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"title": ""}, "id_title", "Enter a few words that name the example"),
        ({"title": " \t"}, "id_title", "Enter a few words that name the example"),
        ({"title": "x" * 151}, "id_title", "The name of the example must be 150 characters or fewer. It has 151."),
        ({"title": "a\0b"}, "id_title", f"The name of the example{UNSTORABLE}"),
        ({"text": "x" * 2001}, "id_text", "The description must be 2,000 characters or fewer. It has 2,001."),
        ({"text": "a\0b"}, "id_text", f"The description{UNSTORABLE}"),
        ({"link": "records"}, "id_link", "Enter a link that begins with https:// or http://, or leave it empty"),
        (
            {"link": "javascript:alert(1)"},
            "id_link",
            "Enter a link that begins with https:// or http://, or leave it empty",
        ),
        ({"link": "https://example.com/\0"}, "id_link", f"The link{UNSTORABLE}"),
        (
            {"link": "https://example.com/" + "x" * 481},
            "id_link",
            "The link must be 500 characters or fewer. It has 501.",
        ),
        ({"dated_day": ""}, "id_dated_day", "Date must include a day"),
        ({"dated_month": "13"}, "id_dated_month", "Date must be a real date"),
        ({"dated_year": "26"}, "id_dated_year", "Year must have four digits"),
        ({"dated_day": "3\0"}, "id_dated_day", "Date must be a real date"),
        (
            {"dated_day": TOMORROW.day, "dated_month": TOMORROW.month, "dated_year": TOMORROW.year},
            "id_dated_day",
            "Date must be today or in the past",
        ),
        ({"statements": ["0"]}, "id_statements", "Choose statements from the list"),
        ({"statements": ["x\0"]}, "id_statements", "Choose statements from the list"),
        ({"statements": ["9" * 40]}, "id_statements", "Choose statements from the list"),
    ],
)
def test_evidence_create_says_at_the_field_what_is_wrong(manager_client, draft, typed, field, message):
    data = TYPED | {"statements": pks(draft, "B4.3")} | typed
    response = manager_client.post(path("evidence-create", draft), data)
    assert response.status_code == 422
    assert summary_of(response) == [(message, f"#{field}")]
    assert words_of(response).count(message) == 2
    assert not Evidence.objects.exists()


def test_evidence_create_keeps_what_was_typed(manager_client, draft):
    data = {
        "title": "",
        "text": HOSTILE,
        "link": f"https://{HOSTILE}",
        "dated_day": HOSTILE,
        "dated_month": "March",
        "dated_year": "2026",
        "statements": pks(draft, "A1.2", "B4.3"),
    }
    response = manager_client.post(path("evidence-create", draft), data)
    fields = fields_of(response)
    assert {name: fields[name] for name in data} == {
        name: value if name == "statements" else [value] for name, value in data.items()
    }
    assert [href for _, href in summary_of(response)] == ["#id_title", "#id_link", "#id_dated_day"]
    assert response.text.count('<details class="round-group" open') == 2
    assert "<b>&{{" not in response.text


def test_evidence_create_opens_the_group_where_an_error_leads(manager_client, draft):
    response = manager_client.post(path("evidence-create", draft), TYPED | {"statements": ["0"]})
    first = response.text.partition('<details class="round-group"')[2]
    assert first.startswith(" open")
    assert 'id="id_statements" name="statements" type="checkbox"' in first.partition("</details>")[0]


def test_evidence_form_refuses_half_a_character(draft):
    form = EvidenceForm({"title": "a\ud800b", "text": "\udfff"}, tree=version_tree(draft.version))
    assert form.errors == {
        "title": [f"The name of the example{UNSTORABLE}"],
        "text": [f"The description{UNSTORABLE}"],
    }


# evidence-edit


def test_evidence_edit_shows_and_changes_one(manager_client, draft):
    evidence = make_evidence(draft, text="\nFirst", dated=date(2026, 3, 27), statements=("B4.3", "A1.1"))
    other = make_evidence(draft, title="Left alone")
    response = manager_client.get(path("evidence-edit", draft, evidence.pk))
    fields = fields_of(response)
    assert (fields["title"], fields["text"], fields["dated_month"]) == (["Catering contract"], ["\nFirst"], ["3"])
    assert fields["statements"] == pks(draft, "A1.1", "B4.3")
    assert fields["revision"] == ["1"]
    changed = {"title": "Catering", "text": "Second", "link": "", "statements": pks(draft, "B6.1"), "revision": "1"}
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), changed)
    assert (response.status_code, response.url) == (302, path("evidence-list", draft))
    assert said(Evidence.objects.get(pk=evidence.pk)) == ("Catering", "Second", "", None, ["B6.1"])
    assert Evidence.objects.get(pk=evidence.pk).revision == 2
    assert Evidence.objects.get(pk=other.pk).title == "Left alone"


def test_evidence_edit_with_an_error_changes_nothing(manager_client, draft):
    evidence = make_evidence(draft)
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), {"title": "", "text": HOSTILE})
    assert response.status_code == 422
    assert fields_of(response)["text"] == [HOSTILE]
    assert said(Evidence.objects.get()) == ("Catering contract", "", "", None, ["B4.1"])


@pytest.mark.parametrize("name", ["evidence-edit", "evidence-delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_evidence_of_another_round_or_person_is_not_there(
    sign_in, manager_client, contract_manager, stranger, draft, name, method
):
    evidence = make_evidence(draft)
    theirs = make_assessment(stranger)
    browser = sign_in(stranger)
    assert getattr(browser, method)(path(name, draft, evidence.pk)).status_code == 404
    assert getattr(browser, method)(path(name, theirs, evidence.pk)).status_code == 404
    assert getattr(manager_client, method)(path(name, draft, evidence.pk + 1)).status_code == 404
    assert Evidence.objects.get() == evidence


@pytest.mark.parametrize("name", ["evidence-edit", "evidence-delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_evidence_asks_to_sign_in(client, draft, name, method):
    address = path(name, draft, make_evidence(draft).pk)
    response = getattr(client, method)(address)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={address}")
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("name", ["evidence-edit", "evidence-delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_evidence_of_a_closed_round_is_not_changed(manager_client, draft, name, method):
    evidence = make_evidence(draft)
    close(Assessment.objects.get())
    assert getattr(manager_client, method)(path(name, draft, evidence.pk), {"title": "New"}).status_code == 403
    assert Evidence.objects.get().title == "Catering contract"


@pytest.mark.parametrize("name", ["evidence-create", "evidence-edit", "evidence-delete"])
def test_evidence_of_a_round_closed_between_page_and_answer_is_not_changed(manager_client, draft, monkeypatch, name):
    args = [] if name == "evidence-create" else [make_evidence(draft).pk]

    def closed_meanwhile(rounds, assessment, changes):
        raise actions.NotOpen

    monkeypatch.setattr("assessments.actions.claims._claim", closed_meanwhile)
    assert manager_client.post(path(name, draft, *args), {"title": "New"}).status_code == 403
    assert [each.title for each in Evidence.objects.all()] == ["Catering contract"] * len(args)


def test_evidence_edit_takes_as_many_queries_for_one_statement_as_for_many(manager_client, draft):
    one, many = make_evidence(draft, statements=("A1.1",)), make_evidence(draft, statements=("A1.1", "B4.3", "B6.1"))
    counts = []
    for evidence in (one, many):
        with CaptureQueriesContext(connection) as queries:
            manager_client.get(path("evidence-edit", draft, evidence.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_evidence_edit_saves_in_few_queries(manager_client, draft):
    evidence = make_evidence(draft, statements=("A1.1",))
    data = {"title": "Catering", "statements": pks(draft, "A1.1"), "revision": "1"}
    with CaptureQueriesContext(connection) as queries:
        assert manager_client.post(path("evidence-edit", draft, evidence.pk), data).status_code == 302
    assert len(queries) <= 10


# Two windows


def open_and_change(manager_client, draft, evidence, **typed):
    """The answer to a page opened before another window changed ``evidence``; ``typed`` is what was typed on it."""
    page = fields_of(manager_client.get(path("evidence-edit", draft, evidence.pk)))
    there = {
        "title": "Saved <there>",
        "text": "Two\nlines",
        "link": "https://example.com/there",
        "dated_day": ["27"],
        "dated_month": ["3"],
        "dated_year": ["2026"],
        "statements": pks(draft, "B4.3", "B6.1"),
    }
    assert manager_client.post(path("evidence-edit", draft, evidence.pk), page | there).status_code == 302
    return manager_client.post(path("evidence-edit", draft, evidence.pk), page | typed)


SAVED_THERE = ("Saved <there>", "Two\nlines", "https://example.com/there", date(2026, 3, 27), ["B4.3", "B6.1"])


def test_evidence_edit_shows_what_two_windows_say_and_overwrites_nothing(manager_client, draft):
    evidence = make_evidence(draft)
    response = open_and_change(manager_client, draft, evidence, title="Typed <here>", statements=pks(draft, "A1.1"))
    assert response.status_code == 422
    assert (said(Evidence.objects.get()), Evidence.objects.get().revision) == (SAVED_THERE, 2)
    message = "This work example was changed in another window. Choose which one to keep."
    assert summary_of(response) == [(message, "#discard")]
    words = words_of(response)
    for each in ("Saved <there>", "Two lines", "https://example.com/there", "27 March 2026"):
        assert words.count(each) == 1
    assert (
        "Which statements does it support? B4.3 Value for money options, B6.1 Identifying risks and issues Keep"
        in words
    )
    fields = fields_of(response)
    assert (fields["title"], fields["statements"], fields["revision"]) == (
        ["Typed <here>"],
        pks(draft, "A1.1"),
        ["2"],
    )
    assert "discard" not in fields


def test_evidence_edit_says_what_was_left_empty_in_the_other_window(manager_client, draft):
    evidence = make_evidence(draft, text="At first")
    page = fields_of(manager_client.get(path("evidence-edit", draft, evidence.pk)))
    manager_client.post(path("evidence-edit", draft, evidence.pk), {"title": "There", "revision": "1"})
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), page)
    words = words_of(response)
    assert words.count("Left empty") == 3
    assert "No statement yet" in words


def test_evidence_edit_saving_again_keeps_what_was_typed(manager_client, draft):
    evidence = make_evidence(draft)
    response = open_and_change(manager_client, draft, evidence, title="Typed <here>", statements=pks(draft, "A1.1"))
    assert manager_client.post(path("evidence-edit", draft, evidence.pk), fields_of(response)).status_code == 302
    assert said(Evidence.objects.get()) == ("Typed <here>", "", "", None, ["A1.1"])


def test_evidence_edit_can_keep_what_the_other_window_saved(manager_client, draft):
    evidence = make_evidence(draft)
    response = open_and_change(manager_client, draft, evidence, title="Typed <here>")
    data = fields_of(response) | {"discard": "1"}
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), data, follow=True)
    assert response.redirect_chain == [(path("evidence-list", draft), 302)]
    assert "The work example saved in the other window is kept." in words_of(response)
    assert said(Evidence.objects.get()) == SAVED_THERE


def test_evidence_edit_third_window_is_a_conflict_again(manager_client, draft):
    evidence = make_evidence(draft)
    response = open_and_change(manager_client, draft, evidence, title="Typed <here>")
    third = {"title": "Third", "revision": "2"}
    assert manager_client.post(path("evidence-edit", draft, evidence.pk), third).status_code == 302
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), fields_of(response))
    assert response.status_code == 422
    assert "What is the example? Third What did you do" in words_of(response)
    assert fields_of(response)["title"] == ["Typed <here>"]
    assert Evidence.objects.get().title == "Third"


def test_evidence_edit_with_an_error_on_an_old_page_still_conflicts(manager_client, draft):
    evidence = make_evidence(draft)
    response = open_and_change(manager_client, draft, evidence, title="")
    assert [href for _, href in summary_of(response)] == ["#id_title"]
    data = fields_of(response) | {"title": "Typed <here>"}
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), data)
    assert [href for _, href in summary_of(response)] == ["#discard"]
    assert said(Evidence.objects.get()) == SAVED_THERE


def test_evidence_edit_the_same_in_two_windows_is_no_conflict(manager_client, draft):
    evidence = make_evidence(draft)
    data = TYPED | {"statements": pks(draft, "A1.1", "B4.3"), "revision": "1"}
    for _ in range(2):
        assert manager_client.post(path("evidence-edit", draft, evidence.pk), data).status_code == 302
    assert Evidence.objects.get().revision == 2


@pytest.mark.parametrize("revision", [None, "", "0", "3", "-1", "x", "9" * 40, "\0"])
def test_evidence_edit_of_a_page_that_saw_another_revision_overwrites_nothing(manager_client, draft, revision):
    evidence = make_evidence(draft)
    data = {"title": "Typed"} | ({} if revision is None else {"revision": revision})
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), data)
    assert (response.status_code, fields_of(response)["revision"]) == (422, ["1"])
    assert said(Evidence.objects.get()) == ("Catering contract", "", "", None, ["B4.1"])


@pytest.mark.parametrize("is_discarded", [False, True])
def test_evidence_edit_of_one_deleted_elsewhere_keeps_what_was_typed(manager_client, draft, is_discarded):
    evidence = make_evidence(draft)
    page = fields_of(manager_client.get(path("evidence-edit", draft, evidence.pk)))
    actions.delete_evidence(assessment=draft, evidence=Evidence.objects.get())
    typed = page | TYPED | {"statements": pks(draft, "A1.1")} | ({"discard": "1"} if is_discarded else {})
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), typed)
    assert response.status_code == 422
    message = "This work example was deleted in another window. Choose whether to keep what you typed."
    assert summary_of(response) == [(message, "#save")]
    assert "You deleted this work example in another window" in words_of(response)
    assert links_of(response)["Cancel"] == path("evidence-list", draft)
    assert not Evidence.objects.exists()
    form = Page(response).form("title")
    assert form.action == path("evidence-create", draft)
    assert manager_client.post(form.action, form.fields).status_code == 302
    assert said(Evidence.objects.get()) == (
        TYPED["title"],
        TYPED["text"].replace("\r\n", "\n"),
        TYPED["link"],
        date(2026, 3, 27),
        ["A1.1"],
    )


def test_evidence_edit_of_one_deleted_elsewhere_also_says_what_is_wrong(manager_client, draft):
    pk = make_evidence(draft).pk
    actions.delete_evidence(assessment=draft, evidence=Evidence.objects.get())
    response = manager_client.post(path("evidence-edit", draft, pk), {"title": "", "text": "Typed", "revision": "1"})
    assert [href for _, href in summary_of(response)] == ["#save", "#id_title"]
    assert fields_of(response)["text"] == ["Typed"]
    assert manager_client.get(path("evidence-edit", draft, pk)).status_code == 404


@pytest.mark.parametrize("is_deleted", [False, True])
def test_evidence_edit_changed_between_page_and_lock_overwrites_nothing(manager_client, draft, monkeypatch, is_deleted):
    evidence = make_evidence(draft)
    claim = claims._claim

    def changed_meanwhile(rounds, assessment, changes):
        kept = Evidence.objects.filter(pk=evidence.pk)
        if is_deleted:
            kept.delete()
        else:
            kept.update(title="Saved there", revision=2)
        return claim(rounds, assessment, changes)

    monkeypatch.setattr(claims, "_claim", changed_meanwhile)
    response = manager_client.post(path("evidence-edit", draft, evidence.pk), {"title": "Typed here", "revision": "1"})
    assert (response.status_code, fields_of(response)["title"]) == (422, ["Typed here"])
    assert [href for _, href in summary_of(response)] == ["#save" if is_deleted else "#discard"]
    assert [each.title for each in Evidence.objects.all() if each.title == "Typed here"] == []


def test_evidence_edit_of_one_deleted_from_a_closed_round_is_refused(manager_client, draft):
    evidence = make_evidence(draft)
    actions.delete_evidence(assessment=draft, evidence=Evidence.objects.get(pk=evidence.pk))
    close(Assessment.objects.get())
    data = {"title": "Typed", "revision": "1"}
    assert manager_client.post(path("evidence-edit", draft, evidence.pk), data).status_code == 403


# evidence-delete


def test_evidence_delete_asks_first(manager_client, draft):
    evidence = make_evidence(draft, title=HOSTILE)
    response = manager_client.get(path("evidence-delete", draft, evidence.pk))
    assert f"Delete this work example? {HOSTILE} It goes for good" in words_of(response)
    assert links_of(response) == {"Go back": path("evidence-list", draft)}
    assert Evidence.objects.get() == evidence


def test_evidence_delete_keeps_the_answers(manager_client, draft):
    rate(draft, {"B4.1": 2})
    kept, evidence = make_evidence(draft, title="Kept"), make_evidence(draft)
    response = manager_client.post(path("evidence-delete", draft, evidence.pk), follow=True)
    assert response.redirect_chain == [(path("evidence-list", draft), 302)]
    assert "Your work example is deleted." in words_of(response)
    assert Evidence.objects.get() == kept
    assert draft.ratings.count() == 1
