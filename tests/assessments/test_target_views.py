"""The page on which the level needed in each area is set."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.actions import claims
from assessments.answers import target_mark
from assessments.models import Assessment, Target
from standards.models import RoleProfile
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import close, make_assessment, rate_all

HOSTILE = "<b>&{{7*7}}</b>"
AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")
NOT_IN_ROLE = "not-in-role"


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(assessment):
    return reverse("target-edit", args=[assessment.pk])


def posted(*, drawn=2, **differing):
    """The whole page as a browser sends it; ``A1=("3", "reason")`` differs from the rank that it was drawn with throughout."""
    data = {}
    for code in AREAS:
        data[f"target-{code}"], data[f"reason-{code}"] = differing.get(code, (str(drawn), ""))
        data[f"drawn-{code}"] = target_mark(drawn, "")
    return data


def marks(assessment):
    """What the page's hidden fields hold as the targets now stand."""
    return {f"drawn-{code}": [target_mark(*target)] for code, target in targets_of(assessment).items()}


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
    of_areas = {f"{name}-{code}" for name in ("target", "drawn") for code in AREAS}
    assert set(fields_of(response)) == {"csrfmiddlewaretoken", "drawn_for", "version"} | of_areas
    assert "Proposed" not in words_of(response)
    response = manager_client.post(path(assessment), posted(drawn=1, A1=("3", ""), B1=(NOT_IN_ROLE, "")))
    assert response.status_code == 302
    assert targets_of(assessment) == dict.fromkeys(AREAS, (1, "")) | {"A1": (3, ""), "B1": (None, "")}


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
    response = manager_client.post(path(draft), {f"drawn-{code}": target_mark(2, "") for code in AREAS})
    assert [href for _, href in summary_of(response)] == [f"#target-{code}" for code in AREAS]
    response = manager_client.post(path(draft), posted(B6=("1", ""), A2=("x", ""), B2=(NOT_IN_ROLE, "")))
    assert [href for _, href in summary_of(response)] == ["#target-A2", "#reason-B2", "#reason-B6"]


def test_target_edit_drops_a_reason_where_none_is_asked_for(manager_client, draft):
    response = manager_client.post(path(draft), posted(A1=("2", "x" * 501)))
    assert response.status_code == 302
    assert targets_of(draft) == PROPOSED


# Two windows


@pytest.fixture
def in_conflict(manager_client, draft):
    """The page after changing A1, A2 and B1; another window had changed A1 and B2 meanwhile."""
    there = posted(A1=("1", "Saved <there>"), B2=(NOT_IN_ROLE, "Done elsewhere"))
    here = posted(A1=("3", "Typed <here>"), A2=("1", "I only review"))
    assert manager_client.post(path(draft), there).status_code == 302
    return manager_client.post(path(draft), here)


SAVED_THERE = PROPOSED | {"A1": (1, "Saved <there>"), "B2": (None, "Done elsewhere")}


def test_target_edit_shows_what_two_windows_say_and_overwrites_nothing(in_conflict, draft):
    assert in_conflict.status_code == 422
    assert targets_of(draft) == SAVED_THERE | {"A2": (1, "I only review")}
    assert summary_of(in_conflict) == [
        ("A1 was changed in another window. Choose which target to keep.", "#discard-A1")
    ]
    words = words_of(in_conflict)
    assert words.count("in another window, so what you chose here is not saved yet.") == 1
    assert "Saved there: Foundation, because: Saved <there>" in words
    fields = fields_of(in_conflict)
    assert (fields["target-A1"], fields["reason-A1"]) == (["3"], ["Typed <here>"])
    assert (fields["target-A2"], fields["reason-A2"]) == (["1"], ["I only review"])
    assert (fields["target-B2"], fields["reason-B2"]) == ([NOT_IN_ROLE], ["Done elsewhere"])
    assert {name: value for name, value in fields.items() if name.startswith("drawn-")} == marks(draft)
    assert "discard-A1" not in fields


def test_target_edit_saving_again_keeps_what_was_typed(in_conflict, manager_client, draft):
    assert manager_client.post(path(draft), fields_of(in_conflict)).status_code == 302
    assert targets_of(draft) == SAVED_THERE | {"A1": (3, "Typed <here>"), "A2": (1, "I only review")}


def test_target_edit_can_keep_what_the_other_window_saved(in_conflict, manager_client, draft):
    assert manager_client.post(path(draft), fields_of(in_conflict) | {"discard-A1": "1"}).status_code == 302
    assert targets_of(draft) == SAVED_THERE | {"A2": (1, "I only review")}


def test_target_edit_does_not_bring_back_what_was_given_up(in_conflict, manager_client, draft):
    response = manager_client.post(path(draft), fields_of(in_conflict) | {"discard-A1": "1", "target-B4": "3"})
    assert [href for _, href in summary_of(response)] == ["#reason-B4"]
    assert fields_of(response)["reason-A1"] == ["Saved <there>"]


def test_target_edit_third_window_is_a_conflict_again(in_conflict, manager_client, draft):
    actions.set_targets(assessment=draft, targets={"A1": (3, "Third")})
    response = manager_client.post(path(draft), fields_of(in_conflict))
    assert response.status_code == 422
    assert "Saved there: Expert, because: Third" in words_of(response)
    assert fields_of(response)["reason-A1"] == ["Typed <here>"]
    assert targets_of(draft)["A1"] == (3, "Third")


