"""What is kept about keeping: erasures, legal holds, and rounds that an administrator opened."""

from .break_glass import BreakGlass
from .erasure import Erasure, LegalHold

__all__ = ["BreakGlass", "Erasure", "LegalHold"]
