"""Sending the requests of the access table, and finding what is not as it says."""

import re
from collections import namedtuple
from datetime import timedelta
from itertools import product

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.forms.rating import drawn
from assessments.forms.review import shared_mark
from assessments.models import Reading
from assessments.standing import read_views
from people.models import Notice, User
from service import held_posts
from service.access.policy import (
    CHANGES_BY_READING,
    MAY_CHANGE_NOTHING,
    NAMED_ON,
    NAMED_TO_EVERYBODY,
    POLICY,
    TELLS,
)
from service.access.rows import EDIT, LOGIN, ON, ROLES, STATES
from service.models import HeldPost
from standards.models import ReadersNote
from standards.tree import version_tree
from tests.conftest import HEAVY
from tests.pages import Page
from tests.routes import PUBLISHED, SLUGS, routes

from .texts import NAME, found_in, may_see
from .world import OWNERS, PLAYED

METHODS = ("get", "post")
# A role that gets next to nothing is tried in one state with GET and in another with POST; the former line manager in the one
# in which they have handed over, and in the one in which the round still names them. HEAVY tries all.
SMALL = {
    "former line manager": (("reviewed", "left"), ("reviewed", "left")),
    "pending line manager": (("draft",), ("reviewed",)),
    "other line manager": (("agreed",), ("shared",)),
    "colleague": (("agreed",), ("draft",)),
    "analyst": (("agreed",), ("shared",)),
    "analyst of another organisation": (("reviewed",), ("draft",)),
    "staff": (("draft",), ("agreed",)),
    "editor": (("draft",), ("reviewed",)),
    "superuser": (("reviewed", "erased"), ("draft",)),
    "signed out": (("shared",), ("agreed",)),
    "inactive owner": (("draft",), ("reviewed",)),
    "inactive line manager": (("agreed",), ("shared",)),
}
# To whom the public pages may look different; and a page of one's own is tried as the owner of two of the rounds.
SMALL_ON_PUBLIC_PAGES = ("owner", "signed out")
SMALL_OF_ONES_OWN = ("draft", "reviewed")
# Who tries the methods that an address does not have.
SMALL_WITH_ANY_METHOD = ("owner", "draft")

Cell = namedtuple("Cell", "key role state method address data")


def missing_rows():
    """Routes of ours that the table does not have, and rows that no route has."""
    names = {route.name or route.prefix for route in routes() if not route.is_framework}
    return names ^ {key.partition(":")[0] for key in POLICY}


def states_for(key, role, method):
    """The states in which a cell is tried: all with HEAVY."""
    row = POLICY[key]
    if HEAVY:
        return STATES
    if row.is_public:
        return STATES[:1] if role in SMALL_ON_PUBLIC_PAGES else ()
    states = SMALL[role][METHODS.index(method)] if role in SMALL else STATES
    if row.is_ones_own:
        return SMALL_OF_ONES_OWN if role == "owner" else states[:1]
    return states


