"""Telling the editors of the standards what is wrong with a statement, and that nobody learns who said it."""

import pytest
from django.urls import reverse

from standards.actions import write_readers_note
from standards.models import ReadersNote, Statement
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import make_assessment, make_user, rate_all, share
from tests.standards.second_framework import publish_second_framework

SAID = {"kind": "unclear", "text": "What is a “benefit” here?"}


@pytest.fixture(scope="module")
def second(kept_for_the_module):
    return publish_second_framework()


@pytest.fixture
def draft(contract_manager, second):
    return make_assessment(contract_manager, version=second, role_profile="keeper")


@pytest.fixture
def statement(draft):
    return Statement.objects.get(area__section__version=draft.version, code="R2.3")


def path(assessment, code="", area="R2"):
    address = reverse("readers-note-edit", args=[assessment.pk, area])
    return f"{address}?statement={code}" if code else address


def notes():
    return list(ReadersNote.objects.values_list("statement__code", "reader__name", "kind", "text"))


def test_rating_edit_leads_to_it(manager_client, draft):
    links = links_of(manager_client.get(reverse("rating-edit", args=[draft.pk, "R2"])))
    assert links["Tell the editors of the standards"] == path(draft)


def test_readers_note_edit_says_who_sees_it_and_what_it_is_about(manager_client, draft):
    words = words_of(manager_client.get(path(draft, "R2.3")))
    assert "Tell the editors about R2.3" in words
    assert "The editors of the standards, beside the statement, without your name." in words
    assert "You apply access reviews" not in words
    assert "What R2.3 says" in words


def test_a_note_is_kept_and_leads_back_to_the_statement(manager_client, contract_manager, draft, statement):
    page = manager_client.get(path(draft, "R2.3"))
    fields = {name: values[-1] for name, values in fields_of(page).items()}
    assert fields["statement"] == str(statement.pk)
    response = manager_client.post(path(draft, "R2.3"), fields | SAID)
    assert (response.status_code, response.url) == (
        302,
        reverse("rating-edit", args=[draft.pk, "R2"]) + "#statement-R2.3",
    )
    assert notes() == [("R2.3", contract_manager.name, SAID["kind"], SAID["text"])]


def test_a_note_is_shown_to_whoever_wrote_it_and_changed(manager_client, contract_manager, draft, statement):
    write_readers_note(statement_id=statement.pk, reader=contract_manager, **SAID)
    page = manager_client.get(path(draft, "R2.3"))
    fields = {name: values[-1] for name, values in fields_of(page).items()}
    assert {name: fields[name] for name in SAID} == SAID
    assert manager_client.post(path(draft, "R2.3"), fields | {"kind": "not-my-job"}).status_code == 302
    assert notes() == [("R2.3", contract_manager.name, "not-my-job", SAID["text"])]


def test_a_note_is_removed(manager_client, contract_manager, draft, statement):
    write_readers_note(statement_id=statement.pk, reader=contract_manager, **SAID)
    assert "Remove what I said" in words_of(manager_client.get(path(draft, "R2.3")))
    for _ in range(2):
        assert manager_client.post(path(draft, "R2.3"), {"remove": "1"}).status_code == 302
        assert notes() == []


def test_without_a_statement_the_page_asks_and_names_what_was_said(manager_client, contract_manager, draft, statement):
    write_readers_note(statement_id=statement.pk, reader=contract_manager, **SAID)
    response = manager_client.get(path(draft))
    assert "What you said of R2 R2.3" in words_of(response)
    assert path(draft, "R2.3") in links_of(response).values()
    other = Statement.objects.get(area=statement.area, code="R2.1")
    posted = {"statement": str(other.pk), "drawn": "nothing", "kind": "hard-to-evidence", "text": ""}
    assert manager_client.post(path(draft), posted).status_code == 302
    assert sorted(code for code, *_ in notes()) == ["R2.1", "R2.3"]


