"""Asking to be erased, changing one's mind, and what is left afterwards: nothing."""

import sqlite3

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.actions import erase_rounds
from assessments.models import Assessment, Event, Rating
from assessments.records import find_record
from people.models import Notice, ReportingLine, User
from people.sessions import SessionStore
from privacy.actions import (
    emptying,
    erase_person,
)
from privacy.register import RECORDS
from standards_portal.environment import env_database
from tests.factories import reread
from tests.pages import Page
from tests.privacy.plants import (
    IN_OTHERS_RECORDS,
    Cast,
    plant,
    plants_in,
    plants_in_cache,
    plants_in_database,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(kept_for_the_module):
    return Cast()


# What is left


def test_nothing_of_somebody_is_left(cast):
    assert len(plants_in_database()) == 48
    erase_person(person=cast.person)
    assert plants_in_database().keys() == IN_OTHERS_RECORDS
    assert plants_in_cache() == set()
    nobody = User.objects.get(pk=cast.person.pk)
    assert (nobody.name, nobody.is_active, nobody.has_usable_password()) == ("Erased person", False, False)
    assert nobody.email.startswith("erased-")
    assert nobody.email.endswith("@invalid")
    assert nobody.erased_at


@pytest.mark.parametrize(
    ("model", "left"),
    [
        ("assessments.Evidence", {"example-title", "example-text", "link", "later-example"}),
        ("service.HeldPost", {"held"}),
        ("privacy.BreakGlass", {"opened"}),
    ],
)
def test_a_record_that_erasure_leaves_out_is_found(cast, monkeypatch, model, left):
    monkeypatch.setattr(emptying, "RECORDS", [each for each in RECORDS if each.model != model])
    erase_person(person=cast.person)
    assert plants_in_database().keys() - IN_OTHERS_RECORDS == {plant(each) for each in left}


def test_what_is_left_of_a_round_is_a_count(cast):
    rounds = [cast.agreed.pk, cast.closed.pk, cast.shared.pk]
    version, profile = cast.agreed.version_id, cast.agreed.role_profile_id
    erase_person(person=cast.person)
    found = Assessment.objects.filter(pk__in=rounds)
    assert {(each.state, each.owner_id, each.line_manager_id, each.check_code) for each in found} == {
        ("erased", None, None, None)
    }
    assert {(each.version_id, each.role_profile_id) for each in found} == {(version, profile)}
    moments = [each for row in found for each in (row.started_at, row.agreed_at, row.closed_at) if each]
    assert {(each.day, each.hour) for each in moments} <= {(1, 0), (31, 23), (30, 23)}
    assert not Rating.objects.filter(assessment__in=rounds).exists()
    assert not Event.objects.filter(assessment__in=rounds).exists()


def test_an_erased_round_is_nobodys(cast, sign_in):
    code = cast.agreed.check_code
    erase_person(person=cast.person)
    assert find_record(code) is None
    for person in (cast.line_manager, cast.administrator):
        assert not Assessment.objects.visible_to(person).filter(pk=cast.agreed.pk).exists()
        assert sign_in(person).get(f"/assessments/{cast.agreed.pk}/").status_code == 404
    assert sign_in(cast.line_manager).get("/team/").status_code == 200
    admin_page = sign_in(cast.administrator).get(f"/admin/people/user/{cast.person.pk}/change/")
    assert admin_page.status_code == 302


def test_others_are_told_and_keep_what_was_written_for_them(cast, sign_in):
    lines = [f"/line-manager/{pk}/" for pk in cast.person.reporting_lines.values_list("pk", flat=True)]
    assert lines
    erase_person(person=cast.person)
    page = Page(sign_in(cast.line_manager).get("/notices/")).text
    assert "You and somebody whose account is erased are no longer line manager and team member here" in page
    assert "Erased person" not in page
    assert not Notice.objects.filter(path__in=lines).exists()
    told = Notice.objects.filter(actor=cast.person).values_list("recipient", "kind")
    assert {("line-ended", cast.line_manager.pk), ("closed", cast.line_manager.pk)} <= {(b, a) for a, b in told}
    assert (cast.member.pk, "line-ended") in told
    assert not Notice.objects.filter(path__contains=str(cast.shared.pk)).exists()
    given = Rating.objects.get(note=plant("given-note"))
    assert str(given.rated_by) == "Erased person"
    cast.waiting.refresh_from_db()
    assert cast.waiting.state == "declined"
    assert not plants_in(cast.waiting.email)
    assert not ReportingLine.objects.live().filter(person=cast.member).exists()


def test_erasing_twice_changes_nothing(cast):
    erase_person(person=cast.person)
    before = User.objects.filter(pk=cast.person.pk).values().get()
    erase_person(person=cast.person)
    assert User.objects.filter(pk=cast.person.pk).values().get() == before


def test_what_breaks_off_leaves_everything(cast, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    before = plants_in_database()
    monkeypatch.setattr("privacy.actions.erasing._empty", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        erase_person(person=cast.person)
    assert plants_in_database() == before


def test_the_sign_in_of_somebody_erased_ends(cast):
    assert cast.browser.get("/account/").status_code == 200
    erase_person(person=cast.person)
    assert cast.browser.get("/account/").status_code == 302


@pytest.mark.parametrize("neighbour", ["x{}", "x.{}", "{}.example", "{}-x"])
def test_somebody_whose_address_only_holds_theirs_stays_signed_in(cast, neighbour):
    session = SessionStore()
    session["account_verified_email"] = neighbour.format(cast.person.email)
    session.create()
    their_own = SessionStore()
    their_own["account_verified_email"] = cast.person.email.upper()
    their_own.create()
    erase_person(person=cast.person)
    assert Session.objects.filter(pk=session.session_key).exists()
    assert not Session.objects.filter(pk=their_own.session_key).exists()


def test_only_erasing_leads_out_of_agreed(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=cast.agreed.pk).update(state="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=cast.agreed.pk).update(previous=cast.closed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(assessment=cast.agreed).update(note="")


@pytest.mark.parametrize("is_secure", [True, False])
def test_a_deleted_text_stays_in_no_free_page_of_sqlite(tmp_path, is_secure):
    pragmas = env_database("NO_SUCH_SETTING", "sqlite:///x")["OPTIONS"]["init_command"]
    connection = sqlite3.connect(tmp_path / "a.sqlite3")
    connection.executescript(pragmas if is_secure else pragmas.replace("secure_delete=ON", "secure_delete=OFF"))
    connection.execute("CREATE TABLE note (text)")
    connection.executemany("INSERT INTO note VALUES (?)", [(plant("free-page") * 50,)] * 100)
    connection.commit()
    connection.execute("DELETE FROM note")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (plant("free-page").encode() in content) is not is_secure


def test_one_round_that_is_erased_leaves_the_next_one(cast):
    emptying.delete_of_rounds(erase_rounds(keys=[cast.agreed.pk], at=timezone.now()))
    assert reread(cast.shared).owner == cast.person
    assert plant("later-example") in plants_in_database()
    assert plant("note") not in plants_in_database()
