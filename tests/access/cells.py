"""Sending the requests of the access table, and finding what is not as it says."""

import re
from collections import namedtuple
from datetime import timedelta
from functools import cache
from itertools import product

from django.apps import apps
from django.conf import settings
from django.core.cache import cache as tries
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.forms.rating import drawn
from assessments.forms.review import shared_mark
from assessments.models import Reading
from assessments.standing import read_views
from people.models import Notice, PasswordTry, User
from service import held_posts
from service.access.framework import ACCOUNTS, FRAMEWORK, FRAMEWORK_CHANGES
from service.access.policy import (
    CHANGES_BY_READING,
    LEVELS_OF_A_TEAM,
    MAY_CHANGE_NOTHING,
    NAMED_ON,
    NAMED_TO_EVERYBODY,
    TELLS,
)
from service.access.rows import EDIT, LOGIN, ON, ROLES, SIGNED_OUT, STATES
from service.access.table import TABLE
from service.models import Task
from standards.tree import version_tree
from tests.conftest import HEAVY
from tests.pages import Page

from .addresses import Addresses, routes_by_key
from .texts import NAME, found_in, may_see
from .world import OWNERS, PLAYED

METHODS = ("get", "post")
OTHER_METHODS = ("head", "options", "put", "delete", "patch")
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
# Everything about a person is read for these, whoever it is.
SMALL_ON_COSTLY_PAGES = {
    "my-data-json": ("owner", "line manager", "former line manager", "superuser", "signed out"),
    "my-data-workbook": ("line manager", "signed out"),
    "team-pdf": ("line manager", "signed out"),
    "team-excel": ("owner", "line manager", "signed out"),
}
# Who tries the methods that an address does not have.
SMALL_WITH_ANY_METHOD = ("owner", "draft")
# The admin and allauth do not look at rounds. The others are to them like one of these.
SMALL_OF_THE_FRAMEWORK = ("draft",)
SMALL_ON_THE_FRAMEWORK = {"line manager": ("post",), "staff": METHODS, "signed out": ("get",)}
SMALL_IN_THE_ADMIN = ("editor", "superuser")
# The admin of the standards has many pages of one making, all drawn for an editor in its own tests. Here it matters who gets in,
# and what the pages of a row list that hangs on it.
ON_STANDARDS = {
    "change": "superuser",
    "delete": "superuser",
    # The pages about a version, by the last word of their names.
    **dict.fromkeys(("add", "next", "links", "import", "export", "review", "off", "publish", "retire"), "editor"),
}

Cell = namedtuple("Cell", "key role state method address data")


def missing_rows():
    """Routes that the table does not have, and rows that no route has."""
    return {*routes_by_key()} ^ {key.partition(": ")[0] for key in TABLE}


def states_for(key, role, method):
    """The states in which a cell is tried: all with HEAVY, where they may make a difference."""
    row = TABLE[key]
    if key in FRAMEWORK:
        return SMALL_OF_THE_FRAMEWORK if _is_tried_on_the_framework(key, role, method) else ()
    if HEAVY:
        return STATES
    if role not in SMALL_ON_COSTLY_PAGES.get(key, ROLES):
        return ()
    if row.is_public:
        return STATES[:1] if role in SMALL_ON_PUBLIC_PAGES else ()
    states = SMALL[role][METHODS.index(method)] if role in SMALL else STATES
    if row.is_ones_own:
        return SMALL_OF_ONES_OWN if role == "owner" else states[:1]
    return states


def _is_tried_on_the_framework(key, role, method):
    """Who is led away is tried everywhere, with one method or both; who is shown a page, not on each of many of one making."""
    if HEAVY or method in SMALL_ON_THE_FRAMEWORK.get(role, ()):
        return True
    if role not in SMALL_IN_THE_ADMIN or key in ACCOUNTS or key.startswith("admin/"):
        return role == "line manager" and key in ACCOUNTS
    of_the_standards = ON_STANDARDS.get(key.rpartition("_")[2]) if key.startswith("admin:standards_") else role
    return of_the_standards == role and (method == "get" or role == "superuser")


def _is_tried_with_other_methods(key):
    """Of several rows of one address one is enough, and of the many pages of the admin's own making none is tried."""
    return ": " not in key and not key.startswith(("admin:standards_", "admin/"))


def _who_tries_other_methods(key):
    if key.startswith("admin"):
        return "superuser" if HEAVY else "line manager"
    return "owner"


def _is_kept_nowhere(response):
    return "no-store" in response.headers.get("Cache-Control", "")


