"""The site in deploy/nginx.conf: the portal's own limits, one proxy as TRUST_PROXY counts, and a page for when nobody answers."""

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.trial.visitor import ONCE

ROOT = Path(__file__).resolve().parents[2]
SITE = re.sub(r"^\s*#.*\n", "", (ROOT / "deploy/nginx.conf").read_text(), flags=re.MULTILINE)
AWAY = (ROOT / "deploy/away.html").read_text()
MIB = 1024 * 1024


def block(opening):
    """What stands between the braces of the first block that begins so."""
    begin = SITE.index(opening) + len(opening)
    depth, end = 1, SITE.index("{", begin) + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(SITE[end], 0)
        end += 1
    return SITE[begin:end]


def size(text):
    return int(re.search(r"client_max_body_size (\d+)m;", text)[1]) * MIB


def test_forms_are_refused_where_the_portal_refuses_them_and_not_before(settings):
    server = SITE[SITE.index("listen 443 ssl http2") : SITE.index("location / {")]
    assert size(server) == settings.DATA_UPLOAD_MAX_MEMORY_SIZE + MIB
    largest = settings.IMPORT_LIMITS["most_bytes"] + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert size(block("location /admin/")) == largest + MIB


def test_addresses_may_be_as_long_as_gunicorn_takes_them():
    limit = int(re.search(r"limit_request_line = (\d+)", (ROOT / "gunicorn.conf.py").read_text())[1])
    count, each = re.search(r"large_client_header_buffers (\d+) (\d+)k;", SITE).groups()
    assert int(each) * 1024 == limit + 2  # the end of the line
    assert int(count) >= 4


def test_what_people_send_goes_to_the_address_that_is_taken_first():
    listened = re.findall(r"^ListenStream=(.+)", (ROOT / "deploy/portal.socket").read_text(), re.MULTILINE)
    asked = [re.search(r"server (\S+);", block(f"upstream {name} "))[1] for name in ("portal", "portal_forms")]
    assert asked == listened
    assert block("map $request_method $portal ").split() == ["{", "default", "portal;", "POST", "portal_forms;", "}"]
    for place in ("/", "/admin/"):
        assert "proxy_pass http://$portal;" in block(f"location {place} ")


@pytest.mark.parametrize(
    "line",
    [
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Request-ID $request_id;",
        "proxy_set_header Host $host;",
        # A free process of gunicorn takes each request.
        "proxy_set_header Connection close;",
        'proxy_set_header Forwarded "";',
    ],
)
def test_what_the_portal_believes_is_set_here_once(line):
    assert SITE.count(line) == 1


def test_a_header_set_in_one_place_would_undo_all_the_others():
    """nginx drops every proxy_set_header from above where a location has one of its own."""
    server = SITE.index("listen 443 ssl http2")
    assert all("proxy_set_header" not in block(opening) for opening in re.findall(r"location [^{]*", SITE[server:]))


def test_health_is_for_those_inside():
    lines = [line.strip() for line in block("location ~ ^/(healthz|readyz)$").splitlines()]
    assert [line for line in lines if line.startswith(("allow", "deny"))] == [
        "allow 127.0.0.1;",
        "allow ::1;",
        "deny all;",
    ]


def test_the_page_for_when_nobody_answers_is_styled_within_its_policy():
    style = re.search(r"<style>(.*?)</style>", AWAY, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in block("location = /away.html")
    assert re.findall(r"(?:src|href)=\"([^\"]*)\"", AWAY) == ["/"]


def test_the_page_for_when_nobody_answers_says_what_the_portal_would():
    drawn = (ROOT / "templates/service/server_error.html").read_text()
    sentence = "What you saved before is as it was."
    assert sentence in AWAY
    assert sentence in drawn


def test_hsts_is_the_portals_own_and_on_nginxs_page_alone_besides():
    assert SITE.count("Strict-Transport-Security") == 1
    line = f'add_header Strict-Transport-Security "{ONCE["strict-transport-security"]}" always;'
    assert line in block("location = /away.html")


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_finds_no_fault_in_the_site(tmp_path):
    subprocess.run(
        ["sh", "-c", "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout key -out chain"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    site = SITE.replace("/etc/ssl/certs/portal.pem", f"{tmp_path}/chain").replace("/var/log/nginx", str(tmp_path))
    site = site.replace("/etc/ssl/private/portal.key", f"{tmp_path}/key")
    # Ports that anybody may have; a test of the configuration opens them.
    site = site.replace("listen 80", "listen 18080").replace("listen 443", "listen 18443")
    site = re.sub(r"^\s*listen \[.*\n", "", site, flags=re.MULTILINE)
    (tmp_path / "site").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ include {tmp_path}/site; }}"
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "log"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
