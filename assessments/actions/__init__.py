"""Every change of state of a round, and every write that touches more than one row.

Each action claims the round first (``claims``): the lock that makes two windows take turns.
"""

from .carry_runs import run_batch, start_again, start_run
from .carrying import carry_over, take_proposals, way_between
from .conversing import Recorded, confirm_conversation, record_conversation, save_agreed, set_agreed_targets, touch
from .erasing import close_for_erasure, erase_rounds
from .evidence import delete_evidence, save_evidence
from .goals import Planned, add_goal_note, add_goal_outcome, drop_goal, finish_goal, reopen_goal, save_goal
from .next_rounds import start_next_assessment, still_true
from .ratings import Saved, save_ratings
from .readings import note_reading, note_readings
from .refusals import (
    AlreadyConfirmed,
    AlreadyOpen,
    ChangedElsewhere,
    LevelsHidden,
    NoDay,
    NoLineManager,
    NotAskable,
    NotOpen,
    NotStopped,
    Unfinished,
)
from .reminders import remind_of_goals, remind_of_versions, remind_of_years, tell_of_publication, tell_of_retirement
from .report_files import keep_report_file, make_report_files, sweep_report_files
from .reviewing import Reviewed, agree_with_rest, finish_review, save_review
from .rounds import choose_role, delete_assessment, start_assessment
from .sharing import (
    close_assessment,
    hand_over_assessment,
    return_assessment,
    share_assessment,
    withdraw_assessment,
)
from .targets import set_targets

__all__ = [
    "AlreadyConfirmed",
    "AlreadyOpen",
    "ChangedElsewhere",
    "LevelsHidden",
    "NoDay",
    "NoLineManager",
    "NotAskable",
    "NotOpen",
    "NotStopped",
    "Planned",
    "Recorded",
    "Reviewed",
    "Saved",
    "Unfinished",
    "add_goal_note",
    "add_goal_outcome",
    "agree_with_rest",
    "carry_over",
    "choose_role",
    "close_assessment",
    "close_for_erasure",
    "confirm_conversation",
    "delete_assessment",
    "delete_evidence",
    "drop_goal",
    "erase_rounds",
    "finish_goal",
    "finish_review",
    "hand_over_assessment",
    "keep_report_file",
    "make_report_files",
    "note_reading",
    "note_readings",
    "record_conversation",
    "remind_of_goals",
    "remind_of_versions",
    "remind_of_years",
    "reopen_goal",
    "return_assessment",
    "run_batch",
    "save_agreed",
    "save_evidence",
    "save_goal",
    "save_ratings",
    "save_review",
    "set_agreed_targets",
    "set_targets",
    "share_assessment",
    "start_again",
    "start_assessment",
    "start_next_assessment",
    "start_run",
    "still_true",
    "sweep_report_files",
    "take_proposals",
    "tell_of_publication",
    "tell_of_retirement",
    "touch",
    "way_between",
    "withdraw_assessment",
]
