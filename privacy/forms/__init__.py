from .openings import LookUpForm, OpeningForm

__all__ = ["LookUpForm", "OpeningForm"]
