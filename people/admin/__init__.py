"""People in Django's admin: one file per noun."""

from . import accounts, entrance, lines, notices

__all__ = ["accounts", "entrance", "lines", "notices"]