def test_a_note_of_another_window_is_replaced_only_once_it_was_seen(manager_client, contract_manager, draft, statement):
    write_readers_note(statement_id=statement.pk, reader=contract_manager, **SAID)
    posted = {"statement": str(statement.pk), "drawn": "nothing", "kind": "not-my-job", "text": "Mine"}
    response = manager_client.post(path(draft), posted)
    assert response.status_code == 422
    topic = statement.topic
    assert summary_of(response) == [
        (f"You said something else of R2.3 {topic} before. Save again to replace it", "#id_kind")
    ]
    assert SAID["text"] in words_of(response)
    assert notes() == [("R2.3", contract_manager.name, SAID["kind"], SAID["text"])]
    again = {name: values[-1] for name, values in fields_of(response).items()}
    assert (again["kind"], again["text"]) == ("not-my-job", "Mine")
    assert manager_client.post(path(draft), again).status_code == 302
    assert notes() == [("R2.3", contract_manager.name, "not-my-job", "Mine")]


@pytest.mark.parametrize(
    ("posted", "errors"),
    [
        (
            {},
            [
                ("Choose the statement that you want to say something of", "#id_statement"),
                ("Choose what is wrong with the statement", "#id_kind"),
            ],
        ),
        (
            {"statement": "0", "kind": "rude"},
            [("Choose one of the statements shown", "#id_statement"), ("Choose one of the answers shown", "#id_kind")],
        ),
    ],
)
def test_what_is_missing_is_said_at_its_field(manager_client, draft, posted, errors):
    response = manager_client.post(path(draft), posted)
    assert (response.status_code, summary_of(response)) == (422, errors)
    assert notes() == []


def test_a_text_that_is_too_long_is_kept_on_the_page(manager_client, draft, statement):
    posted = {"statement": str(statement.pk), "kind": "unclear", "text": "ŵ" * 501}
    response = manager_client.post(path(draft, "R2.3"), posted)
    assert summary_of(response) == [("What you say must be 500 characters or fewer. It has 501.", "#id_text")]
    assert fields_of(response)["text"] == ["ŵ" * 501]


@pytest.mark.parametrize(("area", "code"), [("R2", "R3.1"), ("R2", "no"), ("Z9", ""), ("Z9", "R2.1")])
def test_readers_note_edit_is_not_there_for_what_the_version_does_not_have(manager_client, draft, area, code):
    assert manager_client.get(path(draft, code, area)).status_code == 404


def test_a_statement_of_another_area_is_refused(manager_client, draft, statement):
    foreign = Statement.objects.get(area__section__version=draft.version, code="R3.1")
    posted = {"statement": str(foreign.pk), "kind": "unclear", "text": ""}
    assert manager_client.post(path(draft), posted).status_code == 422
    assert notes() == []


def test_readers_note_edit_is_there_for_nobody_else(sign_in, draft, line_manager, stranger, superuser, editor):
    rate_all(draft)
    share(draft, line_manager)
    for person in (line_manager, stranger, superuser, editor):
        browser = sign_in(person)
        assert [browser.get(path(draft)).status_code, browser.post(path(draft), SAID).status_code] == [404, 404]
    assert notes() == []


def test_a_note_may_be_written_after_the_round_is_shared(sign_in, contract_manager, draft, line_manager, statement):
    rate_all(draft)
    share(draft, line_manager)
    posted = {"statement": str(statement.pk), "drawn": "nothing"} | SAID
    assert sign_in(contract_manager).post(path(draft, "R2.3"), posted).status_code == 302
    assert len(notes()) == 1


def test_nobody_reads_who_wrote_a_note(sign_in, draft, contract_manager, line_manager, editor, superuser, statement):
    contract_manager.name = "Rumpelstiltskin Unlikely"
    contract_manager.save()
    write_readers_note(statement_id=statement.pk, reader=contract_manager, **SAID)
    rate_all(draft)
    share(draft, line_manager)
    theirs = sign_in(line_manager)
    for name in ("rating-edit", "review-edit"):
        assert SAID["text"] not in theirs.get(reverse(name, args=[draft.pk, "R2"])).text
    for person in (editor, superuser):
        page = sign_in(person).get(reverse("admin:standards_statement_change", args=[statement.pk]))
        for secret in (contract_manager.name, contract_manager.email):
            assert secret not in page.text


def test_two_people_say_something_of_one_statement(draft, contract_manager, statement):
    for reader in (contract_manager, make_user()):
        write_readers_note(statement_id=statement.pk, reader=reader, **SAID)
        write_readers_note(statement_id=statement.pk, reader=reader, **SAID)
    assert len(notes()) == 2


def test_a_kind_that_there_is_not_is_refused(contract_manager, statement):
    with pytest.raises(ValueError, match="rude"):
        write_readers_note(statement_id=statement.pk, reader=contract_manager, kind="rude")
    assert notes() == []
