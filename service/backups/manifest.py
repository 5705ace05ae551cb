"""What a backup says of itself: enough to refuse a wrong one, and to see that what was restored is the same.

Beside the database lies ``manifest.json``. Of an encrypted backup it says when it was made, of which engine, and what its files
must be; all else (``Contents``) is encrypted too: the hash of a table with few rows tells whether somebody's guess is right.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from . import RestoreRefused

FORMAT = 1
NAME = "manifest.json"
CONTENTS = "contents.json"
_SALT = "service.backups.manifest"


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database at one moment.

    engine_version  such as "15.14"; ``release`` is the portal's own
    migrations      those applied, as "app.name", in order of the alphabet
    tables          rows and SHA-256 of each table's content, the same on a restored copy
    sequences       the last key that each gave out
    triggers        names of the triggers, which keep frozen rows frozen
    """

    engine_version: str
    migrations: list[str]
    tables: dict[str, dict]
    sequences: dict[str, int]
    triggers: list[str]
    release: str = ""

    @property
    def rows(self) -> int:
        return sum(each["rows"] for each in self.tables.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What lies outside the encryption. ``files`` maps each file's name to its size in bytes and its SHA-256.

    ``contents`` is None where it is one of the files, encrypted. ``taken_at`` is UTC, just before the moment that was backed up.
    """

    taken_at: str
    engine: str
    encrypted: bool
    files: dict[str, dict] = field(default_factory=dict)
    contents: Contents | None = None
    format: int = FORMAT

    @property
    def database_file(self) -> str:
        return next(name for name in self.files if not name.startswith(CONTENTS))

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(each["bytes"] for each in self.files.values())


def write_manifest(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``, with a hash of them and a seal that only who has ``SECRET_KEY`` can make."""
    told = asdict(manifest)
    return (
        json.dumps(told | {"sha256": _hash(told), "seal": _seals(told)[0]}, indent=1, sort_keys=True).encode() + b"\n"
    )


def read_manifest(folder: Path, *, other_key: bool = False) -> Manifest:
    """The manifest of the backup in ``folder``. Raises ``RestoreRefused`` for one that is missing, altered or unknown.

    Its seal is not asked for with ``other_key``.
    """
    try:
        told = json.loads((folder / NAME).read_bytes())
        found, seal = told.pop("sha256"), told.pop("seal")
    except OSError as missing:
        raise RestoreRefused(
            f"{folder} is no backup: it has no {NAME} that can be read ({missing.strerror})."
        ) from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise RestoreRefused(f"The {NAME} of this backup is damaged. Take another backup.") from None
    if told.get("format") != FORMAT:
        raise RestoreRefused(
            "This backup has a format that is not known here. Restore it with the release that made it."
        )
    if found != _hash(told):
        raise RestoreRefused(f"The {NAME} of this backup was altered. Take another backup.")
    if any(Path(name).name != name for name in told["files"]):
        raise RestoreRefused(f"The {NAME} of this backup names files elsewhere. Take another backup.")
    if not other_key and not any(constant_time_compare(seal, each) for each in _seals(told)):
        raise RestoreRefused(
            "This backup was made under another SECRET_KEY, or not by this portal. Set the SECRET_KEY of then, or name it in "
            "SECRET_KEY_FALLBACKS: without it nobody's second factor fits any more. If the key is lost and you are sure where the "
            "backup comes from, add --other-key."
        )
    contents = told.pop("contents")
    return Manifest(**told, contents=contents and Contents(**contents))


def write_contents(contents: Contents) -> bytes:
    return json.dumps(asdict(contents), sort_keys=True).encode()


def read_contents(data: bytes) -> Contents:
    return Contents(**json.loads(data))


def _canonical(told):
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _hash(told):
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


def _seals(told):
    """What the seal is under each key that counts, today's first."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(_SALT, _canonical(told), secret=key, algorithm="sha256").hexdigest() for key in keys]
