"""What notices say: every kind has its words, no e-mail says more than it may, and an invitation names an address only."""

from datetime import date

import pytest

from people.models import Notice
from people.notice_words import GROUPS, SAID, headline, letter, link_text

KINDS = list(Notice.Kind.values)
PORTAL = {"origin": "https://portal.example", "service": "Self-assessment", "organisation": "Department for Examples"}


def test_every_kind_has_its_words_and_one_place_among_the_choices():
    assert list(SAID) == KINDS
    assert sorted(kind for _, kinds in GROUPS for kind, _ in kinds) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_says_the_sentence_the_place_and_how_to_get_fewer(kind):
    due_on = date(2026, 12, 3)
    said = letter(kind, actor="Nia Penŵydd", actor_address="nia@example.com", due_on=due_on, path="/x/", **PORTAL)
    assert said.body.splitlines() == [
        f"{headline(kind, actor='Nia Penŵydd', due_on=due_on)}.",
        "",
        f"{link_text(kind)}:",
        "https://portal.example/x/",
        "",
        "Choose which notices you get by e-mail:",
        "https://portal.example/account/notices/",
        "",
        "Self-assessment",
        "Department for Examples",
    ]
    assert "{" not in said.subject + said.body
    assert "Nia" not in said.subject
    assert "\n" not in said.subject


def test_a_letter_says_the_date():
    said = letter("goal-due", due_on=date(2026, 12, 3), path="/x/", **PORTAL)
    assert said.subject == "A goal is due on 3 December 2026"
    assert said.body.startswith("A goal of yours is due on 3 December 2026.\n")


def test_a_letter_without_a_place_has_no_link():
    assert "portal.example\n" not in letter("line-ended", actor="Nia", **PORTAL).body
    assert "See who" not in letter("line-ended", actor="Nia", **PORTAL).body


def test_a_letter_says_whom_to_write_to():
    said = letter("shared", actor="Nia", contact="help@portal.example", **PORTAL)
    assert said.body.endswith("Department for Examples\n\nQuestions? Write to help@portal.example\n")


def test_an_invitation_names_an_address_and_no_name():
    said = letter(
        "line-asked",
        actor="Visit https://evil.example",
        actor_address="nia@example.com",
        has_account=False,
        path="/line-manager/1/",
        **PORTAL,
    )
    assert "evil" not in said.subject + said.body
    assert "The person with the address nia@example.com names you as their line manager" in said.body
    assert "https://portal.example/accounts/signup/\n" in said.body
    assert "https://portal.example/line-manager/1/\n" in said.body
    assert "You will not be reminded" in said.body


def test_somebody_whose_name_is_gone_is_somebody():
    assert headline("shared") == "Somebody has shared their assessment with you"


def test_a_name_is_put_in_as_it_is():
    assert headline("shared", actor="{due} {who}") == "{due} {who} has shared their assessment with you"