def test_target_edit_untouched_areas_of_an_old_page_overwrite_nothing(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"A1": (3, "I chair the board"), "B1": (None, "Done elsewhere")})
    assert manager_client.post(path(draft), posted(B4=("3", "I lead on change"))).status_code == 302
    assert targets_of(draft) == PROPOSED | {
        "A1": (3, "I chair the board"),
        "B1": (None, "Done elsewhere"),
        "B4": (3, "I lead on change"),
    }


def test_target_edit_the_same_in_two_windows_is_no_conflict(manager_client, draft):
    for _ in range(2):
        assert manager_client.post(path(draft), posted(A1=("3", "I chair the board"))).status_code == 302
    assert targets_of(draft) == PROPOSED | {"A1": (3, "I chair the board")}


def test_target_edit_of_a_page_that_does_not_say_what_it_showed_overwrites_nothing(manager_client, draft):
    page = posted(A1=("3", "I chair the board"))
    without = {name: value for name, value in page.items() if not name.startswith("drawn-")}
    response = manager_client.post(path(draft), without)
    assert (response.status_code, [href for _, href in summary_of(response)]) == (422, ["#discard-A1"])
    assert targets_of(draft) == PROPOSED


def test_target_edit_shows_a_problem_and_a_conflict_of_one_area(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"A1": (1, "Saved <there>")})
    response = manager_client.post(path(draft), posted(A1=("3", ""), A2=("3", "Not saved with a problem")))
    assert [href for _, href in summary_of(response)] == ["#discard-A1", "#reason-A1"]
    assert targets_of(draft) == PROPOSED | {"A1": (1, "Saved <there>")}
    again = fields_of(response) | {"reason-A1": "I chair the board"}
    assert manager_client.post(path(draft), again).status_code == 302
    assert targets_of(draft) == PROPOSED | {"A1": (3, "I chair the board"), "A2": (3, "Not saved with a problem")}


def test_target_edit_after_another_role_was_chosen_overwrites_nothing(manager_client, draft, published_version):
    senior = RoleProfile.objects.get(version=published_version, slug="senior-contract-manager")
    actions.choose_role(assessment=draft, role_profile_id=senior.pk)
    assert manager_client.post(path(draft), posted()).status_code == 302
    assert targets_of(draft) == dict.fromkeys(AREAS, (3, ""))
    response = manager_client.post(path(draft), posted(A1=("1", "I only review")))
    assert (response.status_code, [href for _, href in summary_of(response)]) == (422, ["#discard-A1"])
    words = words_of(response)
    assert f"Your role: {senior}." in words
    assert "Saved there: Expert." in words
    assert words.count("Expert Proposed") == 8
    assert targets_of(draft) == dict.fromkeys(AREAS, (3, ""))
    assert manager_client.post(path(draft), fields_of(response)).status_code == 302
    assert targets_of(draft) == dict.fromkeys(AREAS, (3, "")) | {"A1": (1, "I only review")}


def test_target_edit_after_a_role_was_chosen_asks_for_the_reason(manager_client, contract_manager, published_version):
    assessment = make_assessment(contract_manager, role_profile="")
    actions.choose_role(
        assessment=assessment, role_profile_id=published_version.role_profiles.get(slug="contract-analyst").pk
    )
    data = {name: value for name, value in posted(drawn=1, A1=("3", "")).items() if not name.startswith("reason-")}
    response = manager_client.post(path(assessment), data)
    assert [href for _, href in summary_of(response)] == ["#reason-A1"]
    assert targets_of(assessment) == dict.fromkeys(AREAS, (1, ""))


def test_target_edit_changed_between_page_and_lock_overwrites_nothing(manager_client, draft, monkeypatch):
    claim = claims._claim

    def changed_meanwhile(rounds, assessment, changes):
        monkeypatch.setattr(claims, "_claim", claim)
        actions.choose_role(assessment=Assessment.objects.get(pk=assessment.pk), role_profile_id=None)
        return claim(rounds, assessment, changes)

    monkeypatch.setattr(claims, "_claim", changed_meanwhile)
    response = manager_client.post(path(draft), posted(A1=("3", "I chair the board")))
    assert response.status_code == 422
    words = words_of(response)
    assert "No role profile was close to yours" in words
    assert "Saved there: Foundation" in words
    assert targets_of(draft) == dict.fromkeys(AREAS, (1, ""))


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
    close(Assessment.objects.get())
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


def test_target_edit_saves_in_few_queries(manager_client, draft):
    with CaptureQueriesContext(connection) as one:
        manager_client.post(path(draft), posted(A1=("3", "I chair the board")))
    with CaptureQueriesContext(connection) as many:
        manager_client.post(path(draft), posted(**{code: ("1", "I only review") for code in AREAS if code != "A1"}))
    assert len(one) == len(many) <= 9


def test_target_edit_drawn_before_the_round_was_brought_to_another_version_is_refused(manager_client, draft):
    before = targets_of(draft)
    drawn_for = fields_of(manager_client.get(path(draft)))["drawn_for"][0]
    typed = posted(B4=("3", "I lead the fire service contract")) | {"version": "0", "drawn_for": drawn_for}
    response = manager_client.post(path(draft), typed)
    assert response.status_code == 403
    assert "I lead the fire service contract" in words_of(response)
    assert "The standards of your assessment have changed" in words_of(response)
    assert targets_of(draft) == before
