"""The pages of single sign-on on a portal that has none. ``test_single_sign_on.py`` opens the others, with a provider."""

from tests.browser.states import State

STATES = [
    State("socialaccount_login_cancelled", "/accounts/3rdparty/login/cancelled/"),
    State("socialaccount_login_error", "/accounts/3rdparty/login/error/", "new", status=401),
    State("socialaccount_connections", "/accounts/3rdparty/", "new"),
    State("let-in", "/let-in/?key=stale", name="a dead link", status=403),
]

NO_PAGE = {
    "socialaccount_signup": "leads on, unless somebody comes from a provider",
    "openid_connect_login": "has no provider",
    "openid_connect_callback": "has no provider",
    "openid_connect_prove": "has no provider",
    "None": "allauth's former addresses, which lead on to the present ones",
}
