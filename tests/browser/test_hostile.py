"""Hostile texts in a browser: no script of theirs runs, no dialog opens, nothing is asked for elsewhere, nothing meets the policy.

The windows notice what was asked for of other hosts, and what the policy refused: an escaped text is neither. With
script/test --heavy each field has each text in turn.
"""

import json

import pytest

from tests.browser.cast import Person
from tests.conftest import HEAVY
from tests.hostile import STORABLE

MAKE = """
import json
from itertools import count
import pytest
from tests import factories
from tests.browser.cast import session_of
from tests.hostile import HostileCast
from allauth.account.models import EmailAddress
from people.models import User
# Those that were made before for another test keep another address.
for number, each in enumerate(User.objects.filter(email__startswith="bogbean")):
    User.objects.filter(pk=each.pk).update(email=f"before-{offset}-{{number}}-{{each.pk}}@example.com")
EmailAddress.objects.filter(email__startswith="bogbean").delete()
factories._numbers = count(100_000 + 1000 * {offset})
made = HostileCast(pytest.MonkeyPatch(), {offset})
print(json.dumps({{
    "sessions": {{name: session_of(getattr(made, name)) for name in ("person", "line_manager", "administrator")}},
    "rounds": {{name: str(getattr(made, name).pk) for name in ("agreed", "shared", "closed")}},
    "evidence": made.agreed.evidence.first().pk,
    "goal": made.person.goals.first().pk,
    "pk": made.person.pk,
}}))
"""
OF_A_ROUND = (
    *(
        "",
        "report/",
        "plan/",
        "evidence/",
        "evidence/{evidence}/",
        "check/",
        "rate/B4/",
        "targets/",
        "conversation/",
        "seen/",
    ),
    *("share/", "review/", "review/B4/", "standards/B4/", "next/"),
)
OF_A_PERSON = (
    "/account/",
    "/assessments/",
    "/goals/",
    "/goals/{goal}/",
    "/notices/",
    "/team/",
    "/line-manager/",
    "/my-data/",
)
OF_THE_ADMIN = (
    *("/admin/", "/admin/people/user/", "/admin/people/user/{pk}/change/", "/admin/people/user/{pk}/history/"),
    *("/admin/people/organisation/", "/admin/people/reportingline/", "/admin/people/notice/"),
)
RAN = "ran"
TAKE_IN = "(text) => { document.querySelector('main').append(document.createRange().createContextualFragment(text)); }"


@pytest.fixture(scope="module", params=range(len(STORABLE) + 1) if HEAVY else (0,))
def hostile(request, portal):
    return json.loads(portal.python(MAKE.format(offset=request.param)).splitlines()[-1])


def watched(windows, session):
    """A window in which somebody is signed in, and the list of dialogs that were opened in it."""
    page = windows.open(Person("", "", session))
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    # Pages that a person has in no state answer 404 or 403 and are watched all the same.
    return page, dialogs


def look(page, path):
    """Open a page and whatever is folded on it, and point at what can be pointed at."""
    answer = page.goto(path)
    assert answer.status < 500, path
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.title() != RAN, path
    assert page.evaluate("document.querySelectorAll('main script:not([src]), main iframe, main base').length") == 0, (
        path
    )
    return answer.status


@pytest.mark.parametrize("who", ["person", "line_manager"])
def test_nothing_of_a_text_runs_on_any_page_of_a_round(windows, hostile, who):
    page, dialogs = watched(windows, hostile["sessions"][who])
    rounds = ("agreed", "shared", "closed") if HEAVY else ("agreed", "shared")
    paths = [f"/assessments/{hostile['rounds'][state]}/{path}" for state in rounds for path in OF_A_ROUND]
    statuses = [look(page, path.format(**hostile)) for path in (*paths, *OF_A_PERSON)]
    assert statuses.count(200) > 10
    assert dialogs == []


def test_nothing_of_a_text_runs_in_the_admin(windows, hostile):
    page, dialogs = watched(windows, hostile["sessions"]["administrator"])
    assert {look(page, path.format(**hostile)) for path in OF_THE_ADMIN} == {200}
    assert dialogs == []


@pytest.mark.parametrize("text", [STORABLE[1], STORABLE[3], STORABLE[26]])
def test_a_text_that_is_taken_for_markup_is_found(windows, text):
    """The fault planted: the page takes the text in as the server would have, had it trusted it."""
    page = windows.open(path="/help/")
    page.route("https://beacon.example/**", lambda route: route.abort())
    page.evaluate(
        "(text) => { document.querySelector('main').append(document.createRange().createContextualFragment(text)); }",
        text,
    )
    page.wait_for_timeout(200)
    assert windows.faults
    windows.faults.clear()