def _says_what_it_takes(method, response):
    return method == "options" and response.status_code == 200 and "Allow" in response and not response.content


class Run:
    """Some cells, tried on a world: ``cells`` counts them, and ``seen`` has every text that each role was rightly shown.

    ``forms`` are what pages were found to send, shared by runs on a portal without planted faults.
    """

    def __init__(self, world, forms=None):
        self.world = world
        self.forms = {} if forms is None else forms
        self.cells = 0
        self.seen = {role: set() for role in ROLES}
        self.addresses = Addresses(world.subjects)
        self._sent = {}
        self._before = {}

    # The addresses and what is sent to them

    def path(self, key, state):
        """The address of the subject's own row, of those that the key means."""
        return self.addresses.of(key, state)

    def payload(self, key, role, state):
        """What a page that this role gets would send, or else the one that somebody gets who may, with something changed in it."""
        if key in FRAMEWORK:
            # Whoever is let in where nobody should be does what is asked there.
            return {"post": "yes"} if key.endswith("_delete") else {}
        name = key.partition(": ")[0]
        fields = {}
        for each in dict.fromkeys((role, "owner", "line manager", "pending line manager")):
            if each not in PLAYED and TABLE[key].wanted(each, state) == EDIT:
                fields = self._fields(key, each, state)
                break
        # What somebody signed out sends of their own page is held for them, which has its own tests.
        fields = {name: values for name, values in fields.items() if name != held_posts.DRAWN_FOR}
        changes = self._changes(name, state)
        if "another" in key:
            changes.pop("revision", None)  # with which whoever has lost a work example is shown what they typed
        return fields | changes

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
            "campaign-start": {"step": "start", **day},
            "cover-edit": {f"{each}-{assessment.framework_id}-B4": "2" for each in ("level", "people")},
            "notice-choose": {"kinds_1": []},
            "line-detail": {"email": "somebody.else@example.com"},
            "line-answer": {"answer": "accept"},
            "erasure-ask": {"word": "erase"},
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
            "break-glass-create": {
                "email": subject.owner.email,
                "reason": "Asked for by its owner",
                "round": str((assessment if assessment.owner_id else subject.earlier).pk),
                "open": "yes",
            },
        }.get(name, {})

    # Trying

    def wrong_cells(self, *, only=(), roles=ROLES, states=STATES):
        """A sentence for each cell that is not as the table says; ``only`` names some of its keys, to be tried in every state."""
        wrong = []
        for role in roles:
            cells = list(self._cells_of(role, only, states))
            point = transaction.savepoint()
            self.world.play(role)
            self._before.clear()
            for cell in cells:
                response, after = self._send(role, cell.state, cell.method, cell.address, cell.data)
                self.cells += 1
                faults = self._faults(cell, response, after)
                wrong += [f"{cell.key} {role} {cell.state} {cell.method}: {each}" for each in faults]
            transaction.savepoint_rollback(point)
        return wrong

    def wrong_methods(self, only=()):
        """A sentence for each other method that a route does not refuse, or answer as it answers GET; none may change anything.

        One person tries them: the owner, whose page it most likely is; in the admin a superuser with HEAVY, else a line manager.
        """
        wrong = []
        self._before.clear()
        for key, method in product(only or TABLE, OTHER_METHODS):
            if not (HEAVY or only) and not _is_tried_with_other_methods(key):
                continue
            role, state = _who_tries_other_methods(key), SMALL_OF_THE_FRAMEWORK[0]
            pair = TABLE[key].wanted(role, state)
            # A PUT is a POST to the views of allauth.
            wanted = {405, *(pair if method == "put" else pair[:1])}
            response, after = self._send(role, state, method, self.path(key, state))
            self.cells += 1
            got, is_told = outcome(response), _says_what_it_takes(method, response)
            faults = [] if got in wanted or is_told else [f"{got} instead of {pair.get}"]
            if self._changed(after or {}) and key not in CHANGES_BY_READING:
                faults.append("something was changed")
            faults += self._shown(Cell(key, role, state, method, "", {}), pair.get, response)
            wrong += [f"{key} {role} {state} {method}: {each}" for each in faults]
        return wrong

    def _cells_of(self, role, only, states):
        for key, method in product(only or TABLE, METHODS):
            for state in STATES if only else states_for(key, role, method):
                wanted = getattr(TABLE[key].wanted(role, state), method)
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

    def _changed(self, after):
        """What a request wrote to, as rows before and after it by table: those that differ."""
        # All is as it was before the request again.
        missing = after.keys() - self._before.keys()
        if missing:
            self._before |= rows(missing)
        return {table: (self._before[table], kept) for table, kept in after.items() if self._before[table] != kept}

    def _faults(self, cell, response, after):
        wanted = getattr(TABLE[cell.key].wanted(cell.role, cell.state), cell.method)
        got = outcome(response)
        if got != wanted:
            yield f"{got} instead of {wanted}"
        is_accepted = wanted in (200, ON)
        changed = self._changed(after or {})
        yield from self._noted(cell, response, changed.pop(READINGS, ((), ())))
        may_change = is_accepted and (cell.method == "post" or cell.key in CHANGES_BY_READING)
        if cell.key in FRAMEWORK:
            may_change = may_change and cell.key in FRAMEWORK_CHANGES
        if changed and not may_change:
            yield "something was changed"
        if may_change and got == wanted and not changed and cell.state not in MAY_CHANGE_NOTHING.get(cell.key, ()):
            yield "nothing was changed"
        told = changed.get(NOTICES, ((), ()))
        if len(told[1]) > len(told[0]) and cell.role == "owner" and cell.state not in TELLS.get(cell.key, ()):
            yield "somebody was told"
        yield from self._shown(cell, wanted, response)

    def _noted(self, cell, response, readings):
        """A line manager who is shown a page of a round leaves a reading; nobody else does, and nothing else."""
        known = self.addresses.by_key[cell.key.partition(": ")[0]].parameters
        is_of_a_round = {"assessment_id", "goal_id"} & {*known} or cell.key.endswith("in a round")
        is_of_a_round = is_of_a_round or cell.key in LEVELS_OF_A_TEAM
        wanted = bool(cell.role == "line manager" and is_of_a_round and response.status_code == 200)
        noted = len(readings[1]) > len(readings[0])
        if noted != wanted:
            yield "a reading was noted" if noted else "no reading was noted"

    def _shown(self, cell, wanted, response):
        content = f"{response.content.decode('utf-8', 'replace')}\n{response.headers}"
        if response.status_code == 200 and cell.role not in SIGNED_OUT and not _is_kept_nowhere(response):
            yield "a cache may keep it"
        for kind, state in sorted(found_in(content)):
            if may_see(cell.role, kind, state) and (cell.role != "owner" or state == cell.state):
                self.seen[cell.role].add((kind, state))
            else:
                yield f"shows the {kind} of {state}"
        if NAME in content and not self._may_be_named(cell, wanted):
            yield "shows the owner's name"

    @staticmethod
    def _may_be_named(cell, wanted):
        if cell.role in OWNERS:
            return cell.role == "owner"
        if cell.key in FRAMEWORK:
            return cell.role == "superuser" and cell.key.startswith("admin")
        if cell.role == "line manager":
            return wanted not in (404, 405)
        return cell.key in NAMED_ON.get(cell.role, ()) or (cell.key in NAMED_TO_EVERYBODY and cell.method == "post")


