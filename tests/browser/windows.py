"""Windows of a real browser that notice what a person would not: errors in the console, and requests that leave the machine."""

from shutil import which
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.browser.axe import RUNNING_ON

# Chromium without all that belongs to a screen, where there is one: the same engine, in less than two thirds of the time.
CHROMIUM = which("chromium-headless-shell") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
NOT_OK = "Failed to load resource: the server responded with a status of"


class Windows:
    """Opens windows on one portal, each with cookies of its own unless it is opened ``beside`` another.

    ``faults`` collects what went wrong in any of them. A page that is refused on purpose (4xx, 5xx) is no fault by itself.
    """

    def __init__(self, browser: Browser, portal):
        self.browser = browser
        self.portal = portal
        self.contexts = []
        self.faults = []
        self.ignored = []

    def open(self, person=None, path="", *, scripts=True, width=1280, height=900, beside: Page | None = None) -> Page:
        """A window in which ``person`` is signed in, at ``path`` if one is given."""
        context = beside.context if beside else self._context(person, scripts, width, height)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        if path:
            page.goto(path)
        return page

    def ignore(self, words):
        """Expect messages with these words, which a test brings about on purpose."""
        self.ignored.append(words)

    def close(self):
        for context in self.contexts:
            context.close()

    def _context(self, person, scripts, width, height):
        context = self.browser.new_context(
            base_url=self.portal.address,
            java_script_enabled=scripts,
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        context.on("request", self._requested)
        if scripts:
            context.add_init_script(REPORT_VIOLATIONS)
        if person is not None:
            context.add_cookies([{"name": "session", "value": person.session, "url": self.portal.address}])
        self.contexts.append(context)
        return context

    def _requested(self, request):
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname not in {"127.0.0.1", "localhost"}:
            self.faults.append(f"requested from another host: {request.url}")

    def _heard(self, message):
        if message.type not in {"error", "warning"} or any(words in message.text for words in self.ignored):
            return
        if message.page in RUNNING_ON:
            return
        if message.text.startswith(NOT_OK) and not urlsplit(message.location["url"]).path.startswith("/static/"):
            return
        self.faults.append(f"{message.type} in the console: {message.text} ({message.location['url']})")
