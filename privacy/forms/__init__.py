from .erasures import ErasureForm
from .holds import HoldForm
from .openings import LookUpForm, OpeningForm

__all__ = ["ErasureForm", "HoldForm", "LookUpForm", "OpeningForm"]
