"""What people type, checked and turned into plain values."""

from .conversation import AgreedForm, AgreedTargetForm, ConfirmForm, RecordForm
from .evidence import EvidenceForm
from .framework import FrameworkForm
from .goal import GoalDropForm, GoalFinishForm, GoalForm, GoalNoteForm, GoalOutcomeForm
from .rating import RatingForm
from .readers_note import ReadersNoteForm
from .report import CheckCodeForm
from .review import ReviewForm
from .role import RoleForm
from .sharing import ReturnForm, SeenForm, ShareForm
from .target import TargetForm

__all__ = [
    "AgreedForm",
    "AgreedTargetForm",
    "CheckCodeForm",
    "ConfirmForm",
    "EvidenceForm",
    "FrameworkForm",
    "GoalDropForm",
    "GoalFinishForm",
    "GoalForm",
    "GoalNoteForm",
    "GoalOutcomeForm",
    "RatingForm",
    "ReadersNoteForm",
    "RecordForm",
    "ReturnForm",
    "ReviewForm",
    "RoleForm",
    "SeenForm",
    "ShareForm",
    "TargetForm",
]
