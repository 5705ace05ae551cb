"""Windows of a real browser that notice what a person would not: errors in the console, and requests that leave the machine."""

from shutil import which
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.axe import READY, RUNNING_ON

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
    # No page lives long enough to win back what optimising its scripts costs.
    "--js-flags=--no-opt --no-maglev",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
NOT_OK = "Failed to load resource: the server responded with a status of"


class KeptWindow:
    """One window for many tests, one after the other: to open a context and its processes takes longer than most pages.

    For whoever looks at pages or goes through them, and leaves nothing but cookies behind: not for tests that set a clock, answer
    requests themselves, or turn off the network.
    """

    def __init__(self, browser: Browser):
        self.browser = browser
        self.page = None
        self.address = None

    def lend(self, portal, person, width, height) -> Page:
        """The window, empty, as if somebody had just signed in there. It is to be given back."""
        if self.page is None or self.address != portal.address:
            self.close()
            self.page = new_context(self.browser, portal, width=width, height=height).new_page()
            self.page.add_init_script(READY)
            self.address = portal.address
        page, self.page = self.page, None
        page.context.clear_cookies()
        sign_in(page.context, portal, person)
        page.set_viewport_size({"width": width, "height": height})
        return page

    def give_back(self, page: Page):
        """Leave the page open last, with what it sends as it goes, and whatever was opened beside it."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.mouse.move(0, 0)
        # The least of the portal's own addresses: for a page of nobody's, Chromium would end the process and begin another.
        page.goto("/healthz")
        self.page = page

    def close(self):
        if self.page is not None:
            self.page.context.close()
            self.page = None


def new_context(browser: Browser, portal, *, scripts=True, width, height) -> BrowserContext:
    """Cookies, caches and storage of their own."""
    context = browser.new_context(
        base_url=portal.address,
        java_script_enabled=scripts,
        viewport={"width": width, "height": height},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    if scripts:
        context.add_init_script(REPORT_VIOLATIONS)
    return context


def sign_in(context: BrowserContext, portal, person):
    if person is not None:
        context.add_cookies([{"name": "session", "value": person.session, "url": portal.address}])


class Windows:
    """Opens windows on one portal, each with cookies of its own unless it is opened ``beside`` another.

    ``faults`` collects what went wrong in any of them. A page that is refused on purpose (4xx, 5xx) is no fault by itself.
    """

    def __init__(self, browser: Browser, portal, kept: KeptWindow | None = None):
        self.browser = browser
        self.portal = portal
        self.kept = kept
        self.borrowed = None
        self.contexts = []
        self.faults = []
        self.ignored = []

    def open(self, person=None, path="", *, scripts=True, width=1280, height=900, beside: Page | None = None) -> Page:
        """A window in which ``person`` is signed in, at ``path`` if one is given."""
        context = beside.context if beside else self._context(person, scripts, width, height)
        page = context.new_page()
        self._listen(page)
        if path:
            page.goto(path)
        return page

    def borrow(self, person=None, path="", *, width=1280, height=900) -> Page:
        """The same as ``open``, for less: the window that other tests had before and will have after (``KeptWindow``).

        There is one of it in a test, and what is opened beside it is closed with it.
        """
        assert self.borrowed is None
        self.borrowed = page = self.kept.lend(self.portal, person, width, height)
        page.context.on("request", self._requested)
        self._listen(page)
        if path:
            page.goto(path)
        return page

    def ignore(self, words):
        """Expect messages with these words, which a test brings about on purpose."""
        self.ignored.append(words)

    def close(self):
        for context in self.contexts:
            context.close()
        if self.borrowed is not None:
            self.kept.give_back(self.borrowed)
            self._stop_listening(self.borrowed)

    def _context(self, person, scripts, width, height):
        context = new_context(self.browser, self.portal, scripts=scripts, width=width, height=height)
        context.on("request", self._requested)
        sign_in(context, self.portal, person)
        self.contexts.append(context)
        return context

    def _listen(self, page):
        page.on("console", self._heard)
        page.on("pageerror", self._failed)

    def _stop_listening(self, page):
        page.remove_listener("console", self._heard)
        page.remove_listener("pageerror", self._failed)
        page.context.remove_listener("request", self._requested)

    def _failed(self, error):
        self.faults.append(f"script error: {error}")

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