class Run:
    """Some cells, tried on a world: ``cells`` counts them, and ``seen`` has every text that each role was rightly shown.

    ``forms`` are what pages were found to send, shared by runs on a portal without planted faults.
    """

    def __init__(self, world, forms=None):
        self.world = world
        self.forms = {} if forms is None else forms
        self.cells = 0
        self.seen = {role: set() for role in ROLES}
        self.by_name = {route.name: route for route in routes()}
        self._sent = {}

    # The addresses and what is sent to them

    def path(self, key, state):
        """The address of the subject's own row, of those that the key means."""
        subject = self.world.subjects[state]
        name, _, which = key.partition(": ")
        line = {"live": subject.live_line, "ended": subject.ended_line}.get(which, subject.pending_line)
        if name == "line-end" and not which:
            line = subject.live_line
        goals = {"done": subject.done_goal, "unsaid": subject.silent_goal, "of no round": subject.loose_goal}
        goal = goals.get(which, subject.goal)
        known = PUBLISHED | {
            "slug": SLUGS.get(name),
            "assessment_id": (subject.earlier if which == "the one before" else subject.assessment).pk,
            "other_id": subject.earlier.pk,
            "evidence_id": subject.evidence.pk,
            "goal_id": goal.pk,
            "line_id": line.pk,
            "notice_id": subject.notice.pk,
            "heldpost_id": subject.held.pk,
        }
        path = reverse(name, kwargs={each: known[each] for each in self.by_name[name].parameters})
        if which == "in a round":
            return f"{path}?assessment={subject.assessment.pk}"
        return f"{path}?q=quillwort" if name == "standards-search" else path

    def payload(self, key, role, state):
        """What a page that this role gets would send, or else the one that somebody gets who may, with something changed in it."""
        name = key.partition(":")[0]
        fields = {}
        for each in dict.fromkeys((role, "owner", "line manager", "pending line manager")):
            if each not in PLAYED and POLICY[key].wanted(each, state) == EDIT:
                fields = self._fields(key, each, state)
                break
        # What somebody signed out sends of their own page is held for them, which has its own tests.
        fields = {name: values for name, values in fields.items() if name != held_posts.DRAWN_FOR}
        return fields | self._changes(name, state)

    def _fields(self, key, role, state):
        address = self.path(key, state)
        # A statement that is rated is opened for a change.
        shown = f"{address}?change=B4.3" if key == "review-edit" else address
        drawn_for = (self.world.client(role, state), shown)
        if drawn_for not in self.forms:
            response, _ = self._send(role, state, "get", shown)
            forms = Page(response).forms if response.status_code == 200 else []
            at = {address, address.partition("?")[0], ""}
            fields = [each.fields for each in forms if each.action in at and each.method.lower() == "post"]
            self.forms[drawn_for] = max(fields, key=len, default={})
        return self.forms[drawn_for]

    def _changes(self, name, state):
        subject = self.world.subjects[state]
        assessment = subject.assessment
        tree = version_tree(assessment.version)
        by_code = {each.code: each.pk for each in tree.statements}
        if name in ("rating-edit", "rating-save"):
            pk = by_code["B4.6"]
            stands = read_views(assessment).own[pk]
            return {f"drawn-{pk}": drawn(stands.answer, stands.revision), f"level-{pk}": "1", f"note-{pk}": "Other"}
        due = timezone.localdate() + timedelta(days=90)
        day = {"due_on_day": due.day, "due_on_month": due.month, "due_on_year": due.year}
        shared = {"shared": shared_mark(assessment)} if assessment.shared_at else {}
        return {
            "account-detail": {"name": "Another Name"},
            "notice-choose": {"kinds_1": []},
            "line-detail": {"email": "somebody.else@example.com"},
            "line-answer": {"answer": "accept"},
            "report-verify": {"code": self.world.subjects["agreed"].assessment.check_code},
            "readers-note-edit": {"statement": by_code["B4.6"], "kind": "unclear"},
            "assessment-create": {"role_profile": "senior-contract-manager"},
            "assessment-role": {"role_profile": "contract-analyst"},
            "target-edit": {"target-A1": "3", "reason-A1": "Another reason"},
            "agreed-target-edit": {"target-A1": "3", "reason-A1": "Another reason"},
            "evidence-create": {"title": "Another example"},
            "evidence-edit": {"title": "Another title", "revision": str(subject.evidence.revision)},
            "assessment-return": {"reason": "Another reason"},
            "review-edit": shared | {f"level-{by_code['B4.3']}": "2", f"note-{by_code['B4.3']}": "Other"},
            "review-agree": shared,
            "review-finish": shared,
            "conversation-record": {"points": "Something else"},
            "conversation-differences": {f"agreed-{by_code['B4.3']}": "2"},
            "conversation-agree": {f"agreed-{by_code['B4.6']}": "1"},
            "goal-create": {"what": "Another goal", "kind": "formal", **day},
            "goal-edit": {"what": "Another thing", "kind": "formal", **day, "revision": str(subject.goal.revision)},
            "goal-note": {"text": "Another note"},
            "goal-finish": {"outcome": "Something came of it"},
            "goal-outcome": {"outcome": "Something came of it"},
            "goal-drop": {"outcome": "Another reason"},
        }.get(name, {})

    # Trying

    def wrong_cells(self, *, only=(), roles=ROLES, states=STATES):
        """A sentence for each cell that is not as the table says; ``only`` names some of its keys, to be tried in every state."""
        wrong = []
        for role in roles:
            cells = list(self._cells_of(role, only, states))
            point = transaction.savepoint()
            self.world.play(role)
            before = rows()
            for cell in cells:
                response, after = self._send(role, cell.state, cell.method, cell.address, cell.data)
                self.cells += 1
                faults = self._faults(cell, before, response, after)
                wrong += [f"{cell.key} {role} {cell.state} {cell.method}: {each}" for each in faults]
            transaction.savepoint_rollback(point)
        return wrong

    def _cells_of(self, role, only, states):
        for key, method in product(only or POLICY, METHODS):
            for state in STATES if only else states_for(key, role, method):
                wanted = getattr(POLICY[key].wanted(role, state), method)
                is_any = HEAVY or only or (role, state) == SMALL_WITH_ANY_METHOD
                if state in states and (is_any or wanted != 405):
                    data = self.payload(key, role, state) if method == "post" else {}
                    yield Cell(key, role, state, method, self.path(key, state), data)

    def _send(self, role, state, method, address, data=None):
        """What comes of a request; the same one is sent once."""
        client = self.world.client(role, state)
        request = (client, method, address, str(sorted((data or {}).items())))
        if HEAVY or request not in self._sent:
            self._sent[request] = tried(client, method, address, data)
        return self._sent[request]

    def _faults(self, cell, before, response, after):
        wanted = getattr(POLICY[cell.key].wanted(cell.role, cell.state), cell.method)
        got = outcome(response)
        if got != wanted:
            yield f"{got} instead of {wanted}"
        is_accepted = wanted in (200, ON)
        may_change = is_accepted and (cell.method == "post" or cell.key in CHANGES_BY_READING)
        yield from self._noted(cell, before, response, after)
        is_changed = is_other(before, {table: kept for table, kept in (after or {}).items() if table != READINGS})
        if is_changed and not may_change:
            yield "something was changed"
        if may_change and got == wanted and not is_changed and cell.state not in MAY_CHANGE_NOTHING.get(cell.key, ()):
            yield "nothing was changed"
        is_told = after is not None and len(after.get(NOTICES, ())) > len(before[NOTICES])
        if is_told and cell.role == "owner" and cell.state not in TELLS.get(cell.key, ()):
            yield "somebody was told"
        yield from self._shown(cell, wanted, response)

    def _noted(self, cell, before, response, after):
        """A line manager who is shown a page of a round leaves a reading; nobody else does, and nothing else."""
        known = self.by_name[cell.key.partition(":")[0]].parameters
        is_of_a_round = {"assessment_id", "goal_id"} & {*known} or cell.key.endswith("in a round")
        wanted = bool(cell.role == "line manager" and is_of_a_round and response.status_code == 200)
        noted = len((after or {}).get(READINGS, before[READINGS])) > len(before[READINGS])
        if noted != wanted:
            yield "a reading was noted" if noted else "no reading was noted"

    def _shown(self, cell, wanted, response):
        content = f"{response.content.decode('utf-8', 'replace')}\n{response.headers}"
        for kind, state in sorted(found_in(content)):
            if may_see(cell.role, kind, state):
                self.seen[cell.role].add((kind, state))
            else:
                yield f"shows the {kind} of {state}"
        if NAME in content and not self._may_be_named(cell, wanted):
            yield "shows the owner's name"

    @staticmethod
    def _may_be_named(cell, wanted):
        if cell.role in OWNERS:
            return cell.role == "owner"
        if cell.role == "line manager":
            return wanted not in (404, 405)
        return cell.key in NAMED_ON.get(cell.role, ()) or (cell.key in NAMED_TO_EVERYBODY and cell.method == "post")


