"""The pages of second factors in every state, and what brings them into it."""

from tests.browser.states import State, fill, press
from tests.factories import PASSWORD

MINE = "/accounts/2fa/"


def signs_in_with_password(page):
    """Signs out, and comes as far as the page that asks for the second step."""
    email = page.locator(".govuk-summary-list__value").first.inner_text()
    page.goto("/accounts/logout/")
    press("Sign out")(page)
    page.goto("/accounts/login/")
    fill("Sign in", login=email, password=PASSWORD)(page)
    page.wait_for_url(f"**{MINE}authenticate/")


def sends_no_code(page):
    signs_in_with_password(page)
    press("Continue")(page)


def follows(link):
    def prepare(page):
        page.get_by_role("main").get_by_role("link", name=link).first.click()

    return prepare


def renames_to_nothing(page):
    follows("Rename")(page)
    fill("Save", name="")(page)


STATES = [
    State("account-detail", "/account/", "guarded", "with a second step"),
    State("mfa_index", MINE, "new", "nothing set up"),
    State("mfa_index", MINE, "guarded", "all set up, few codes left"),
    State("mfa_authenticate", "/account/", "guarded", "password was right", signs_in_with_password),
    State("mfa_authenticate", "/account/", "guarded", "empty", sends_no_code, True),
    State("mfa_reauthenticate", f"{MINE}reauthenticate/", "guarded"),
    State("mfa_reauthenticate", f"{MINE}reauthenticate/", "guarded", "empty", press("Continue"), True),
    State("account_reauthenticate", "/accounts/reauthenticate/?next=/account/", "guarded", "other ways too"),
    State("mfa_activate_totp", f"{MINE}totp/activate/", "new"),
    State("mfa_activate_totp", f"{MINE}totp/activate/", "new", "empty", press("Save"), True),
    State("mfa_deactivate_totp", f"{MINE}totp/deactivate/", "guarded"),
    State("mfa_view_recovery_codes", f"{MINE}recovery-codes/", "guarded", "shown", lambda page: None),
    State("mfa_view_recovery_codes", f"{MINE}recovery-codes/", "guarded", "shown before", lambda page: page.reload()),
    State("mfa_generate_recovery_codes", f"{MINE}recovery-codes/generate/", "guarded"),
    State("mfa_list_webauthn", f"{MINE}webauthn/", "new", "none"),
    State("mfa_list_webauthn", f"{MINE}webauthn/", "guarded", "some"),
    State("mfa_add_webauthn", f"{MINE}webauthn/add/", "new"),
    State("mfa_edit_webauthn", f"{MINE}webauthn/", "guarded", "as it opens", follows("Rename")),
    State("mfa_edit_webauthn", f"{MINE}webauthn/", "guarded", "empty", renames_to_nothing, True),
    State("passkey-remove", f"{MINE}webauthn/", "guarded", "as it opens", follows("Remove")),
]

NO_PAGE = {
    "mfa_download_recovery_codes": "a download of what is shown once, on the page",
    "mfa_remove_webauthn": "is the page passkey-remove, at the same address",
    "mfa_login_webauthn": "answers a script in JSON, and leads on",
    "mfa_reauthenticate_webauthn": "leads on for whoever has no passkey that works (test_second_factors.py looks at it)",
}
