"""The pages of a round as a whole: the list, starting, its role, its areas, closing and deleting."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Target
from standards.models import Version
from standards.tree import version_tree
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.factories import make_assessment, make_evidence, rate, rate_all

AREAS = ("A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6")
OF_A_ROUND = (
    "assessment-detail",
    "assessment-role",
    "target-edit",
    "assessment-check",
    "evidence-list",
    "evidence-create",
    "assessment-close",
    "assessment-delete",
)
READABLE = ("assessment-detail", "assessment-check", "evidence-list")
CHANGING = tuple(name for name in OF_A_ROUND if name not in READABLE)


@pytest.fixture
def draft(contract_manager, published_version):
    return make_assessment(contract_manager)


def path(name, assessment):
    return reverse(name, args=[assessment.pk])


def close(assessment):
    actions.close_assessment(assessment=Assessment.objects.get(pk=assessment.pk), by=assessment.owner)
    assessment.refresh_from_db()


def rate_areas(assessment, codes, rank=2):
    statements = [each for each in version_tree(assessment.version).statements if each.area_code in codes]
    rate(assessment, {each.code: cell.rank if (cell := each.cell(rank)) else 0 for each in statements})


def no_standards():
    """Retire every version: nothing can be started."""
    for version in Version.objects.published():
        version.state = Version.State.RETIRED
        version.retired_at = version.published_at
        version.save(update_fields=["state", "retired_at"])


# Who may come in


@pytest.mark.parametrize(
    ("method", "name"), [*(("get", name) for name in OF_A_ROUND), *(("post", name) for name in CHANGING)]
)
def test_pages_of_a_round_are_not_there_for_a_stranger(sign_in, stranger, superuser, draft, method, name):
    for person in (stranger, superuser):
        assert getattr(sign_in(person), method)(path(name, draft)).status_code == 404
    assert Assessment.objects.get().is_draft


@pytest.mark.parametrize("name", OF_A_ROUND)
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_of_a_round_ask_to_sign_in(client, draft, name, method):
    response = getattr(client, method)(path(name, draft))
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={path(name, draft)}")
    assert Assessment.objects.get().is_draft


@pytest.mark.parametrize("name", ["assessment-list", "assessment-start", "assessment-create"])
def test_pages_before_a_round_ask_to_sign_in(client, published_version, name):
    response = client.get(reverse(name))
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={reverse(name)}")


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_that_change_a_round_are_closed_with_it(manager_client, draft, name, method):
    close(draft)
    before = Assessment.objects.values().get()
    assert getattr(manager_client, method)(path(name, draft)).status_code == 403
    assert Assessment.objects.values().get() == before


@pytest.mark.parametrize("name", READABLE)
def test_pages_that_only_read_refuse_a_post(manager_client, draft, name):
    assert manager_client.post(path(name, draft)).status_code == 405


# assessment-list


def test_assessment_list_of_somebody_new_offers_a_start(manager_client, published_version):
    response = manager_client.get(reverse("assessment-list"))
    assert "Start your assessment Say where you are against the Contract Management Professional" in words_of(response)
    assert links_of(response) == {
        "Start your assessment": reverse("assessment-start"),
        "How scoring works": reverse("scoring-explained"),
    }


def test_assessment_list_without_standards_says_whom_to_ask(manager_client, published_version):
    no_standards()
    response = manager_client.get(reverse("assessment-list"))
    assert "There is nothing to assess yet" in words_of(response)
    assert links_of(response)["Help, and whom to ask"] == reverse("help")
    assert "Start your assessment" not in links_of(response)


def test_assessment_list_before_the_first_answer(manager_client, draft):
    response = manager_client.get(reverse("assessment-list"))
    words = words_of(response)
    assert "Next: start with A1 Business Acumen" in words
    assert f"Your {draft.title} has 66 statements in eight areas." in words
    assert "0 of 66 answered. About 30 minutes left Not started" in words
    assert links_of(response)["Start answering"] == reverse("rating-edit", args=[draft.pk, "A1"])


def test_assessment_list_leads_to_the_next_unfinished_area(manager_client, draft):
    rate_areas(draft, ("A1", "A2", "B1", "B2", "B3"))
    rate(draft, {"B4.1": 2, "B4.3": 0, "B4.4": "Decided by the board", "B4.5": 1})
    make_evidence(draft)
    response = manager_client.get(reverse("assessment-list"))
    words = words_of(response)
    assert (
        f"Next: finish B4 Change Control You have answered 46 of 66 statements in your {draft.title}. "
        "Three statements are left here, then B5 and B6. Only you can see your answers."
    ) in words
    assert "Contract Manager, for a frontline service: Practitioner in all eight areas Completed" in words
    assert "46 of 66 answered. About 10 minutes left In progress" in words
    assert "Optional. 1 added" in words
    assert "20 left to answer" in words
    assert "Five of eight areas finished" in words
    assert links_of(response) == {
        "Continue your assessment": reverse("rating-edit", args=[draft.pk, "B4"]),
        "See all areas": path("assessment-detail", draft),
        "Choose your role and targets": path("target-edit", draft),
        "Answer the statements": path("assessment-detail", draft),
        "Add work examples": path("evidence-list", draft),
        "Check your answers": path("assessment-check", draft),
        "See your gap report": path("report-detail", draft),
        "Share it with your line manager": path("assessment-share", draft),
        "Name your line manager": reverse("line-detail"),
        "Who can see what": reverse("who-can-see-what"),
    }


def test_assessment_list_leaves_out_what_is_not_in_the_role(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"B6": (None, "Done elsewhere"), "B1": (1, "I only review")})
    rate_areas(draft, [code for code in AREAS if code != "B6"])
    words = words_of(manager_client.get(reverse("assessment-list")))
    assert "Next: check your answers, then share them" in words
    assert "You have answered all 57 statements" in words
    assert "Practitioner in six areas, Foundation in one, one not in your role" in words


def test_assessment_list_when_all_is_answered(manager_client, draft):
    rate_all(draft)
    response = manager_client.get(reverse("assessment-list"))
    assert f"You have answered all 66 statements in your {draft.title}." in words_of(response)
    links = links_of(response)
    assert links["Check your answers"] == path("assessment-check", draft)
    assert links["See your gap report"] == path("report-detail", draft)


def test_assessment_list_names_earlier_rounds(manager_client, draft):
    close(draft)
    response = manager_client.get(reverse("assessment-list"))
    words = words_of(response)
    assert "Start your next assessment" in words
    assert "Earlier assessments" in words
    assert "It cannot be changed" in words
    by_path = {href: text for text, href in links_of(response).items()}
    assert by_path[path("assessment-check", draft)].startswith(f"Read your answers of the {draft.title}")
    assert by_path[path("report-detail", draft)].startswith(f"See your gap report of the {draft.title}")


def test_assessment_list_shows_nothing_of_anybody_else(sign_in, stranger, draft):
    response = sign_in(stranger).get(reverse("assessment-list"))
    assert links_of(response)["Start your assessment"] == reverse("assessment-start")
    assert str(draft.pk) not in response.text


def test_assessment_list_takes_as_many_queries_for_one_round_as_for_many(manager_client, contract_manager, draft):
    close(draft)
    make_assessment(contract_manager, ratings={"A1.1": 1})
    with CaptureQueriesContext(connection) as few:
        manager_client.get(reverse("assessment-list"))
    rate_all(Assessment.objects.open().get())
    for _ in range(3):
        close(Assessment.objects.open().get())
        make_assessment(contract_manager)
    with CaptureQueriesContext(connection) as many:
        assert manager_client.get(reverse("assessment-list")).text.count("Read your answers") == 4
    assert len(few) == len(many)


# assessment-start and assessment-create


def test_assessment_start_says_what_this_is(manager_client, published_version):
    response = manager_client.get(reverse("assessment-start"))
    words = words_of(response)
    for said in (
        "For each of 66 statements",
        "Only you can see your answers",
        "never a performance rating",
        "half an hour",
    ):
        assert said in words
    assert links_of(response)["Start now"] == reverse("assessment-create")


def test_assessment_start_without_standards(manager_client, published_version):
    no_standards()
    response = manager_client.get(reverse("assessment-start"))
    assert "You cannot start yet" in words_of(response)
    response = manager_client.get(reverse("assessment-create"))
    assert (response.status_code, response.url) == (302, reverse("assessment-start"))


def test_assessment_create_offers_the_published_roles(manager_client, published_version):
    response = manager_client.get(reverse("assessment-create"))
    words = words_of(response)
    assert "Contract Analyst, for a frontline service Responsible for supporting the management of contracts" in words
    assert "HR pathway. Proposes Practitioner in all eight areas." in words
    assert "or None of these Proposes Foundation in all eight areas, for you to change." in words
    assert "role_profile" not in fields_of(response)


@pytest.mark.parametrize(
    ("chosen", "rank"), [("contract-analyst", 1), ("contract-manager", 2), ("senior-contract-manager", 3), ("none", 1)]
)
def test_assessment_create_starts_a_round_and_goes_to_its_targets(manager_client, published_version, chosen, rank):
    response = manager_client.post(reverse("assessment-create"), {"role_profile": chosen})
    assessment = Assessment.objects.get()
    assert (response.status_code, response.url) == (302, path("target-edit", assessment))
    assert set(assessment.targets.values_list("rank", flat=True)) == {rank}
    assert (assessment.role_profile.slug if assessment.role_profile else "none") == chosen


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({}, "Choose the role that is closest to yours, or “None of these”"),
        ({"role_profile": ""}, "Choose the role that is closest to yours, or “None of these”"),
        ({"role_profile": "x\0"}, "Choose one of the roles shown, or “None of these”"),
        ({"role_profile": "head-of-nothing"}, "Choose one of the roles shown, or “None of these”"),
    ],
)
def test_assessment_create_without_a_role_says_so_at_the_field(manager_client, published_version, posted, message):
    response = manager_client.post(reverse("assessment-create"), posted)
    assert response.status_code == 422
    assert summary_of(response) == [(message, "#id_role_profile")]
    assert f"Error: {message}" in words_of(response)
    assert not Assessment.objects.exists()


def test_assessment_create_with_a_round_under_way_leads_back_to_it(manager_client, draft):
    response = manager_client.post(reverse("assessment-create"), {"role_profile": "none"}, follow=True)
    assert response.redirect_chain == [(reverse("assessment-list"), 302)]
    assert "You have an assessment under way." in words_of(response)
    assert Assessment.objects.get() == draft


# assessment-detail


def test_assessment_detail_lists_every_area_with_its_state(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"B2": (None, "Done elsewhere"), "B6": (3, "I lead on risk")})
    rate_areas(draft, ("A1",))
    rate(draft, {"B4.1": 2, "B4.4": Answered(note="A note is no answer"), "B4.5": "Not mine"})
    make_evidence(draft)
    response = manager_client.get(path("assessment-detail", draft))
    words = words_of(response)
    assert "You have answered 8 of 59 statements in your" in words
    links = links_of(response)
    assert links["Continue your assessment"] == reverse("rating-edit", args=[draft.pk, "A2"])
    assert "See all areas" not in links
    for row in (
        "A1 Business Acumen 6 statements. Your target: Practitioner Completed",
        "A2 Relationships and Leadership Capability 8 statements. Your target: Practitioner Not started",
        "B2 Procurement and Mobilisation 7 statements Not in your role",
        "B3 Managing Contract Delivery; Exit and Transition 12 statements for parts B3a and B3b. Your target: Practitioner",
        "B4 Change Control 7 statements. Your target: Practitioner 2 of 7 answered",
        "B6 Risk Management 9 statements. Your target: Expert Not started",
        "Add work examples One example can support many statements Optional. 1 added",
        "51 left to answer",
        "One of seven areas finished",
    ):
        assert row in words
    links = links_of(response)
    assert links["B4 Change Control"] == reverse("rating-edit", args=[draft.pk, "B4"])
    assert links["Change your role or targets"] == path("target-edit", draft)
    assert links["See your gap report"] == path("report-detail", draft)
    assert links["Close this assessment"] == path("assessment-close", draft)
    assert links["Delete this assessment"] == path("assessment-delete", draft)


def test_assessment_detail_of_a_closed_round_is_for_reading(manager_client, draft):
    close(draft)
    response = manager_client.get(path("assessment-detail", draft))
    words, links = words_of(response), links_of(response)
    assert f"This assessment was closed on {date_format(draft.closed_at, 'j F Y')}." in words
    assert "It cannot be changed any more." in words
    assert links["Read your answers"] == path("assessment-check", draft)
    assert links["see its gap report"] == path("report-detail", draft)
    assert not {path(name, draft) for name in CHANGING} & set(links.values())


def test_assessment_detail_takes_as_many_queries_for_one_answer_as_for_all(manager_client, draft):
    rate(draft, {"A1.1": 1})
    with CaptureQueriesContext(connection) as few:
        manager_client.get(path("assessment-detail", draft))
    rate_all(draft)
    with CaptureQueriesContext(connection) as many:
        manager_client.get(path("assessment-detail", draft))
    assert len(few) == len(many) <= 9


# assessment-role


def test_assessment_role_shows_the_role_chosen(manager_client, draft):
    response = manager_client.get(path("assessment-role", draft))
    assert fields_of(response)["role_profile"] == ["contract-manager"]
    assert "If you choose another role, its targets replace yours, reasons included." in words_of(response)
    assert links_of(response)["Cancel"] == path("assessment-detail", draft)


def test_assessment_role_takes_another_role_with_its_targets(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"B2": (None, "Done elsewhere")})
    response = manager_client.post(path("assessment-role", draft), {"role_profile": "senior-contract-manager"})
    assert (response.status_code, response.url) == (302, path("target-edit", draft))
    assert set(Target.objects.values_list("rank", "reason")) == {(3, "")}


def test_assessment_role_kept_keeps_the_targets(manager_client, draft):
    actions.set_targets(assessment=draft, targets={"B2": (None, "Done elsewhere")})
    response = manager_client.post(path("assessment-role", draft), {"role_profile": "contract-manager"})
    assert (response.status_code, response.url) == (302, path("target-edit", draft))
    assert draft.targets.get(area__code="B2").reason == "Done elsewhere"


def test_assessment_role_none_of_these(manager_client, draft):
    manager_client.post(path("assessment-role", draft), {"role_profile": "none"})
    assert Assessment.objects.get().role_profile is None
    assert fields_of(manager_client.get(path("assessment-role", draft)))["role_profile"] == ["none"]


def test_assessment_role_without_a_choice_says_so_at_the_field(manager_client, draft):
    response = manager_client.post(path("assessment-role", draft), {})
    assert response.status_code == 422
    assert summary_of(response) == [
        ("Choose the role that is closest to yours, or “None of these”", "#id_role_profile")
    ]
    assert Assessment.objects.get().role_profile == draft.role_profile


def test_assessment_role_chosen_in_another_window_is_replaced_only_once_it_was_seen(manager_client, draft):
    page = fields_of(manager_client.get(path("assessment-role", draft)))
    assert page["drawn"] == ["contract-manager"]
    there = page | {"role_profile": "senior-contract-manager"}
    assert manager_client.post(path("assessment-role", draft), there).status_code == 302
    chosen = Assessment.objects.get().role_profile
    for here in ("contract-manager", "contract-analyst"):
        response = manager_client.post(path("assessment-role", draft), page | {"role_profile": here})
        assert response.status_code == 422
        message = f"You chose “{chosen}” in another window. Choose the role to keep"
        assert summary_of(response) == [(message, "#id_role_profile")]
        assert Assessment.objects.get().role_profile == chosen
        assert set(Target.objects.values_list("rank", "reason")) == {(3, "")}
    fields = fields_of(response)
    assert (fields["role_profile"], fields["drawn"]) == (["contract-analyst"], ["senior-contract-manager"])
    assert manager_client.post(path("assessment-role", draft), fields).status_code == 302
    assert set(Target.objects.values_list("rank", "reason")) == {(1, "")}


def test_assessment_role_chosen_alike_in_two_windows_is_no_conflict(manager_client, draft):
    page = fields_of(manager_client.get(path("assessment-role", draft))) | {"role_profile": "contract-analyst"}
    for _ in range(2):
        assert manager_client.post(path("assessment-role", draft), page).status_code == 302
    assert Assessment.objects.get().role_profile.slug == "contract-analyst"


# assessment-close and assessment-delete


def test_assessment_close_asks_first(manager_client, draft):
    response = manager_client.get(path("assessment-close", draft))
    assert "A closed assessment cannot be changed or opened again." in words_of(response)
    assert links_of(response) == {"Go back": path("assessment-detail", draft)}
    assert Assessment.objects.get().is_draft


def test_assessment_close(manager_client, draft):
    response = manager_client.post(path("assessment-close", draft), follow=True)
    assert response.redirect_chain == [(reverse("assessment-list"), 302)]
    assert f"Your {draft.title} is closed. You can still read it and its report." in words_of(response)
    assert Assessment.objects.get().state == Assessment.State.CLOSED


def test_assessment_delete_asks_first(manager_client, draft):
    response = manager_client.get(path("assessment-delete", draft))
    assert "This is final. Nobody can bring a deleted assessment back." in words_of(response)
    assert links_of(response) == {
        "close it": path("assessment-close", draft),
        "Go back": path("assessment-detail", draft),
    }
    assert Assessment.objects.get() == draft


def test_assessment_delete(manager_client, draft):
    rate_all(draft)
    response = manager_client.post(path("assessment-delete", draft), follow=True)
    assert response.redirect_chain == [(reverse("assessment-list"), 302)]
    assert f"Your {draft.title} and everything in it is deleted." in words_of(response)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("name", ["assessment-close", "assessment-delete", "assessment-role", "target-edit"])
def test_a_round_closed_between_page_and_answer_is_refused(manager_client, draft, monkeypatch, name):
    """The page's own check has passed when another window closes the round."""
    monkeypatch.setattr("assessments.actions.claims._claim", _closed_meanwhile)
    posted = {"role_profile": "none"} | {f"target-{code}": "2" for code in AREAS}
    assert manager_client.post(path(name, draft), posted).status_code == 403


def _closed_meanwhile(rounds, assessment, changes):
    raise actions.NotOpen
