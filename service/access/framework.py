"""The access table of the routes that come with Django's admin and with allauth: what each role gets of each.

The admin is for staff: anybody else is led to sign in. Of staff, each sees what their permissions are for: editors of the
standards what concerns those, a superuser the rest as well, and nobody a round. The key of a route without a name is its
pattern. Addresses are filled with rows that exist (``tests/access/addresses.py``).
"""

from .rows import EDIT, NEVER, NOT_THERE, ON, READS, SIGN_IN, Pair, Row, by_state

# Shown, and what is sent without what the form asks for is shown again; some of our forms say so with 422.
FORM = Pair(200, 200)
FORM_422 = Pair(200, 422)
SHOWN_ONLY = Pair(200, 403)
LED_BACK = Pair(ON, ON)


def staff(everybody, *, editors=None, superusers=None, others=SIGN_IN, signed_out=SIGN_IN):
    """A page of the admin: what ``everybody`` who may enter it gets, and what editors and superusers get instead."""
    special = {"staff": everybody, "editor": editors or everybody, "superuser": superusers or editors or everybody}
    return Row(by_state(others), by_state(others), others, signed_out, special)


def model(name, to, **kinds):
    """The pages of one model, by their kind: ``to`` says who gets them, as a keyword of ``staff``; other staff are refused.

    The address without a kind leads every member of staff on, whether or not there is such a row.
    """
    rows = {f"admin:{name}_{kind}": staff(NEVER, **{to: pair}) for kind, pair in kinds.items()}
    return rows | {f"admin/{name.replace('_', '/', 1)}/<path:object_id>/": staff(LED_BACK)}


def standards(name, **kinds):
    """The pages of one model of the standards, which are there for editors. Here they are about a published version."""
    usual = {"changelist": FORM, "add": NEVER, "history": FORM, "delete": NEVER, "change": SHOWN_ONLY}
    return model(f"standards_{name}", "editors", **usual | kinds)


def administered(name, **kinds):
    """The pages of one model that superusers alone administer."""
    usual = {"changelist": FORM, "add": FORM, "history": FORM, "delete": FORM, "change": FORM}
    return model(name, "superusers", **usual | kinds)


# Of no row: there is none in the world, and whoever may look for it is led back.
NO_ROW = {"history": LED_BACK, "delete": LED_BACK, "change": LED_BACK}
# Of a published version: rows that it holds for ever, rows with a text that may still change, rows beside the published words.
FROZEN = {"go_back": NEVER}
MOVED = {"move": LED_BACK}
REFERENCE = FROZEN | MOVED | {"add": FORM}
# No earlier text is named in the address that a reader of the history could go back to.
ALIVE = {"go_back": NOT_THERE}

ADMIN = {
    "admin:index": staff(FORM),
    "admin:login": staff(Pair(ON, 200), others=NEVER),
    "admin:logout": staff(Pair(405, ON), others=LED_BACK),
    "admin:password_change": staff(FORM),
    "admin:password_change_done": staff(READS),
    "admin:jsi18n": staff(READS),
    "admin:autocomplete": staff(Pair(403, 405)),
    "admin:view_on_site": staff(NOT_THERE),
    "admin:app_list": staff(NOT_THERE, superusers=FORM),
    "admin/(?P<url>.*)$": staff(NOT_THERE),
    # Who may come in, and what they may do
    **administered("auth_group"),
    **administered("people_organisation"),
    **administered("people_user", delete=NEVER),
    **administered("people_reportingline", **{"import": FORM_422}, add=NEVER, delete=NEVER, change=SHOWN_ONLY),
    **administered("people_notice", add=NEVER, delete=NEVER, change=SHOWN_ONLY),
    # What the worker did: which task, and of which notice.
    **administered("django_tasks_database_dbtaskresult", add=NEVER, delete=NEVER, change=SHOWN_ONLY),
    # The standards
    **standards("framework", add=FORM, delete=FORM, change=FORM),
    **standards(
        "version",
        **FROZEN,
        **{"import": EDIT},
        add=FORM,
        export=READS,
        next=FORM,
        links=FORM,
        review=FORM_422,
        sign_off=NEVER,
        publish=LED_BACK,
        retire=FORM_422,
        import_new=FORM_422,
    ),
    # There is no such removed row, nor an import of one's own that waits to be checked.
    "admin:standards_version_bring_back": staff(NOT_THERE),
    "admin:standards_import_check": staff(NOT_THERE),
    **standards("section", **FROZEN, **MOVED),
    **standards("level", **FROZEN),
    **standards("leveldescriptor", **FROZEN),
    **standards("attribute", **FROZEN, **MOVED),
    # The topic of a statement and the short title of an area may change at any time.
    **standards("area", **ALIVE, **MOVED, change=FORM),
    **standards("statement", **ALIVE, **MOVED, change=FORM, comments=FORM_422),
    "admin:standards_statement_comment_resolve": staff(Pair(405, 403), editors=Pair(405, 404)),
    **standards("roleprofile", **REFERENCE),
    **standards("referencepage", **REFERENCE),
    **standards("lifecyclestage", **REFERENCE),
    **standards("source", **REFERENCE),
    **standards("peopleprofile", **REFERENCE),
    **standards("casestudy", **REFERENCE),
    **standards("glossaryterm", **ALIVE, **MOVED, add=FORM, change=EDIT),
    **standards("insight", **ALIVE, add=FORM, change=EDIT),
    **standards("guidesection", **ALIVE, **MOVED, add=FORM, change=EDIT),
    **standards("learningresource", **ALIVE, **MOVED, add=FORM, change=FORM, delete=FORM),
    # Bringing drafts to a new version, of which editors see the numbers. No run is in the world.
    **model(
        "assessments_carryoverrun",
        "editors",
        changelist=FORM,
        add=NEVER,
        history=LED_BACK,
        delete=NEVER,
        change=Pair(ON, 403),
    ),
    "admin:assessments_carryoverrun_go_on": staff(Pair(405, 403), editors=Pair(405, 404)),
}
