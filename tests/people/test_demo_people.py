"""The demo's made-up people, who exist in demo mode and nowhere else."""

import importlib
import io
import json

import pytest
from django.conf import settings as portal_settings
from django.core.management import CommandError, call_command
from django.urls import Resolver404, clear_url_caches, resolve, reverse
from django.utils import timezone

import people.urls
import service.context_processors
import standards_portal.urls
from assessments.agreement import open_differences
from assessments.models import Assessment, Reading
from assessments.records import check_code, record_of
from assessments.standing import read_views
from people.actions import EDITORS, REVIEWERS
from people.demo import demo_people
from people.models import ReportingLine, User
from standards.reviewers import reviewers_to_ask
from standards.tree import version_tree

pytestmark = pytest.mark.django_db

SIGN_IN = "/demo-sign-in/"


def draw_routes_anew():
    importlib.reload(people.urls)
    importlib.reload(standards_portal.urls)
    clear_url_caches()


@pytest.fixture
def demo_mode(settings, monkeypatch):
    settings.PORTAL_DEMO = True
    monkeypatch.setitem(service.context_processors.PORTAL, "demo", True)
    draw_routes_anew()
    yield
    settings.PORTAL_DEMO = False
    draw_routes_anew()


@pytest.fixture(scope="module")
def made_once(kept_for_the_module):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(portal_settings, "PORTAL_DEMO", True)
        call_command("make_demo_people", verbosity=0, stdout=io.StringIO())


@pytest.fixture
def made(made_once, demo_mode, published_version):
    """The demo's people, in a portal that runs the demo."""


def summary():
    """Everybody, with what they have done."""
    return {
        user.name: [
            (each.state, each.ratings.count(), each.evidence.count(), each.targets.count())
            for each in user.assessments.all()
        ]
        for user in User.objects.all()
    }


def test_make_demo_people_makes_ten_at_their_stages(made):
    assert summary() == {
        "Nia Penŵydd": [("draft", 66, 6, 8)],
        "Zofia Dąbrówka": [("draft", 33, 1, 8)],
        "Callum Inverwick": [],
        "Rhodri Cwmbargod": [("shared", 66, 2, 8)],
        "Bronagh Silverlough": [("shared", 66 + 66 + 4, 2, 8)],
        "Ifeoma Larkbarrow": [("agreed", 3 * 66, 1, 8)],
        "Tomasz Quillfeather": [],
        "Harriet Molescroft": [],
        "Aneirin Thistledown": [],
        "Ama Kestrelmere": [],
    }


def test_the_agreed_round_is_of_last_year_and_its_plan_goes_on(made):
    agreed = Assessment.objects.get(state="agreed")
    days = (timezone.now() - agreed.agreed_at).days
    assert (days, agreed.reviewed_at < agreed.agreed_at, agreed.check_code) == (
        366,
        True,
        check_code(record_of(agreed)),
    )
    assert [event.kind for event in agreed.events.all()] == [
        *("started", "shared", "reviewed", "confirmed", "confirmed", "agreed")
    ]
    assert [(goal.state, goal.notes.count()) for goal in agreed.owner.goals.order_by("pk")] == [
        ("done", 1),
        ("open", 0),
        ("open", 0),
    ]


def test_the_conversation_in_progress_has_levels_left_to_agree(made):
    talking = Assessment.objects.get(owner__name="Bronagh Silverlough")
    assert open_differences(version_tree(talking.version), read_views(talking)) == ("B3.10", "B5.4", "B6.5")
    assert not talking.conversation.is_confirmed_by_both


def test_the_line_manager_reads_what_was_shared_and_no_draft(made):
    tomasz = User.objects.get(name="Tomasz Quillfeather")
    read = Assessment.objects.visible_to(tomasz).values_list("owner__name", flat=True)
    assert sorted(read) == ["Bronagh Silverlough", "Ifeoma Larkbarrow", "Rhodri Cwmbargod"]
    assert [line.person.name for line in ReportingLine.objects.waiting_for(tomasz)] == ["Callum Inverwick"]


def test_whoever_shared_finds_what_their_line_manager_has_read_since(made):
    read = {
        (each.reader.name, each.assessment.owner.name, each.assessment.shared_at < each.at < timezone.now())
        for each in Reading.objects.select_related("reader", "assessment__owner")
    }
    owners = ("Rhodri Cwmbargod", "Bronagh Silverlough", "Ifeoma Larkbarrow")
    assert read == {("Tomasz Quillfeather", owner, True) for owner in owners}
    rhodris = Reading.objects.filter(assessment__owner__name="Rhodri Cwmbargod")
    assert sorted(rhodris.values_list("what", flat=True)) == [Reading.What.EVIDENCE, Reading.What.OVERVIEW]


