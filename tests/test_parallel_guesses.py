"""Guesses at one account by many at once, on several workers: ten are evaluated in five minutes, however they interleave."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from people.models import PasswordTry
from tests.conftest import HEAVY
from tests.guesses import EVALUATED
from tests.windows import Window

KNOWN, UNKNOWN = "nia.penwydd@example.com", "nobody.at.all@example.com"
WRONG, TOO_OFTEN = "One of them is wrong", "You have tried too often"
WORKERS, AT_ONCE, GUESSES = (4, 16, 200) if HEAVY else (2, 8, 24)
WAYS = ("/accounts/login/", "/accounts/login/?next=/admin/", "/admin/login/?next=/admin/")


@pytest.fixture(scope="module")
def guessed_at(portals):
    """A portal that prints each password it evaluates, and nobody else's pages."""
    with portals.serve(workers=WORKERS, threads=4, plant="cold counted") as portal:
        yield portal


def guess_at_once(portal, email):
    """What the answers to all the guesses were: how many said "wrong", how many "too often", how many led to the sign-in page."""
    together = Barrier(AT_ONCE)

    def guess(number):
        window = Window(portal)
        window.get("/accounts/login/")
        together.wait()
        answers = []
        for turn in range(GUESSES // AT_ONCE):
            fields = {"login": email, "username": email, "password": f"guess {number} {turn}"}
            # A worker hangs up on a connection that was idle while all were waiting.
            window.close()
            answers.append(window.post(WAYS[(number + turn) % len(WAYS)], fields))
        window.close()
        return answers

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [each for found in pool.map(guess, range(AT_ONCE)) for each in found]
    assert {each.status for each in answers} <= {200, 302}
    led_on = [each for each in answers if each.status == 302]
    assert {each.location for each in led_on} == {"/accounts/login/?next=/admin/"}
    return sum(WRONG in each.text for each in answers), sum(TOO_OFTEN in each.text for each in answers), len(led_on)


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN] if HEAVY else [KNOWN])
def test_at_most_ten_guesses_are_evaluated_by_all_workers_together(guessed_at, email):
    before, rows = guessed_at.printed().count(EVALUATED), tries(guessed_at)
    wrong, too_often, led_on = guess_at_once(guessed_at, email)
    evaluated = guessed_at.printed().count(EVALUATED) - before
    print(f"{GUESSES} guesses by {AT_ONCE} at {WORKERS} workers: {evaluated} evaluated")  # noqa: T201
    assert evaluated <= PasswordTry.MOST
    assert (wrong, tries(guessed_at) - rows) == (evaluated, evaluated)
    assert wrong + too_often + led_on == GUESSES // AT_ONCE * AT_ONCE
    # One after the other, what is left of the ten is evaluated, and no more.
    window = Window(guessed_at)
    window.get("/accounts/login/")
    for _ in range(12):
        window.post("/accounts/login/", {"login": email, "password": "another guess"})
    window.close()
    assert guessed_at.printed().count(EVALUATED) - before == PasswordTry.MOST


def tries(portal):
    return portal.rows("SELECT count(*) FROM people_passwordtry")[0][0]


@pytest.mark.skipif(not HEAVY, reason="a portal of its own: script/test --heavy")
def test_a_portal_without_the_limit_is_found(portals):
    with portals.serve(workers=WORKERS, threads=4, plant="cold forgetful") as portal:
        guess_at_once(portal, KNOWN)
        assert portal.printed().count(EVALUATED) > PasswordTry.MOST
