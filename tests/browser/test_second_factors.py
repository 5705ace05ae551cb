"""An app and passkeys in a real browser, whose virtual authenticator is the phone. Passkeys want a name: the host is localhost."""

import json
import re

import pytest

from tests.browser.axe import violations
from tests.factories import PASSWORD
from tests.people.factors import code_of

MAKE = """
import json
from tests.factories import make_user
number = {number}
print(json.dumps(make_user(email=f"phone.{{number}}@example.com", name="Łucja Tŵr").email))
"""
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
MINE = "/accounts/2fa/"


class Desk:
    """A window, the phone beside it, and somebody with a password."""

    def __init__(self, page, root, email):
        self.page, self.root, self.email = page, root, email

    def plug_in_phone(self):
        self.devices = self.page.context.new_cdp_session(self.page)
        self.devices.send("WebAuthn.enable")
        self.phone = self.devices.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})["authenticatorId"]

    def shake_head(self):
        """From now on the phone cannot say who holds it."""
        self.devices.send("WebAuthn.setUserVerified", {"authenticatorId": self.phone, "isUserVerified": False})

    def goto(self, path):
        self.page.goto(self.root + path)

    def press(self, name):
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    def sign_in(self):
        self.goto("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")

    def sign_out(self):
        self.goto("/accounts/logout/")
        self.press("Sign out")

    def arrives(self, path):
        self.page.wait_for_url(self.root + path)


@pytest.fixture
def desk(windows, portal, cast, request):
    def desk(**options):
        email = json.loads(cast.python(MAKE.format(number=abs(hash(request.node.name)))).splitlines()[-1])
        root = portal.address.replace("127.0.0.1", "localhost")
        return Desk(windows.open(**options), root, email)

    return desk


def test_a_passkey_is_made_and_then_lets_its_person_in(desk):
    desk = desk()
    desk.plug_in_phone()
    desk.sign_in()
    desk.goto(f"{MINE}webauthn/add/")
    assert not desk.page.get_by_text("Passkeys need JavaScript").is_visible()
    desk.page.get_by_label("What to call it").fill("My <b>phone")
    desk.press("Make the passkey")
    desk.arrives(f"{MINE}recovery-codes/")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="Download them as a text file").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert (download.value.suggested_filename, len(lines[2:])) == ("recovery-codes.txt", 10)
    assert all(re.fullmatch("[0-9]{8}", line) for line in lines[2:])
    # Instead of the password
    desk.sign_out()
    desk.goto("/accounts/login/?next=/account/")
    desk.press("Sign in with a passkey")
    desk.arrives("/account/")
    # After the password
    desk.sign_out()
    desk.sign_in()
    desk.arrives(f"{MINE}authenticate/")
    assert violations(desk.page) == []
    desk.press("Use a passkey")
    desk.arrives("/assessments/")
    # Before something that matters
    desk.goto(f"{MINE}webauthn/reauthenticate/?next=/account/")
    assert violations(desk.page) == []
    desk.press("Use a passkey")
    desk.arrives("/account/")
    desk.goto(f"{MINE}webauthn/")
    assert "My <b>phone" in desk.page.get_by_role("main").inner_text()
    assert violations(desk.page) == []


def test_a_phone_that_does_not_know_its_holder_lets_nobody_in(desk):
    desk = desk()
    desk.plug_in_phone()
    desk.sign_in()
    desk.goto(f"{MINE}webauthn/add/")
    desk.press("Make the passkey")
    desk.arrives(f"{MINE}recovery-codes/")
    desk.sign_out()
    desk.shake_head()
    desk.goto("/accounts/login/")
    desk.press("Sign in with a passkey")
    alert = desk.page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == "No passkey was used. Try again, or choose another way."
    assert violations(desk.page) == []
    desk.goto("/account/")
    assert "/accounts/login/" in desk.page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_an_app_is_set_up_and_asked_for(desk, scripts):
    desk = desk(scripts=scripts, width=320)
    desk.sign_in()
    desk.goto(f"{MINE}webauthn/add/")
    assert desk.page.get_by_text("Passkeys need JavaScript").is_visible() == (not scripts)
    assert desk.page.get_by_role("button", name="Make the passkey").is_visible() == scripts
    desk.goto(f"{MINE}totp/activate/")
    picture = desk.page.get_by_role("img", name="QR code")
    assert picture.evaluate("(image) => image.naturalWidth > 0 && image.complete") if scripts else picture.is_visible()
    secret = desk.page.locator(".second-factor-secret").inner_text().replace(" ", "")
    desk.page.get_by_label("Code that the app shows now").fill(code_of(secret))
    desk.press("Save")
    desk.arrives(f"{MINE}recovery-codes/")
    code = desk.page.locator(".second-factor-codes li").first.inner_text()
    desk.sign_out()
    desk.sign_in()
    desk.arrives(f"{MINE}authenticate/")
    desk.page.get_by_label("Code", exact=True).fill("000")
    desk.press("Continue")
    assert "This is not one" in desk.page.locator(".govuk-error-summary").inner_text()
    desk.page.get_by_label("Code", exact=True).fill(code)
    desk.press("Continue")
    desk.arrives("/assessments/")
