"""The routes of Django's admin and of allauth, by prefix, and the drafts of the standards."""

import re
from itertools import product
from uuid import UUID

from django.urls import reverse

from service.access.rows import ROLES
from tests.conftest import HEAVY
from tests.routes import PUBLISHED, routes
from tests.standards.versions import make_whole_version

from .cells import METHODS, is_other, outcome, rows, tried
from .texts import NAME, found_in
from .world import PLAYED

EDITORS = ("editor", "superuser")
PUBLIC_IN_THE_ADMIN = ("admin:logout",)
# To the admin and to allauth the others are like one of these; HEAVY tries every role.
DIFFERENT_POWERS = ("line manager", "editor", "superuser", "signed out")
# The admin of the standards has many pages of one making, all drawn for an editor in its own tests. Here it matters who gets in,
# and what the pages of a row list that hangs on it.
ON_STANDARDS = {
    "changelist": "line manager",
    "change": "superuser",
    "delete": "superuser",
    # The pages about a version, by the last word of their names.
    **dict.fromkeys(("next", "links", "import", "export", "review", "off", "publish", "retire"), "line manager"),
}
# Who may read a draft of the standards, and who may not.
READERS_OF_DRAFTS = ("colleague", "editor", "superuser", "signed out")
# What the addresses of a version that is not published are filled with.
UNPUBLISHED = {"version": "1", "area_code": "A1", "statement_code": "A1.1"}
UNPUBLISHED_SLUGS = {
    "role-detail": "clerk",
    "page-detail": "foreword",
    "people-detail": "baker",
    "casestudy-detail": "bridge",
}


def wrong_framework_cells(run, *, only=""):
    """A sentence for each cell of the admin's and allauth's routes that is not as the policy by prefix says.

    None may end in an error, change a row or show a text of a round to anybody; the owner's name is seen by those who manage
    accounts only. Under admin/ whoever is not staff gets no page.
    """
    wrong = []
    before = rows()
    for route in routes():
        if not route.is_framework or only not in route.name:
            continue
        for role, method in _requests(route):
            response, after = tried(run.world.client(role, "draft"), method, _address(run.world, route))
            run.cells += 1
            faults = _faults(route, role, response)
            if is_other(before, after):
                faults.append("something was changed")
            wrong += [f"{route.name or route.prefix} {role} {method}: {each}" for each in faults]
    return wrong


def _requests(route):
    """The roles that try a route, and the methods that they try it with."""
    if HEAVY:
        return product((role for role in ROLES if role not in ("owner", *PLAYED)), METHODS)
    if route.prefix.startswith("admin/standards"):
        role = ON_STANDARDS.get(route.name.rpartition("_")[2])
        return [(role, "get")] if role else []
    return product(DIFFERENT_POWERS, METHODS)


def _faults(route, role, response):
    content = f"{response.content.decode('utf-8', 'replace')}\n{response.headers}"
    faults = [f"shows the {kind} of {state}" for kind, state in sorted(found_in(content))]
    if NAME in content and role != "superuser":
        faults.append("shows the owner's name")
    is_for_staff = route.prefix.startswith("admin/") and route.name not in PUBLIC_IN_THE_ADMIN
    is_shut = response.status_code in (302, 400, 403, 404, 405)
    is_open = is_for_staff and role not in EDITORS and not is_shut
    if is_open or response.status_code >= 500:
        faults.append(f"answers {response.status_code}")
    return faults


def _address(world, route):
    """An address of a route of the admin or of allauth: about the owner, what is theirs, or the published version."""
    subject = world.subjects["draft"]
    row = subject.assessment.version_id
    about = {
        "people_user": subject.owner,
        "people_reportingline": subject.live_line,
        "people_notice": subject.notice,
        # No run is in the world, so this is the key of none.
        "assessments_carryoverrun": subject.assessment.version,
        "assessments_": subject.assessment,
    }
    row = next((each.pk for name, each in about.items() if name in route.name), row)
    if route.name.endswith("standards_import_check"):
        # Nobody holds an import in the world; its own tests try another editor's.
        row = UUID(int=1)
    if not route.name:
        return f"/{re.split('[<(]', route.prefix)[0]}{row}/"
    known = {"app_label": "people", "content_type_id": 1, "key": "stale", "uidb36": "a"}
    return reverse(route.name, kwargs={name: known.get(name, row) for name in route.parameters})


def wrong_draft_cells(run, roles=ROLES, only=()):
    """A sentence for each page of a draft of the standards that somebody but an editor gets, or that an editor does not get."""
    version = make_whole_version()
    wrong = []
    pages = [each for each in routes() if each.is_of_a_version and (not only or each.name in only)]
    for role, route in product(roles, pages):
        slug = {"framework": version.framework.slug, "slug": UNPUBLISHED_SLUGS.get(route.name)}
        known = PUBLISHED | UNPUBLISHED | slug
        address = reverse(route.name, kwargs={name: known[name] for name in route.parameters})
        for method in METHODS if HEAVY or role == roles[0] else METHODS[:1]:
            response, _ = tried(run.world.client(role, "draft"), method, address)
            run.cells += 1
            wanted = 405 if method == "post" else 200 if role in EDITORS else 404
            if outcome(response) != wanted:
                wrong.append(f"{route.name} {role} {method}: {outcome(response)} instead of {wanted}")
            if "no-store" not in response.headers.get("Cache-Control", "") and wanted == 200:
                wrong.append(f"{route.name} {role} {method}: a cache may keep it")
    return wrong
