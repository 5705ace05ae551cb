"""A name for the portal's own words and looks, so that a page kept by a browser is asked for anew after an update."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDERS = ("templates", "static", "standards", "govuk", "documents")
ENDINGS = {".html", ".css", ".js", ".py", ".svg", ".woff2"}
NAMES = ("PORTAL_ORGANISATION_NAME", "PORTAL_SERVICE_NAME", "PORTAL_CONTACT_EMAIL", "PORTAL_DEMO")


def release() -> str:
    """SHA-256 of the files and settings that public pages are drawn with; read once by a process that does not develop."""
    return _read(settings.BASE_DIR) if settings.DEBUG else _remembered(settings.BASE_DIR)


def _read(root: Path) -> str:
    hashed = hashlib.sha256(repr([getattr(settings, name) for name in NAMES]).encode())
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in ENDINGS:
                hashed.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return hashed.hexdigest()


_remembered = cache(_read)
