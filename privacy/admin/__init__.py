"""What privacy keeps, in Django's admin: one file per noun."""

from . import holds, openings

__all__ = ["holds", "openings"]
