"""People in Django's admin: one file per noun."""

from . import accounts, lines, notices

__all__ = ["accounts", "lines", "notices"]
