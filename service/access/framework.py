"""The access table of the routes that come with Django's admin and with allauth: what each role gets of each.

The admin is for staff: anybody else is led to sign in. Of staff, each sees what their permissions are for: editors of the
standards what concerns those, a superuser the rest as well, and nobody a round. The key of a route without a name is its
pattern. Addresses are filled with rows that exist (``tests/access/addresses.py``).
"""

from .rows import (
    EDIT,
    NEVER,
    NOT_THERE,
    NOT_THERE_TO_READ,
    ON,
    READS,
    SIGN_IN,
    Pair,
    Row,
    by_state,
    everyone,
    members,
)

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
    # Django looks for the row before it asks who may read its history.
    refused = {kind: LED_BACK if kind == "history" and pair == LED_BACK else NEVER for kind, pair in kinds.items()}
    rows = {f"admin:{name}_{kind}": staff(refused[kind], **{to: pair}) for kind, pair in kinds.items()}
    return rows | {f"admin/{'/'.join(name.rsplit('_', 1))}/<path:object_id>/": staff(LED_BACK)}


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
    "admin:login": staff(LED_BACK, others=NEVER),
    "admin:logout": staff(Pair(405, ON), others=LED_BACK),
    "admin:password_change": staff(LED_BACK),
    "admin:password_change_done": staff(READS),
    "admin:jsi18n": staff(READS),
    "admin:autocomplete": staff(Pair(403, 405)),
    "admin:view_on_site": staff(NOT_THERE),
    "admin:app_list": staff(NOT_THERE, superusers=FORM),
    "admin/(?P<url>.*)$": staff(NOT_THERE),
    # Who may come in, and what they may do
    **administered("auth_group", delete=EDIT),
    **administered("people_organisation", **{"import": FORM_422}, download=READS),
    **administered("people_user", delete=NEVER, reset_second_factors=EDIT, place=FORM_422, download=READS),
    # Given and taken back, never edited; openings of rounds are read, and none is in the world.
    **administered("people_analystgrant", change=SHOWN_ONLY, delete=EDIT),
    **administered("privacy_breakglass", **NO_ROW | {"add": NEVER, "delete": NEVER, "change": Pair(ON, 403)}),
    **administered("people_reportingline", **{"import": FORM_422}, add=NEVER, delete=NEVER, change=SHOWN_ONLY),
    **administered("people_notice", add=NEVER, delete=NEVER, change=SHOWN_ONLY),
    **administered("privacy_legalhold", delete=NEVER, change=SHOWN_ONLY),
    # What the worker did and does: which task, how often it was tried, and where it failed.
    **administered("service_task", add=NEVER, delete=NEVER, change=SHOWN_ONLY),
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
    **standards("learningresource", **ALIVE, **MOVED, add=FORM, change=FORM, delete=EDIT),
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

# Of allauth. Whoever is signed in has nothing to sign in to, and goes on to where that leads.
SIGNING_IN = Row(by_state(LED_BACK), by_state(LED_BACK), LED_BACK, FORM)
MOVED_ON = Pair(301, 301)
SAID_TO_ANYBODY = everyone(READS)

ACCOUNTS = {
    "account_login": SIGNING_IN,
    "account_signup": SIGNING_IN,
    "account_logout": Row(by_state(EDIT), by_state(EDIT), EDIT, LED_BACK),
    "account_inactive": SAID_TO_ANYBODY,
    "account_email_verification_sent": SAID_TO_ANYBODY,
    "account_reset_password_from_key_done": SAID_TO_ANYBODY,
    "account_reset_password_done": SAID_TO_ANYBODY,
    # Of no address that waits for it, and of a key that is none.
    "account_confirm_email": everyone(Pair(200, 404)),
    "account_reset_password": everyone(FORM),
    "account_reset_password_from_key": everyone(FORM),
    "account_reauthenticate": members(FORM),
    "account_change_password": members(FORM),
    "account_set_password": members(LED_BACK),
    "account_email": members(EDIT),
    # Nobody has begun to sign in with a code, or with a second factor.
    "account_confirm_login_code": members(LED_BACK),
    "mfa_authenticate": members(LED_BACK),
    # Second factors, of which nobody here has any
    "mfa_index": members(READS),
    "mfa_reauthenticate": members(LED_BACK),
    "mfa_activate_totp": members(FORM),
    "mfa_deactivate_totp": members(NOT_THERE),
    "mfa_list_webauthn": members(READS),
    "mfa_add_webauthn": members(FORM),
    "mfa_edit_webauthn": members(NOT_THERE),
    "mfa_remove_webauthn": members(NOT_THERE),
    "passkey-remove": members(NOT_THERE),
    "mfa_login_webauthn": members(LED_BACK),
    "mfa_reauthenticate_webauthn": members(LED_BACK),
    "mfa_view_recovery_codes": members(NOT_THERE_TO_READ),
    "mfa_generate_recovery_codes": members(FORM),
    "mfa_download_recovery_codes": members(NOT_THERE),
    # Single sign-on, of which there is none
    "socialaccount_login_cancelled": SAID_TO_ANYBODY,
    "socialaccount_login_error": members(Pair(401, 405)),
    "socialaccount_signup": members(SIGN_IN),
    "socialaccount_connections": members(FORM),
    "openid_connect_login": everyone(NOT_THERE),
    "openid_connect_callback": everyone(NOT_THERE_TO_READ),
    "openid_connect_prove": members(NOT_THERE),
    # Addresses of an earlier allauth, which lead to the new ones for ever
    "accounts/social/login/cancelled/": members(MOVED_ON),
    "accounts/social/login/error/": members(MOVED_ON),
    "accounts/social/signup/": members(MOVED_ON),
    "accounts/social/connections/": members(MOVED_ON),
}

FRAMEWORK = ADMIN | ACCOUNTS

# What of these changes something when it is sent as the test sends it: what is deleted is deleted, and what may be
# empty is emptied.
FRAMEWORK_CHANGES = {
    "admin:auth_group_delete",
    "admin:people_analystgrant_delete",
    "admin:standards_learningresource_delete",
    *(f"admin:standards_{name}_change" for name in ("glossaryterm", "insight", "guidesection")),
}
