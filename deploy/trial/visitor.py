"""Somebody who comes by HTTPS: asks nginx as a browser would, from inside or from outside, and says what was wrong."""

import gzip
import http.client
import json
import re
import socket
import ssl
from pathlib import Path

from .network import OUTSIDE

INSIDE = "127.0.0.1"
ONCE = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


class Wrong(Exception):
    """The portal did not answer as it should; the message says how."""


class Visitor:
    """Asks the portal at ``host`` with the certificate at ``trusted``, from the address ``comes_from``."""

    def __init__(self, host: str, trusted: Path, comes_from: str = OUTSIDE):
        self.host, self.comes_from = host, comes_from
        self.tls = ssl.create_default_context(cafile=str(trusted))
        self.cookies = {}

    def ask(self, path, *, method="GET", body=None, port=443, host="", **headers):
        """The answer, with its body as ``text`` and its headers as ``sent``, a list of lower-case pairs."""
        connection = socket.create_connection((self.comes_from, port), 30, (self.comes_from, 0))
        if port == 443:
            connection = self.tls.wrap_socket(connection, server_hostname=host or self.host)
        asked = http.client.HTTPConnection(host or self.host)
        asked.sock = connection
        sent = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request(method, path, body, {name: value for name, value in sent.items() if value})
        answer = asked.getresponse()
        content = answer.read()
        asked.close()
        answer.sent = [(name.lower(), value) for name, value in answer.getheaders()]
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        answer.content, answer.text = content, content.decode("utf-8", "replace")
        for name, value in answer.sent:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer


def expect(answer, status, what):
    """Raise ``Wrong`` unless the answer has this status."""
    if answer.status != status:
        raise Wrong(f"{what}: {answer.status} in place of {status}.\n{answer.sent}\n{answer.text[:1500]}")


def the_one(answer, name, what):
    """The value of a header that must be there once."""
    found = [value for key, value in answer.sent if key == name]
    if len(found) != 1:
        raise Wrong(f"{what}: {name} is there {len(found)} times.")
    return found[0]


def look_at_home(visitor):
    """The home page: there, compressed, with each header of security once; and one of its files, kept for good."""
    home = visitor.ask("/")
    expect(home, 200, "Home page")
    if "Contract management self-assessment" not in home.text:
        raise Wrong("The home page is another one.")
    for name, value in ONCE.items():
        if the_one(home, name, "Home page") != value:
            raise Wrong(f"Home page: {name} is {the_one(home, name, 'Home page')}.")
    for name in ("content-security-policy", "x-request-id", "permissions-policy", "date"):
        the_one(home, name, "Home page")
    if the_one(home, "server", "Home page") != "nginx" or the_one(home, "content-encoding", "Home page") != "gzip":
        raise Wrong("The home page says which nginx it is, or is not compressed.")
    file = visitor.ask(re.search(r'href="(/static/portal\.[0-9a-f]+\.css)"', home.text)[1])
    expect(file, 200, "Style sheet")
    if "immutable" not in the_one(file, "cache-control", "Style sheet"):
        raise Wrong("A static file is not kept for good.")
    the_one(file, "content-encoding", "Style sheet")


def look_at_sign_in(visitor):
    """The sign-in page; and a wrong password, which is refused as such: so the form's token and its origin came through."""
    page = visitor.ask("/accounts/login/")
    expect(page, 200, "Sign-in page")
    if not any(
        name == "set-cookie" and value.startswith("__Host-csrf=") and "Secure" in value for name, value in page.sent
    ):
        raise Wrong("The sign-in page sets no cookie for HTTPS.")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    sent = f"csrfmiddlewaretoken={token}&login=nobody%40example.gov.uk&password=not-this-one"
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{visitor.host}"}
    refused = visitor.ask("/accounts/login/", method="POST", body=sent, **headers)
    expect(refused, 200, "Wrong password")
    if "govuk-error-summary" not in refused.text:
        raise Wrong("A wrong password is not called wrong.")


def look_at_ways_in(visitor, inside):
    """http leads to https whatever a browser says; another name, health from outside and forms too large are refused."""
    for more in ({}, {"X_Forwarded_Proto": "https"}):
        plain = visitor.ask("/standards/?q=risk", port=80, **more)
        expect(plain, 301, "By http")
        if the_one(plain, "location", "By http") != f"https://{visitor.host}/standards/?q=risk":
            raise Wrong(f"By http: led to {plain.getheader('location')}.")
    expect(visitor.ask("/", X_Forwarded_Proto="http"), 200, "A browser that says it came by http")
    try:
        visitor.ask("/", host="other.example.gov.uk")
    except ssl.SSLError:
        pass
    else:
        raise Wrong("Another name was answered.")
    for path in ("/readyz", "/healthz"):
        expect(visitor.ask(path), 403, f"{path} from outside")
        expect(inside.ask(path), 200, f"{path} from inside")
    if not json.loads(inside.ask("/readyz").text)["ready"]:
        raise Wrong("It is not ready.")
    form = {"method": "POST", "Content_Type": "application/x-www-form-urlencoded"}
    expect(visitor.ask("/accounts/login/", body=b"a" * (3 * 1024 * 1024), **form), 413, "A form of 3 MB")
    if visitor.ask("/admin/login/", body=b"a" * (5 * 1024 * 1024), **form).status == 413:
        raise Wrong("A file of 5 MB does not reach the admin, which would say in words that it is too large.")
    expect(visitor.ask("/standards/contract-management/2.0/search/?q=" + "a" * 8000), 200, "A long search")


def look_at_absence(visitor):
    """The page of nginx when no gunicorn answers."""
    away = visitor.ask("/assessments/")
    expect(away, 503, "Without gunicorn")
    if "Sorry, the service is not there at the moment" not in away.text:
        raise Wrong("Without gunicorn: another page.")
    for name in ("retry-after", "content-security-policy", *ONCE):
        the_one(away, name, "Without gunicorn")