def test_make_demo_people_twice_changes_nothing(made, capsys):
    before = summary(), list(Assessment.objects.values_list("pk", "changed_at"))
    call_command("make_demo_people")
    assert (summary(), list(Assessment.objects.values_list("pk", "changed_at"))) == before
    assert capsys.readouterr().out.count("already here") == 10


def test_make_demo_people_refuses_outside_demo_mode(published_version):
    User.objects.filter(name="Callum Inverwick").update(name="Somebody else", email="somebody.else@example.com")
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("make_demo_people")
    assert not User.objects.filter(name="Callum Inverwick").exists()


def test_the_editor_may_change_the_standards_in_the_admin_and_nothing_else(made):
    editor = User.objects.get(name="Harriet Molescroft")
    assert (editor.is_staff, editor.is_superuser, [str(g) for g in editor.groups.all()]) == (True, False, [EDITORS])
    assert {permission.split(".")[0] for permission in editor.get_all_permissions()} == {"standards"}


def test_the_reviewer_may_only_look_at_the_standards_in_the_admin(made):
    reviewer = User.objects.get(name="Aneirin Thistledown")
    assert (reviewer.is_staff, reviewer.is_superuser, [str(g) for g in reviewer.groups.all()]) == (
        True,
        False,
        [REVIEWERS],
    )
    assert {permission.partition("_")[0] for permission in reviewer.get_all_permissions()} == {"standards.view"}
    assert {*reviewers_to_ask()} == {reviewer, *User.objects.filter(name="Harriet Molescroft")}
    assert User.objects.filter(is_staff=True).count() == 2


def test_demo_people_live_at_reserved_addresses_and_have_no_password(made):
    assert {user.email.rpartition("@")[2] for user in User.objects.all()} == {"example.com"}
    assert [user.has_usable_password() for user in User.objects.all()] == [False] * 10


def test_the_sign_in_page_offers_them_and_the_button_signs_in(made, client):
    html = client.get(reverse("account_login")).content.decode()
    for person in demo_people():
        assert f"Sign in as {person.name}, {person.offered_as}" in html
    response = client.post(SIGN_IN, {"email": "nia.penwydd@example.com"})
    assert (response.status_code, response.url) == (302, reverse("assessment-list"))
    assert User.objects.get(pk=client.session["_auth_user_id"]).name == "Nia Penŵydd"


@pytest.mark.parametrize(
    ("onward", "leads_to"),
    [
        ("/account/", "/account/"),
        ("https://elsewhere.example/", "/assessments/"),
        ("//elsewhere.example", "/assessments/"),
    ],
)
def test_demo_sign_in_leads_on_but_never_off_the_portal(made, client, onward, leads_to):
    assert client.post(SIGN_IN, {"email": "nia.penwydd@example.com", "next": onward}).url == leads_to


def test_demo_sign_in_knows_its_own_people_only(made, client, contract_manager):
    for email in ("nia@example.com", "", "\0", "nobody@example.com"):
        assert client.post(SIGN_IN, {"email": email}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_demo_sign_in_takes_a_post(made, client):
    assert client.get(SIGN_IN).status_code == 405


def test_demo_sign_in_is_absent_outside_demo_mode(client, contract_manager):
    assert portal_settings.PORTAL_DEMO is False
    with pytest.raises(Resolver404):
        resolve(SIGN_IN)
    assert client.post(SIGN_IN, {"email": contract_manager.email}).status_code == 404
    assert "Sign in as" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("page", ["account_email_verification_sent", "account_reset_password_done"])
def test_in_the_demo_pages_say_where_the_letter_is(demo_mode, client, page):
    assert "printed in the terminal" in client.get(reverse(page)).content.decode()


def test_outside_the_demo_they_do_not(client):
    assert "terminal" not in client.get(reverse("account_email_verification_sent")).content.decode()


def test_every_note_and_example_of_the_demo_names_statements_that_exist(made):
    said = json.loads((portal_settings.BASE_DIR / "fixtures" / "demo_people.json").read_text("utf-8"))
    for one_round in said["rounds"].values():
        assert set(one_round["notes"]) <= set(one_round["ratings"])
