"""The portal's settings as ``tests.servers`` serves them: the demo's, in a process and with a database of their own."""

import os

from people.single_sign_on import SignOnProvider
from service.logging import configuration
from standards_portal.settings import *  # noqa: F403
from standards_portal.settings import DATABASES, MIDDLEWARE, STORAGES

# Named by content as in production; compressing every file takes seconds.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
STATIC_ROOT = os.environ["PORTAL_TESTS_STATIC"]

# Many people sign in from one address within a minute.
ACCOUNT_RATE_LIMITS = False

# Tests of the worker have a mail server of their own.
if "EMAIL_PORT" in os.environ:
    EMAIL_BACKEND = "people.post.EmailBackend"

# A provider of single sign-on on this machine, which no other settings would speak to without encryption.
if "TESTS_ISSUER" in os.environ:
    SIGN_ON_PROVIDERS = (
        SignOnProvider("real", "Real account", os.environ["TESTS_ISSUER"], "portal", "a secret of the tests alone"),
    )

# Slow on purpose in production, and of no interest here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Faults planted to see whether the tests find them. A portal that stays cold prepares no PDF, which takes each process a second.
_planted = os.environ.get("PORTAL_TESTS_PLANT", "").split()
if "cold" in _planted:
    from documents import pdf

    pdf.warm = lambda: None
if "impatient" in _planted and "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] |= {"timeout": 0.05}
if "impatient" in _planted:
    from service import outages

    outages.PATIENCE = outages.PATIENCE_TO_CONNECT = 2
    outages.PATIENCE_IN_AN_OUTAGE = 0.5
if "strict" in _planted:
    ACCOUNT_RATE_LIMITS = {"reset_password": "1/h/ip"}
if "counted" in _planted:
    PASSWORD_HASHERS = ["tests.guesses.CountedHasher"]
if "forgetful" in _planted:
    PASSWORD_HASHERS = ["tests.guesses.ForgetfulHasher"]
if "blind" in _planted:
    from tests import blind

    blind.ignore_revisions()
if "breaking" in _planted:
    # E-mails, which the demo prints, go nowhere, and the line of each request is written.
    LOGGING = configuration(debug=False, demo=False)
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    MIDDLEWARE = [*MIDDLEWARE, "tests.planted.breaking"]
