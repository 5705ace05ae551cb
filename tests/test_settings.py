"""The portal starts with good settings only; a start that is stopped names the setting and how to mend it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[1]
KEY = "k7Qm-w2ZrT9_pLx4VbN8sYc1HfJd6GtRa3UeKo5iWqMzXvBnCy"
PRODUCTION = {
    "SECRET_KEY": KEY,
    "PORTAL_ORIGIN": "https://standards.example.gov.uk",
    "PORTAL_CONTACT_EMAIL": "help@example.gov.uk",
    "PORTAL_ORGANISATION_NAME": "Department for Examples",
    "PORTAL_DATA_PROTECTION_OFFICER": "The data protection officer, dpo@example.gov.uk",
    "PORTAL_HOSTING": "A company in the United Kingdom",
}
DEMO = {"PORTAL_DEMO": "1", "PORTAL_DEMO_SECRET_KEY": KEY}


def manage(*arguments, **environment):
    """Run manage.py with these settings and no others; returns its status and what it wrote."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-Wignore", ROOT / "manage.py", *arguments],
        env=kept | environment | {"PYTHONUTF8": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def stopped_by(**environment):
    """What stops a start with these settings, read in a process of its own; fails when nothing does."""
    code = "import standards_portal.settings as s; print('started', s.DEBUG, s.PORTAL_DEMO)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stdout
    return done.stderr.splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def test_production_settings_pass_djangos_own_deployment_check():
    status, written = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert written.strip() == "System check identified no issues (0 silenced)."
    assert status == 0


@pytest.mark.parametrize("name", ["PORTAL_DATA_PROTECTION_OFFICER", "PORTAL_HOSTING"])
def test_a_gap_in_the_privacy_notice_is_found_before_people_read_it(name):
    status, written = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | {name: ""})
    assert f"The privacy notice has gaps: {name} not set." in written
    assert status == 1


def test_production_cookies_stay_with_the_portal_and_out_of_reach_of_scripts():
    names = [f"{kind}_COOKIE_{rest}" for kind in ("SESSION", "CSRF") for rest in ("NAME", "SECURE", "HTTPONLY")]
    code = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    status, written = manage("shell", "--no-imports", "-c", code, **PRODUCTION)
    assert written.split() == ["__Host-session", "True", "True", "__Host-csrf", "True", "True"]
    assert status == 0


# The check of a deployment starts with production's.
@pytest.mark.parametrize("environment", [DEMO, {"DEBUG": "1"}])
def test_each_way_to_run_starts(environment):
    assert manage("check", **environment)[0] == 0


@pytest.mark.parametrize(
    ("change", "setting", "mend"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY", "secrets.token_urlsafe(50)"),
        ({"SECRET_KEY": "too-short"}, "SECRET_KEY", "secrets.token_urlsafe(50)"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY", "secrets.token_urlsafe(50)"),
        ({"PORTAL_ORIGIN": ""}, "PORTAL_ORIGIN", "such as https://standards.example.gov.uk"),
        ({"PORTAL_ORIGIN": "http://standards.example.gov.uk"}, "PORTAL_ORIGIN", "such as https://"),
        ({"PORTAL_ORIGIN": "https://"}, "PORTAL_ORIGIN", "such as https://"),
        ({"PORTAL_ORIGIN": "https://*"}, "PORTAL_ORIGIN", "such as https://"),
        ({"PORTAL_ORIGIN": "https://standards.example.gov.uk/portal"}, "PORTAL_ORIGIN", "such as https://"),
        ({"PORTAL_CONTACT_EMAIL": ""}, "PORTAL_CONTACT_EMAIL", "write to for help"),
        ({"PORTAL_CONTACT_EMAIL": "the helpdesk"}, "PORTAL_CONTACT_EMAIL", "write to for help"),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT", "such as 25"),
        ({"EMAIL_USE_TLS": "maybe"}, "EMAIL_USE_TLS", "Set it to 1 or 0"),
        ({"SESSION_IDLE_MINUTES": "4"}, "SESSION_IDLE_MINUTES", "from 5 to 480"),
        ({"SESSION_HOURS": "25"}, "SESSION_HOURS", "from 1 to 24"),
        ({"TRUST_PROXY": "yes"}, "TRUST_PROXY", "from 0 to 5"),
        ({"DEBUG": "perhaps"}, "DEBUG", "Set it to 1 or 0"),
        ({"PORTAL_ACCESSIBILITY_STATUS": "mostly"}, "PORTAL_ACCESSIBILITY_STATUS", "fully, partially, not"),
        ({"PORTAL_PRIVACY_REVIEWED": "last week"}, "PORTAL_PRIVACY_REVIEWED", "such as 2026-11-22"),
        ({"DEBUG": "1"}, "DEBUG", "Unset DEBUG"),
        ({"PORTAL_DEMO": "1"}, "PORTAL_DEMO", "Unset PORTAL_DEMO"),
        ({"PORTAL_DEMO": "1", "SECRET_KEY": ""}, "PORTAL_DEMO", "Unset PORTAL_DEMO"),
        ({"PORTAL_DEMO": "1", "PORTAL_ORIGIN": ""}, "PORTAL_DEMO", "Unset PORTAL_DEMO"),
        ({"PORTAL_LOCAL_PASSWORDS": "0"}, "PORTAL_LOCAL_PASSWORDS", "Name a provider in OIDC_PROVIDERS"),
        ({"OIDC_PROVIDERS": "work"}, "OIDC_WORK_NAME", "Set it to what people call their account"),
        (
            {"DATABASE_URL": "mysql://portal@localhost/portal"},
            "DATABASE_URL",
            "Begin it with sqlite:/// or postgres://",
        ),
        (
            {"DATABASE_URL": "postgres://portal:hunter2@localhost:port/portal"},
            "DATABASE_URL",
            "Write it as postgres://",
        ),
        ({"DATABASE_POOLER": "session"}, "DATABASE_POOLER", "one of: none, transaction"),
        ({"DATABASE_REPLICA_URL": "postgres://portal:hunter2@copy/portal"}, "DATABASE_REPLICA_URL", "Begin both with"),
        ({"PORTAL_QUEUE": "rabbit"}, "PORTAL_QUEUE", "one of: database, redis"),
        ({"PORTAL_QUEUE": "redis"}, "PORTAL_QUEUE", "such as redis://127.0.0.1:6379/0"),
        ({"PORTAL_QUEUE": "redis", "REDIS_URL": "https://:hunter2@x"}, "PORTAL_QUEUE", "such as redis://"),
    ],
)
def test_a_missing_or_weak_production_setting_stops_the_start(change, setting, mend):
    reason = stopped_by(**PRODUCTION | change)
    assert reason.startswith(setting)
    assert mend in reason
    assert KEY not in reason
    assert "hunter2" not in reason


def test_the_demo_needs_a_key_of_its_own():
    assert stopped_by(PORTAL_DEMO="1").startswith("PORTAL_DEMO_SECRET_KEY is missing")


def test_the_example_names_every_setting_and_no_other():
    read = "".join(path.read_text() for path in (ROOT / "standards_portal").glob("*.py"))
    names = set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', read)) | {f"KEEP_{kind}" for kind in settings.KEEP}
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == names - {"PORTAL_DEMO_SECRET_KEY"} | {"OIDC_PROVIDERS"}
