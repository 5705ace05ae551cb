"""People for the browser tests, made in the portal's own process and signed in before their first page."""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.servers import ROOT, NotServing

# What was printed in answer begins its line with this; faults are printed there too.
PRINTED = "printed: "
ANSWER = f"""
import contextlib, io, json, sys, django
django.setup()
for asked in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(json.loads(asked), {{}})
    print("{PRINTED}" + json.dumps(printed.getvalue()), flush=True)
"""
# How many are made at a time.
BATCH = {
    "begun": 12,
    "finished": 8,
    "new": 12,
    "ready": 3,
    "reviewing": 4,
    "talking": 6,
    "talking with": 4,
    "inviting": 8,
}
# Those who only look need not be new to every test.
SHARED = {"editor", "superuser", "leading", "agreed", "agreed with"}


@dataclass(frozen=True)
class Person:
    """Somebody in the portal.

    ``assessment``, ``evidence``, ``goal``, ``line`` and ``notice`` are keys of the round that they are in, of its first work
    example and goal, of the line that waits for them or that they have, and of their newest notice; ``earlier`` of the round
    that theirs went on from. ``other`` is the session of the other person in the round. ``organisation`` and ``campaign`` are keys
    of those that an analyst sees, ``begun`` of a campaign that was begun just now, and ``free`` of an organisation that has none.
    All "" where there is none.
    """

    name: str
    email: str
    session: str
    assessment: str = ""
    evidence: str = ""
    goal: str = ""
    line: str = ""
    notice: str = ""
    earlier: str = ""
    other: str = ""
    organisation: str = ""
    campaign: str = ""
    begun: str = ""
    free: str = ""


class Cast:
    """Hands out people whom no test has had before, but for the shared kinds: ``cast.take("finished")``; see ``make``.

    They are made by a process on the portal's database that stays, since to start one costs more than to make a person.
    """

    def __init__(self, portal):
        self.portal = portal
        self.maker = None
        self.waiting = {}
        self.seen = {}

    def take(self, kind) -> Person:
        if not self.waiting.get(kind):
            self.call({kind: BATCH.get(kind, 1)})
        waiting = self.waiting[kind]
        return waiting[0] if kind in SHARED else waiting.pop(0)

    def call(self, numbers):
        """Make so many of each kind, in one process, to be taken later."""
        code = f"import json\nfrom tests.browser.cast import make\nprint(json.dumps(make({numbers!r})))"
        for kind, people in json.loads(self.python(code).splitlines()[-1]).items():
            self.waiting.setdefault(kind, []).extend(Person(**each) for each in people)

    def python(self, code) -> str:
        """What ``code`` prints, as ``LivePortal.python`` would say, run in the process that makes the cast."""
        if self.maker is None:
            self.maker = subprocess.Popen(
                [sys.executable, "-c", ANSWER],
                cwd=ROOT,
                env=self.portal.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.maker.stdin.write(json.dumps(code) + "\n")
        self.maker.stdin.flush()
        for line in self.maker.stdout:
            if line.startswith(PRINTED):
                return json.loads(line.removeprefix(PRINTED))
        raise NotServing(f"Whoever makes the cast has ended with {self.maker.wait()}.")

    def close(self):
        if self.maker is not None:
            self.maker.communicate()

    def look_at(self, kind) -> Person:
        """Somebody of a kind whose pages are only opened, the same one each time."""
        if kind not in self.seen:
            self.seen[kind] = self.take(kind)
        return self.seen[kind]


def make(numbers):
    """Make so many people of each kind; returns what ``Person`` is made of. Runs where Django is set up.

    new: has no round. begun: has a role and nothing else. half, finished, closed: has a round in that state.
    passwordless: has never chosen a password. guarded: has an app, two passkeys and few recovery codes.
    editor: edits the standards. superuser: may do everything in the admin.
    And two people in a round, as ``tests.browser.pairs`` says; analysts who may invite, as ``tests.browser.inviting`` says,
    and those with figures, as ``tests.browser.analysing`` says.
    """
    return {kind: [_person(kind) for _ in range(number)] for kind, number in numbers.items()}


def _person(kind):
    from assessments.actions import close_assessment
    from people.actions import make_editor
    from people.models import User
    from tests.assessments import rounds
    from tests.browser import analysing, inviting, pairs
    from tests.factories import make_user

    number = User.objects.count() + 1
    user = make_user(
        name=f"Łucja Tŵr {number}",
        email=f"lucja.{number}@example.com",
        is_staff=kind == "superuser",
        is_superuser=kind == "superuser",
    )
    if kind in pairs.KINDS:
        user, other, keys = pairs.KINDS[kind](user)
        return {"name": user.name, "email": user.email, "session": session_of(user), **keys} | (
            {"other": session_of(other)} if other else {}
        )
    analysts = inviting.KINDS | analysing.KINDS
    if kind in analysts:
        return {
            "name": user.name,
            "email": user.email,
            "session": session_of(user),
            **analysts[kind](user),
        }
    if kind == "editor":
        make_editor(user=user)
    if kind == "passwordless":
        user.set_unusable_password()
        user.save()
    if kind == "guarded":
        _guard(user)
    made = {"name": user.name, "email": user.email, "session": session_of(user)}
    makers = {
        "begun": rounds.make_round,
        "half": rounds.make_half_way,
        "finished": rounds.make_typical,
        "closed": rounds.make_typical,
    }
    if kind in makers:
        assessment = makers[kind](user)
        if kind == "closed":
            close_assessment(assessment=assessment, by=assessment.owner)
        first = assessment.evidence.first()
        made |= {"assessment": str(assessment.pk), "evidence": str(first.pk) if first else ""}
    return made


def _guard(user):
    from tests.people.factors import make_app, make_passkey, recovery_codes_of, use_recovery_code

    make_app(user)
    for name in ("Work phone", "A security key whose name is as long as sixty characters may"):
        make_passkey(user, name)
    for code in recovery_codes_of(user)[2:]:
        use_recovery_code(user, code)


def session_of(user):
    """The key of a session in which somebody has just signed in by password."""
    from allauth.account.internal.flows.login import record_authentication
    from django.http import HttpRequest
    from django.test import Client

    browser, request = Client(), HttpRequest()
    browser.force_login(user)
    request.session = browser.session
    record_authentication(request, user, method="password")
    request.session.save()
    return request.session.session_key
