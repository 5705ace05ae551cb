"""What people answered."""

from .assessment import AgreedTarget, Assessment, Target
from .carrying import CarryOver, CarryOverRun, EarlierAnswer, EarlierTarget
from .conversation import Conversation
from .event import Event
from .evidence import Evidence
from .goal import AgreedGoal, Goal, GoalNote, GoalStatement
from .rating import Rating
from .reading import Reading
from .report import ReportFile
from .summary import Summary

__all__ = [
    "AgreedGoal",
    "AgreedTarget",
    "Assessment",
    "CarryOver",
    "CarryOverRun",
    "Conversation",
    "EarlierAnswer",
    "EarlierTarget",
    "Event",
    "Evidence",
    "Goal",
    "GoalNote",
    "GoalStatement",
    "Rating",
    "Reading",
    "ReportFile",
    "Summary",
    "Target",
]
