"""What people answered."""

from .assessment import Assessment, Target
from .evidence import Evidence
from .rating import Rating
from .report import ReportFile

__all__ = ["Assessment", "Evidence", "Rating", "ReportFile", "Target"]