# What is kept

NOTICES = Notice._meta.db_table
READINGS = Reading._meta.db_table
_WRITES = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
_READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
_OF_A_PERSON = "id, name, email, job_title, organisation_id, is_staff"


def kept_tables():
    """What each table that holds something of anybody is read by: all of it, but for when somebody signed in last."""
    models = [
        *apps.get_app_config("assessments").get_models(include_auto_created=True),
        *apps.get_app_config("people").get_models(),
        HeldPost,
        ReadersNote,
    ]
    return {each._meta.db_table: _OF_A_PERSON if each is User else "*" for each in models}


def rows(only=None):
    """Every row of those tables; ``only`` names some of them."""
    kept = {}
    with connection.cursor() as cursor:
        for table, columns in kept_tables().items():
            if only is None or table in only:
                cursor.execute(f'SELECT {columns} FROM "{table}" ORDER BY 1')
                kept[table] = cursor.fetchall()
    return kept


def is_other(before, after):
    """Whether what is kept ``after`` a request differs, as far as that is known."""
    return any(before[table] != kept for table, kept in (after or {}).items())


def outcome(response):
    is_login = response.status_code == 302 and response.url.startswith(reverse("account_login"))
    return LOGIN if is_login else response.status_code


def tried(client, method, address, data=None):
    """The response, and what is kept after it in the tables that a statement wrote to; None where the server failed.

    Then all is as it was before, the cookies of the browser too: some pages sign out.
    """
    point = transaction.savepoint()
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    wrote = set()

    def watch(execute, sql, params, many, context):
        if not sql.startswith(_READS):
            found = _WRITES.match(sql)
            wrote.update([found[1]] if found else kept_tables())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        response = getattr(client, method)(address, data or {})
    after = None if response.status_code >= 500 else rows(wrote) if wrote else {}
    transaction.savepoint_rollback(point)
    client.cookies.clear()
    if session:
        client.cookies[session.key] = session.value
    cache.clear()  # of codes and passwords that were tried
    return response, after
