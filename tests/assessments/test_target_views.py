"""The page on which the level needed in each area is set."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Assessment, Target
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import make_assessment, rate_all

HOSTILE = "<b>&{{7*7}}</b>"
AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")
NOT_IN_ROLE = "not-in-role"


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(assessment):
    return reverse("target-edit", args=[assessment.pk])


def posted(**differing):
    """The whole page as a browser sends it; ``A1=("3", "reason")`` differs from the profile's Practitioner."""
    data = {}
    for code in AREAS:
        data[f"target-{code}"], data[f"reason-{code}"] = differing.get(code, ("2", ""))
    return data


def targets_of(assessment):
    rows = Target.objects.filter(assessment=assessment).values_list("area__code", "rank", "reason")
    return {code: (rank, reason) for code, rank, reason in rows}


PROPOSED = dict.fromkeys(AREAS, (2, ""))


def test_target_edit_shows_what_the_role_proposes(manager_client, draft):
    response = manager_client.get(path(draft))
    fields = fields_of(response)
    assert {code: fields[f"target-{code}"] for code in AREAS} == {code: ["2"] for code in AREAS}
    assert {code: fields[f"reason-{code}"] for code in AREAS} == {code: [""] for code in AREAS}
    words = words_of(response)
    assert words.count("Practitioner Proposed") == 8
    assert words.count("Proposed") == 8
    assert links_of(response)["Choose another role"] == reverse("assessment-role", args=[draft.pk])
    assert summary_of(response) == []


def test_target_edit_offers_to_leave_out_only_where_the_section_does(manager_client, draft):
    text = manager_client.get(path(draft)).text
    offered = [code for code in AREAS if f'name="target-{code}" type="radio" value="{NOT_IN_ROLE}"' in text]
    assert offered == ["B1", "B2", "B3", "B4", "B5", "B6"]


def test_target_edit_without_a_role_profile_asks_for_no_reason(manager_client, contract_manager, published_version):
    assessment = make_assessment(contract_manager, role_profile="")
    response = manager_client.get(path(assessment))
    assert set(fields_of(response)) == {"csrfmiddlewaretoken", "drawn_for"} | {f"target-{code}" for code in AREAS}
    assert "Proposed" not in words_of(response)
    response = manager_client.post(path(assessment), posted(A1=("3", ""), B1=(NOT_IN_ROLE, "")))
    assert response.status_code == 302
    assert targets_of(assessment) == PROPOSED | {"A1": (3, ""), "B1": (None, "")}


def test_target_edit_saves_and_goes_on_to_the_areas(manager_client, draft):
    response = manager_client.post(
        path(draft), posted(A1=("3", " I chair\r\nthe board "), B1=(NOT_IN_ROLE, "Done elsewhere"), B2=("2", "Dropped"))
    )
    assert (response.status_code, response.url) == (302, reverse("assessment-detail", args=[draft.pk]))
    assert targets_of(draft) == PROPOSED | {"A1": (3, "I chair\nthe board"), "B1": (None, "Done elsewhere")}
    fields = fields_of(manager_client.get(path(draft)))
    assert (fields["target-A1"], fields["reason-A1"]) == (["3"], ["I chair\nthe board"])
    assert fields["target-B1"] == [NOT_IN_ROLE]


@pytest.mark.parametrize(
    ("code", "typed", "field", "message"),
    [
        ("A1", ("3", ""), "reason", "Say why your role needs something else in A1 Business Acumen"),
        ("A1", ("3", " \r\n "), "reason", "Say why your role needs something else in A1 Business Acumen"),
        ("B4", (NOT_IN_ROLE, ""), "reason", "Say why your role needs something else in B4 Change Control"),
        ("A1", ("", "x"), "target", "Choose the level that your role needs in A1 Business Acumen"),
        ("A1", ("9", "x"), "target", "Choose the level that your role needs in A1 Business Acumen"),
        ("A1", ("2\0", "x"), "target", "Choose the level that your role needs in A1 Business Acumen"),
        ("A1", (NOT_IN_ROLE, "x"), "target", "Choose the level that your role needs in A1 Business Acumen"),
        ("B4", ("1", "x" * 501), "reason", "Your reason for B4 must be 500 characters or fewer. It has 501."),
        (
            "B4",
            ("1", "NUL \0 here"),
            "reason",
            "Your reason for B4 holds a character that cannot be kept. Take out what was pasted last and type it again.",
        ),
    ],
)
def test_target_edit_says_at_the_field_what_is_wrong(manager_client, draft, code, typed, field, message):
    response = manager_client.post(path(draft), posted(**{code: typed, "B5": ("3", HOSTILE)}))
    assert response.status_code == 422
    assert summary_of(response) == [(message, f"#{field}-{code}")]
    assert f"Error: {message}" in words_of(response)
    fields = fields_of(response)
    assert fields[f"reason-{code}"] == [typed[1].strip()]
    assert fields["target-B5"] == ["3"]
    assert fields["reason-B5"] == [HOSTILE]
    assert targets_of(draft) == PROPOSED


def test_target_edit_names_every_problem_in_the_order_of_the_page(manager_client, draft):
    response = manager_client.post(path(draft), {})
    assert [href for _, href in summary_of(response)] == [f"#target-{code}" for code in AREAS]
    response = manager_client.post(path(draft), posted(B6=("1", ""), A2=("x", ""), B2=(NOT_IN_ROLE, "")))
    assert [href for _, href in summary_of(response)] == ["#target-A2", "#reason-B2", "#reason-B6"]


def test_target_edit_drops_a_reason_where_none_is_asked_for(manager_client, draft):
    response = manager_client.post(path(draft), posted(A1=("2", "x" * 501)))
    assert response.status_code == 302
    assert targets_of(draft) == PROPOSED


def test_target_edit_shows_typed_text_as_it_was_typed(manager_client, draft):
    manager_client.post(path(draft), posted(A1=("3", HOSTILE), B1=(NOT_IN_ROLE, HOSTILE)))
    response = manager_client.get(path(draft))
    assert fields_of(response)["reason-A1"] == [HOSTILE]
    assert "<b>&{{" not in response.text
    assert "&49" not in response.text


def test_target_edit_is_not_there_for_a_stranger(sign_in, stranger, draft):
    browser = sign_in(stranger)
    assert browser.get(path(draft)).status_code == 404
    assert browser.post(path(draft), posted(A1=("3", "x"))).status_code == 404
    assert targets_of(draft) == PROPOSED


def test_target_edit_of_a_closed_round_is_refused(manager_client, draft):
    actions.close_assessment(assessment=Assessment.objects.get())
    assert manager_client.get(path(draft)).status_code == 403
    assert manager_client.post(path(draft), posted(A1=("3", "x"))).status_code == 403
    assert targets_of(draft) == PROPOSED


def test_target_edit_takes_few_queries(manager_client, draft):
    manager_client.get(path(draft))
    with CaptureQueriesContext(connection) as before:
        manager_client.get(path(draft))
    rate_all(draft)
    with CaptureQueriesContext(connection) as after:
        manager_client.get(path(draft))
    assert len(before) == len(after) <= 4
