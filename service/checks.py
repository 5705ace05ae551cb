"""What is checked before the portal starts, beside Django's own checks and the settings themselves."""

from importlib.util import find_spec

from django.core.checks import Error, register


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
