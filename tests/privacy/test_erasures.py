"""Asking to be erased, changing one's mind, and what keeps somebody from it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from assessments.models import Assessment
from people import reauthentication
from people.models import Notice
from privacy.actions import (
    AlreadyAsked,
    Held,
    LastSuperuser,
    NotAsked,
    ask_erasure,
    cancel_erasure,
    erase_due,
    erase_person,
    lift_hold,
    place_hold,
)
from privacy.models import Erasure, LegalHold
from standards_portal.environment import env_number
from tests.factories import make_assessment, make_user, rate
from tests.pages import Page
from tests.privacy.plants import (
    plant,
    plants_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def proved(monkeypatch):
    monkeypatch.setattr(reauthentication, "proved_recently", lambda request: True)


# Asking, and changing one's mind


def test_asking_tells_the_person_and_waits(settings):
    settings.ERASURE_DELAY_DAYS = 14
    person = make_user()
    erasure = ask_erasure(person=person)
    assert erasure.due_at - erasure.asked_at == timedelta(days=14)
    notice = Notice.objects.get(recipient=person)
    assert (notice.kind, notice.delivery, notice.path) == ("erasure-asked", "waiting", "/erase-me/cancel/")
    with pytest.raises(AlreadyAsked):
        ask_erasure(person=person)
    assert erase_due() == {"erased": 0, "kept": 0, "put off": 0, "failed": 0}
    cancel_erasure(person=person)
    with pytest.raises(NotAsked):
        cancel_erasure(person=person)
    assert erase_due(now=erasure.due_at)["erased"] == 0
    assert next(iter(Notice.objects.filter(recipient=person).values_list("kind", flat=True))) == "erasure-cancelled"


def test_whoever_is_due_is_erased_by_the_command(settings, capsys):
    settings.ERASURE_DELAY_DAYS = 0
    person, other = make_user(), make_user()
    rate(make_assessment(person), {"B4.1": 2})
    ask_erasure(person=person)
    call_command("erase_people")
    assert "1 erased, 0 kept, 0 put off, 0 failed." in capsys.readouterr().out
    person.refresh_from_db(), other.refresh_from_db()
    assert person.erased_at
    assert not other.erased_at
    assert Erasure.objects.get(person=person).done_at
    assert not Assessment.objects.exists()
    assert mail.outbox == []
    call_command("erase_people")
    assert "0 erased" in capsys.readouterr().out


def test_one_that_fails_stops_no_other(settings, monkeypatch):
    settings.ERASURE_DELAY_DAYS = 0
    first, second = make_user(), make_user()
    ask_erasure(person=first), ask_erasure(person=second)
    real = erase_person

    def fails_once(*, person, at):
        if person == first:
            raise ValueError("a text of theirs")
        real(person=person, at=at)

    monkeypatch.setattr("privacy.actions.erasing.erase_person", fails_once)
    assert erase_due() == {"erased": 1, "kept": 0, "put off": 0, "failed": 1}


def test_the_last_superuser_stays():
    only = make_user(is_staff=True, is_superuser=True)
    with pytest.raises(LastSuperuser):
        ask_erasure(person=only)
    make_user(is_staff=True, is_superuser=True)
    ask_erasure(person=only)


# Legal holds


def test_a_hold_stops_asking_and_erasing(settings):
    settings.ERASURE_DELAY_DAYS = 0
    person, administrator = make_user(), make_user()
    ask_erasure(person=person)
    hold = place_hold(person=person, reason="A claim", placed_by=administrator)
    assert erase_due() == {"erased": 0, "kept": 0, "put off": 1, "failed": 0}
    other = make_user()
    place_hold(person=other, reason="A claim", placed_by=administrator)
    with pytest.raises(Held):
        ask_erasure(person=other)
    lift_hold(hold=hold, lifted_by=administrator)
    assert erase_due()["erased"] == 1
    assert not LegalHold.objects.filter(person=person).exists()


def test_holds_are_placed_and_lifted_in_the_admin(sign_in, superuser, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    person, browser = make_user(), sign_in(superuser)
    response = browser.post("/admin/privacy/legalhold/add/", {"person": person.pk, "reason": "A claim"})
    assert response.status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.person, hold.placed_by, hold.lifted_at) == (person, superuser, None)
    response = browser.post("/admin/privacy/legalhold/add/", {"person": person.pk, "reason": "Again"})
    assert response.status_code == 200
    assert b"stands for this person already" in response.content
    chosen = {"action": "lift_holds", "_selected_action": [hold.pk]}
    assert browser.post("/admin/privacy/legalhold/", chosen).status_code == 302
    hold.refresh_from_db()
    assert hold.lifted_by == superuser
    assert browser.post(f"/admin/privacy/legalhold/{hold.pk}/change/", {"reason": "Other"}).status_code == 403
    assert browser.post(f"/admin/privacy/legalhold/{hold.pk}/delete/", {"post": "yes"}).status_code == 403


# Pages


def test_erasure_ask_wants_the_word(sign_in, proved):
    person = make_user()
    browser = sign_in(person)
    page = Page(browser.get("/erase-me/"))
    assert "What stays, and why" in page.text
    for word in ("", "Nobody"):
        response = browser.post("/erase-me/", page.form("word").data(word=word))
        refused = Page(response).check()
        assert response.status_code == 422
        assert "id_word" in refused.errors
        assert refused.form("word").fields["word"] == [word]
    assert not Erasure.objects.exists()
    response = browser.post("/erase-me/", page.form("word").data(word="Erase"), follow=True)
    assert response.redirect_chain[-1][0] == "/erase-me/cancel/"
    assert "You will be erased on" in Page(response).text
    assert Erasure.objects.get().person == person
    assert browser.get("/erase-me/").url == "/erase-me/cancel/"
    assert "Keep your account" in Page(browser.get("/account/")).text
    assert browser.post("/erase-me/cancel/").url == "/my-data/"
    assert browser.get("/erase-me/cancel/").url == "/my-data/"
    assert "Keep your account" not in Page(browser.get("/account/")).text


def test_erasure_ask_asks_for_a_recent_proof(sign_in, monkeypatch):
    monkeypatch.setattr(reauthentication, "proved_recently", lambda request: False)
    browser = sign_in(make_user())
    assert browser.get("/erase-me/").status_code == 200
    response = browser.post("/erase-me/", {"word": "erase"})
    assert "reauthenticate" in response.url
    assert not Erasure.objects.exists()


def test_erasure_ask_says_why_not_and_never_the_reason(sign_in, proved, superuser):
    person = make_user()
    place_hold(person=person, reason=plant("matter"), placed_by=superuser)
    for somebody, said in ((person, "has to keep what is here about you"), (superuser, "the only one who can look")):
        browser = sign_in(somebody)
        assert said in Page(browser.get("/erase-me/")).text
        response = browser.post("/erase-me/", {"word": "erase"})
        assert response.status_code == 403
        assert said in Page(response).text
        assert not plants_in(response.content.decode())
    assert not Erasure.objects.exists()


def test_the_delay_is_a_number_of_days(monkeypatch):
    for value in ("91", "-1", "two", "9" * 30):
        monkeypatch.setenv("ERASURE_DELAY_DAYS", value)
        with pytest.raises(ImproperlyConfigured, match="ERASURE_DELAY_DAYS"):
            env_number("ERASURE_DELAY_DAYS", 14, most=90)