# What is kept

NOTICES = Notice._meta.db_table
READINGS = Reading._meta.db_table
# A statement that PostgreSQL keeps is named as it begins (people.written_queries).
_WRITES = re.compile(r'(?:EXECUTE ")?(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "?(\w+)')
_READS = ("SELECT", 'EXECUTE "SELECT', "SAVEPOINT", "RELEASE", "ROLLBACK")
_OF_A_PERSON = "id, name, email, job_title, organisation_id, is_staff"
# What is written down of anybody who comes: that a password was tried, and that the admin was used.
_OF_NOBODY = {"sessions", "contenttypes", "admin", "django_tasks_database"}


@cache
def kept_tables():
    """What each table that holds something of anybody is read by: all of it, but for when somebody signed in last."""
    models = apps.get_models(include_auto_created=True)
    kept = [each for each in models if each._meta.app_label not in _OF_NOBODY and each not in (PasswordTry, Task)]
    return {each._meta.db_table: _OF_A_PERSON if each is User else "*" for each in kept}


def rows(only=None):
    """Every row of those tables; ``only`` names some of them."""
    kept = {}
    with connection.cursor() as cursor:
        for table, columns in kept_tables().items():
            if only is None or table in only:
                cursor.execute(f'SELECT {columns} FROM "{table}" ORDER BY 1')
                kept[table] = cursor.fetchall()
    return kept


@cache
def _sign_in_pages():
    return reverse("account_login"), reverse("admin:login")


def outcome(response):
    is_login = response.status_code == 302 and response.url.startswith(_sign_in_pages())
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
    tries.clear()  # of codes and passwords that were tried
    return response, after
