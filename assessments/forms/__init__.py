"""What people type, checked and turned into plain values."""

from .evidence import EvidenceForm
from .rating import RatingForm
from .role import RoleForm
from .target import TargetForm

__all__ = ["EvidenceForm", "RatingForm", "RoleForm", "TargetForm"]
