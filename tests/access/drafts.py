"""Who gets a draft of the standards."""

from itertools import product

from django.urls import reverse

from service.access.rows import ROLES
from tests.conftest import HEAVY
from tests.routes import PUBLISHED, routes
from tests.standards.versions import make_whole_version

from .cells import METHODS, outcome, tried

EDITORS = ("editor", "superuser")
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
