"""What is checked before the portal starts, beside Django's own checks and the settings themselves."""

from importlib.util import find_spec

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

# Of these each process has one of its own, or none.
UNSHARED_CACHES = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)


@register()
def cache_is_shared(app_configs, **kwargs):
    """In production each worker would count tries for itself in a cache of its own, and several would let several times as many."""
    if not settings.PORTAL_PRODUCTION or settings.CACHES["default"]["BACKEND"] not in UNSHARED_CACHES:
        return []
    return [
        Error(
            "The cache is not shared between workers, so that limits on tries do not hold.",
            hint="Leave CACHES in standards_portal/settings.py as it is, or name a cache that all workers share.",
            id="service.E002",
        )
    ]


@register()
def psycopg_3_is_absent(app_configs, **kwargs):
    """Django silently prefers psycopg 3 where it is installed; the portal is built and tested on psycopg2."""
    if find_spec("psycopg") is None:
        return []
    return [
        Error(
            "psycopg 3 is installed, and Django prefers it to psycopg2.",
            hint="Remove it: pip uninstall psycopg psycopg-binary psycopg-c",
            id="service.E001",
        )
    ]


@register(Tags.security, deploy=True)
def privacy_notice_is_whole(app_configs, **kwargs):
    """The law asks whoever collects personal data to name these (UK GDPR, Article 13); the notice says that nobody has."""
    notice = settings.PORTAL_PRIVACY
    asked = {"PORTAL_DATA_PROTECTION_OFFICER": notice.officer, "PORTAL_HOSTING": notice.hosting}
    missing = [name for name, value in asked.items() if not value]
    if not missing:
        return []
    return [
        Warning(
            f"The privacy notice has gaps: {', '.join(missing)} not set.",
            hint="Set them in the words that people are to read on the page (.env.example).",
            id="service.W001",
        )
    ]
