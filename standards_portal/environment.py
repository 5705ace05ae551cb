"""Typed readers of the settings in the environment. Each stops the start, with advice, at what it cannot read."""

import os
import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# libpq's own, all on this side of the connection, so that a pooler has nothing against them: to connect takes no more than 5
# seconds, and a server whose machine or network is gone is noticed within 20 seconds, not after the two hours that TCP would wait.
# They do not help against a server that is there and says nothing: service/outages.py. The address may name others
# (?connect_timeout=2).
GIVE_UP_ON_A_DEAD_SERVER = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",
}


def env_text(name: str, default: str = "") -> str:
    """A setting as text, without the white space around it."""
    return os.environ.get(name, default).strip()


def env_flag(name: str, *, default: bool = False) -> bool:
    """A setting that is on (1, true, yes, on) or off (0, false, no, off); ``default`` if unset. All else stops the start."""
    value = env_text(name).lower() or str(default).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to 1 or 0.")


def env_port(name: str, default: int) -> int:
    """A setting that is a port, from 1 to 65535."""
    value = env_text(name, str(default))
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= 65535:
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a port from 1 to 65535, such as {default}.")


def env_database(name: str, default: str) -> dict:
    """A database address as Django's dictionary: ``sqlite:///file`` or ``postgres://user:password@host:port/name``."""
    try:
        address = urlsplit(env_text(name, default))
        port = str(address.port or "")
    except ValueError:
        # The message of the error would show the password.
        raise ImproperlyConfigured(
            f"{name} cannot be read. Write it as postgres://user:password@host:port/name, with %40 for @ in a password."
        ) from None
    if address.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(address.path.removeprefix("/")) or ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # What is deleted is overwritten: an erased text must not stay in a free page of the file.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    if address.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(address.path.removeprefix("/")),
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            "HOST": unquote(address.hostname or ""),
            "PORT": port,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": GIVE_UP_ON_A_DEAD_SERVER | dict(parse_qsl(address.query)),
        }
    raise ImproperlyConfigured(
        f"{name} names the database engine {address.scheme!r}. Begin it with sqlite:/// or postgres://."
    )


def env_number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """A setting that is a whole number of at least ``least`` and at most ``most``."""
    value = env_text(name, str(default))
    if value.isascii() and value.isdecimal() and len(value) < 12 and least <= int(value) <= most:
        return int(value)
    if most < 10**9:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number from {least} to {most}.")
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number of at least {least}, such as {default}.")


def env_list(name: str) -> list[str]:
    """A setting that is a list, its parts divided by commas or white space."""
    return env_text(name).replace(",", " ").split()


def env_period(name: str, default: str) -> tuple[int, str]:
    """A setting that is a stretch of time in days, months or years, such as "24 months", as number and unit ("month")."""
    value = env_text(name, default)
    found = re.fullmatch(r"([1-9][0-9]{0,3}) (day|month|year)s?", value)
    if found is None:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to days, months or years, such as {default}.")
    return int(found[1]), found[2]


def env_choice(name: str, choices: Iterable[str], default: str) -> str:
    """A setting that is one of a few words."""
    value = env_text(name) or default
    if value in choices:
        return value
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to one of: {', '.join(choices)}.")


def env_date(name: str) -> date | None:
    """A setting that is a day, such as 2026-11-22; None where it is not set."""
    value = env_text(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a day, such as 2026-11-22.") from None


def env_lines(name: str) -> tuple[str, ...]:
    """A setting that is a list of sentences, divided by semicolons."""
    return tuple(line.strip() for line in env_text(name).split(";") if line.strip())
