"""The portal's settings as the tests run them: development's, whatever the environment of whoever runs them holds.

Only ``DATABASE_URL`` is taken from outside: ``script/test`` runs the suite on SQLite and on PostgreSQL with it.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for name in list(os.environ):
    if name.startswith(
        ("ERASURE_", "KEEP_", "PORTAL_", "EMAIL_", "SECRET_", "SESSION_", "TRUST_", "OIDC_", "SENTRY_", "OTEL_")
    ):
        del os.environ[name]
os.environ["DEBUG"] = "1"

from standards_portal.settings import *  # noqa: E402, F403
from standards_portal.settings import DATABASES  # noqa: E402

folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
atexit.register(shutil.rmtree, folder, ignore_errors=True)

# Nothing is collected for the tests, and the server for static files wants a folder to look in.
STATIC_ROOT = folder

if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, as in production: the browser tests' server answers in threads, which one database in memory cannot serve.
    DATABASES["default"]["TEST"] = {"NAME": str(folder / "test.sqlite3")}
else:
    # A connection that outlives its request would keep the test database from being dropped.
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Slow on purpose in production, and of no interest here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
