"""Settings of the portal, all read from the environment in this one file.

Three ways to run: development (``DEBUG=1``), the demo (``PORTAL_DEMO=1``, which ``script/demo`` sets) and production (neither).
Production fails closed: a setting that is missing or weak stops the start with advice (``docs/operations.md``).
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from people.single_sign_on import allowed_domains, providers_in
from service.logging import configuration

from .engines import read_backups, read_databases, read_queue
from .environment import env_flag, env_list, env_number, env_period, env_port, env_text
from .statements import read_accessibility_statement, read_privacy_notice
from .watching import read_watching

BASE_DIR = Path(__file__).resolve().parent.parent


# How the portal runs

DEBUG = env_flag("DEBUG")
PORTAL_DEMO = env_flag("PORTAL_DEMO")
PORTAL_PRODUCTION = not DEBUG and not PORTAL_DEMO
PORTAL_ORGANISATION_NAME = env_text("PORTAL_ORGANISATION_NAME", "Example Department")
PORTAL_SERVICE_NAME = env_text("PORTAL_SERVICE_NAME", "Contract management self-assessment")
PORTAL_CONTACT_EMAIL = env_text("PORTAL_CONTACT_EMAIL")
# What the privacy notice and the accessibility statement say of whoever runs it.
PORTAL_PRIVACY = read_privacy_notice(organisation=PORTAL_ORGANISATION_NAME, contact=PORTAL_CONTACT_EMAIL)
PORTAL_ACCESSIBILITY = read_accessibility_statement(contact=PORTAL_CONTACT_EMAIL)

PORTAL_ORIGIN = env_text("PORTAL_ORIGIN").lower().rstrip("/")
if PORTAL_DEMO and (PORTAL_ORIGIN.startswith("https:") or env_text("SECRET_KEY")):
    raise ImproperlyConfigured(
        "PORTAL_DEMO=1 opens made-up accounts to anyone and cannot run beside production settings "
        "(SECRET_KEY, PORTAL_ORIGIN). Unset PORTAL_DEMO, or unset those."
    )
if DEBUG and PORTAL_ORIGIN.startswith("https:"):
    raise ImproperlyConfigured(
        "DEBUG=1 shows the portal's insides to anyone and cannot run at an https PORTAL_ORIGIN. "
        "Unset DEBUG, or unset PORTAL_ORIGIN."
    )

SECRET_KEY = env_text("SECRET_KEY")
if PORTAL_DEMO:
    SECRET_KEY = env_text("PORTAL_DEMO_SECRET_KEY")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "for-development-only-never-serve-people-with-this-key"  # noqa: S105 only with DEBUG
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    name = "PORTAL_DEMO_SECRET_KEY" if PORTAL_DEMO else "SECRET_KEY"
    raise ImproperlyConfigured(
        f"{name} is missing or shorter than 50 characters. Make one with: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
# Keys of before: what they sealed and signed is still read.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
if PORTAL_PRODUCTION:
    if not re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]{1,5})?", PORTAL_ORIGIN):
        raise ImproperlyConfigured(
            "PORTAL_ORIGIN is missing, not https, or more than an origin. Set it to the address that people open, "
            "such as https://standards.example.gov.uk"
        )
    ALLOWED_HOSTS = [urlsplit(PORTAL_ORIGIN).hostname]
    CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", PORTAL_CONTACT_EMAIL):
        raise ImproperlyConfigured(
            "PORTAL_CONTACT_EMAIL is missing or not an address. "
            "Set it to the address that people may write to for help; pages show it."
        )
elif not PORTAL_ORIGIN:
    PORTAL_ORIGIN = "http://127.0.0.1:8000"

# What is in it

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "simple_history",
    "govuk",
    "documents",
    "people",
    "standards",
    "assessments",
    "insights",
    "privacy",
    "service",
]

PORTAL_WATCHING = read_watching()
MIDDLEWARE = [
    "service.health.answered_health",
    *PORTAL_WATCHING.middleware,
    "service.middleware.identified_requests",
    "service.middleware.guarded_responses",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "service.middleware.answered_outages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "service.middleware.readable_requests",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.sessions.lasting_sessions",
    "service.middleware.held_posts",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "people.local_passwords.closed_pages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "people.middleware.proof_again",
    "people.middleware.second_factor",
    "people.middleware.unsent_mail",
    "service.middleware.private_pages",
    "assessments.middleware.readings",
]

ROOT_URLCONF = "standards_portal.urls"
WSGI_APPLICATION = "standards_portal.wsgi.application"

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "service.context_processors.portal",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "govuk.environment.environment", "context_processors": CONTEXT_PROCESSORS},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"

# Where it is kept

DATABASES = read_databases(BASE_DIR / "var" / "portal.sqlite3")
# Of a copy that PostgreSQL keeps, the figures of organisations are read and nothing else.
FIGURES_DATABASE = "replica" if "replica" in DATABASES else "default"
PORTAL_BACKUPS = read_backups()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# What counts tries has to be the same for all workers: in the database, in a table that a migration of service makes.
CACHES = {
    "default": {
        "BACKEND": "service.shared_cache.SharedCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
    if PORTAL_PRODUCTION
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CACHES["default"]["KEY_FUNCTION"] = "service.cache_keys.keyed"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Who may come in

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["people.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "assessment-list"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PORTAL_PRODUCTION else "http"
ACCOUNT_PREVENT_ENUMERATION = True
# Before something that matters people prove again who they are, unless they did in the last so many seconds.
PROOF_LASTS = ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Whoever may enter the admin needs more than a password. One of these providers asks for more itself.
SECOND_FACTOR_REQUIRED = PORTAL_PRODUCTION
SECOND_FACTOR_PROVIDERS = env_list("SECOND_FACTOR_PROVIDERS")
MFA_ADAPTER = "people.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Nobody signs in with an address that is not confirmed, and one that somebody wants to change to is not theirs (people.addresses).
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PORTAL_PRODUCTION
MFA_FORMS = {
    "authenticate": "people.forms.AuthenticateForm",
    "authenticate_webauthn": "people.forms.PasskeyForm",
    "reauthenticate": "people.forms.CodeAgainForm",
    "reauthenticate_webauthn": "people.forms.PasskeyAgainForm",
    "login_webauthn": "people.forms.PasskeySignInForm",
    "activate_totp": "people.forms.ActivateAppForm",
    "deactivate_totp": "people.forms.DeactivateAppForm",
    "generate_recovery_codes": "people.forms.GenerateCodesForm",
    "add_webauthn": "people.forms.AddPasskeyForm",
    "edit_webauthn": "people.forms.EditPasskeyForm",
}
# Who else may say who somebody is (docs/single-sign-on.md), where addresses must be, and whether passwords work beside that.
SIGN_ON_PROVIDERS = providers_in(os.environ, http_allowed=DEBUG)
PORTAL_EMAIL_DOMAINS = allowed_domains(env_list("PORTAL_EMAIL_DOMAINS"))
PORTAL_LOCAL_PASSWORDS = env_flag("PORTAL_LOCAL_PASSWORDS", default=True)
if not (SIGN_ON_PROVIDERS or PORTAL_LOCAL_PASSWORDS):
    raise ImproperlyConfigured(
        "PORTAL_LOCAL_PASSWORDS=0 leaves nobody a way in. Name a provider in OIDC_PROVIDERS first."
    )
SOCIALACCOUNT_ADAPTER = "people.openid.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "people.openid.provider.OpenIDProvider"}}
SOCIALACCOUNT_FORMS = {
    "signup": "people.forms.sign_on.SocialSignupForm",
    "disconnect": "people.forms.sign_on.DisconnectForm",
}
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
# Beside the exact limit of each account (people.models.PasswordTry), for which the first of allauth's own makes room.
# A department comes from a few addresses, so that what is counted for each has room for all of its people on a Monday.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "120/m/ip,10/5m/key",
    "signup": "120/m/ip",
    "reset_password": "120/m/ip,5/m/key",
    "reset_password_from_key": "120/m/ip",
}
ACCOUNT_FORMS = {
    "login": "people.forms.LoginForm",
    "signup": "people.forms.SignupForm",
    "add_email": "people.forms.AddEmailForm",
    "change_password": "people.forms.ChangePasswordForm",
    "set_password": "people.forms.SetPasswordForm",
    "reset_password": "people.forms.ResetPasswordForm",
    "reset_password_from_key": "people.forms.ResetPasswordKeyForm",
    "reauthenticate": "people.forms.ReauthenticateForm",
}

# What browsers are told

SESSION_ENGINE = "people.sessions"
SESSION_IDLE = timedelta(minutes=env_number("SESSION_IDLE_MINUTES", 60, least=5, most=8 * 60))
SESSION_LASTS = timedelta(hours=env_number("SESSION_HOURS", 12, least=1, most=24))
SESSION_COOKIE_AGE = int(SESSION_LASTS.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PORTAL_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PORTAL_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PORTAL_PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "service.views.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PORTAL_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PORTAL_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of its own stand before the portal: only what they wrote into X-Forwarded-For counts.
TRUST_PROXY = ALLAUTH_TRUSTED_PROXY_COUNT = env_number("TRUST_PROXY", 0, most=5)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# What editors may upload. Standards of 66 statements are a workbook of 53 KB that unpacks to 0.2 MB, with 1,700 cells in 6,900
# elements, or a CASE package of 0.6 MB. Larger ones have room in this, and a hostile file is refused before it costs much.
FILE_UPLOAD_HANDLERS = [
    "service.uploads.CutOff",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
IMPORT_LIMITS = {
    "most_bytes": 4 * 1024 * 1024,
    "most_unpacked": 8 * 1024 * 1024,
    "most_sheets": 50,
    "most_rows": 2_000,
    "most_columns": 200,
    "most_cells": 30_000,
    "most_elements": 120_000,
    "most_characters": 4_000_000,
}

# Whom the standards tell what happened to a version, and whom they ask what it means for people (standards.follower).
STANDARDS_FOLLOWER = "assessments.editions"

# How long it is kept

# Between asking to be erased and being erased, so that somebody can change their mind.
ERASURE_DELAY_DAYS = env_number("ERASURE_DELAY_DAYS", 14, most=90)
# From when each is counted: privacy.retention. KEEP_DRAFTS="12 months" in the environment is another period for drafts.
KEEP = {
    kind: env_period(f"KEEP_{kind}", default)
    for kind, default in {
        "DRAFTS": "24 months",
        "CLOSED": "24 months",
        "AGREED": "7 years",
        "GOALS": "7 years",
        "NOTICES": "12 months",
        "INVITATIONS": "3 months",
        "LINES": "24 months",
        "PASSWORD_TRIES": "1 day",
        "ACCOUNTS": "36 months",
        "UNCONFIRMED": "1 month",
        "ADMIN_LOG": "24 months",
        "HOLDS": "7 years",
        "ERASURES": "7 years",
    }.items()
}

# What analysts see (docs/decisions/disclosure-control.md): what counts are multiples of, and how many people changed since.
PORTAL_FIGURES_BASE = env_number("PORTAL_FIGURES_BASE", 5, least=5, most=100)
PORTAL_FIGURES_CHANGED = env_number("PORTAL_FIGURES_CHANGED", 10, least=10, most=1000)

# What it sends, and what it writes down

# What is not part of an answer is done by the worker. Its tasks are written with what causes them, or swept up soon after.
# Without django_rq as an app: its pages in the admin load what stands in Redis with pickle.
TASKS, RQ_QUEUES = read_queue()

EMAIL_BACKEND = "people.post.EmailBackend" if PORTAL_PRODUCTION else "django.core.mail.backends.console.EmailBackend"
# Far shorter than the time after which a notice that is being sent counts as cut off.
EMAIL_TIMEOUT = 30
EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
EMAIL_PORT = env_port("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = PORTAL_CONTACT_EMAIL or "portal@localhost"

LOGGING = configuration(debug=DEBUG, demo=PORTAL_DEMO)
if not DEBUG:
    DEFAULT_EXCEPTION_REPORTER = "service.error_reports.DiscreetReporter"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True
