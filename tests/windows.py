"""A browser window without a screen: keeps its cookies and its connection, and posts the forms that it was shown."""

import http.client
import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_DRAWN_FOR = re.compile(r'name="drawn_for" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_DRAWN = re.compile(r'name="drawn-(\d+)" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """A response, read whole."""

    status: int
    location: str
    text: str


class Window:
    """One person's window on a ``LivePortal``. Not for use by two threads at once."""

    def __init__(self, portal, cookies=()):
        self.host = urlsplit(portal.address).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.cookies = dict(cookies)
        self.tokens = {}

    def get(self, path) -> Answer:
        """Open a page; its form's tokens go with the next posts."""
        answer = self._send("GET", path)
        for name, found in (("csrfmiddlewaretoken", _TOKEN), ("drawn_for", _DRAWN_FOR)):
            if match := found.search(answer.text):
                self.tokens[name] = unescape(match[1])
        return answer

    def post(self, path, fields, *, json=False) -> Answer:
        """Send a form with the tokens of the page opened last."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if json:
            headers["Accept"] = "application/json"
        return self._send("POST", path, urlencode(self.tokens | fields, doseq=True), headers)

    def sign_in(self, email):
        """Sign in as one of the demo's people, and take the tokens of a page."""
        self.get("/accounts/login/")
        answer = self.post("/demo-sign-in/", {"email": email})
        assert answer.status == 302, answer
        self.get("/account/")
        return self

    def second(self, portal):
        """Another window of the same browser."""
        window = Window(portal, self.cookies)
        window.tokens = dict(self.tokens)
        return window

    def close(self):
        self.connection.close()

    def _send(self, method, path, body=None, headers=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server closed a connection that had been idle; nothing of the request was answered.
            if method != "GET":
                raise
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for header in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.coded_value
        return Answer(response.status, response.headers.get("Location", ""), text)


def drawn_fields(page) -> dict[int, str]:
    """What a rating page remembers of each answer that it was drawn with, by the statement's primary key."""
    return {int(pk): unescape(value) for pk, value in _DRAWN.findall(page)}


def hidden(page) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}
