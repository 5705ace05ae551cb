"""People in Django's admin: one file per noun."""

from . import accounts, analysts, entrance, lines, notices, organisations

__all__ = ["accounts", "analysts", "entrance", "lines", "notices", "organisations"]
