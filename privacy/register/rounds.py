"""Rounds, and all that hangs on them. A part of the register."""

from .records import Fate, Record, Way

_GONE, _SIGNED, _NAMELESS = Fate.DELETED, Fate.SIGNED, Fate.NAMELESS
_ROUND = "assessment__owner"
_BY_ME = ("kind", "at", "assessment")


def _of_round(model, title="", *ways, only="", **fields):
    return Record(model, (Way(_ROUND, _GONE, title, only), *ways), **fields)


ROUNDS = (
    _of_round(
        "assessments.Reading",
        "Who has seen your assessments",
        Way("reader", _SIGNED, "Assessments of others that you have seen", "readable", ("what", "at", "assessment")),
    ),
    _of_round("assessments.ReportFile", "Kept reports", others="digest", secrets="content"),
    _of_round(
        "privacy.BreakGlass",
        "Assessments that an administrator opened",
        Way(
            "opened_by",
            _SIGNED,
            "Assessments that you opened as an administrator",
            "of_others",
            ("reason", "opened_at", "assessment"),
        ),
        texts="reason",
    ),
    _of_round("assessments.CarryOver", "Assessments brought to another version"),
    Record("assessments.EarlierAnswer_evidence", (Way("earlieranswer__assessment__owner", _GONE),)),
    _of_round(
        "assessments.EarlierAnswer",
        "Answers kept from an earlier version",
        Way("rated_by", _SIGNED, "Ratings that you gave others under an earlier version", "readable"),
        only="reviewed_or_own",
        texts="reason note",
        lists="evidence",
    ),
    _of_round(
        "assessments.EarlierTarget", "Targets kept from an earlier version", only="reviewed_or_own", texts="reason"
    ),
    Record("assessments.Evidence_statements", (Way("evidence__assessment__owner", _GONE),)),
    _of_round("assessments.Evidence", "Work examples", texts="title text link", lists="statements"),
    _of_round(
        "assessments.Rating",
        "Answers and ratings",
        Way("rated_by", _SIGNED, "Ratings that you gave others", "readable"),
        only="reviewed_or_own",
        texts="reason note",
    ),
    _of_round("assessments.Target", "Targets", texts="reason"),
    _of_round("assessments.Summary", "What your shared assessments come to", others="missed"),
    _of_round("assessments.AgreedTarget", "Agreed targets", only="reviewed", texts="reason"),
    _of_round("assessments.AgreedGoal", "Agreed goals", texts="what measure aims"),
    _of_round(
        "assessments.Conversation",
        "Development conversations",
        Way(
            "changed_by",
            _SIGNED,
            "Conversations with others that you recorded",
            "readable",
            ("changed_at", "assessment"),
        ),
        texts="points disagreement",
        hidden="held_on points look_again_on changed_at changed_by",
    ),
    _of_round(
        "assessments.Event",
        "What happened to your assessments",
        Way("actor", _SIGNED, "What you did in assessments of others", "readable", _BY_ME),
    ),
    Record("assessments.GoalStatement", (Way("goal__owner", _GONE, "What your goals aim at"),)),
    Record(
        "assessments.GoalNote",
        (
            Way("goal__owner", _GONE, "Notes on your goals"),
            Way("by", _SIGNED, "Notes that you wrote on goals of others", "readable"),
        ),
        texts="text",
    ),
    Record("assessments.Goal", (Way("owner", _GONE, "Goals"),), texts="what measure outcome", kept="GOALS"),
    Record(
        "assessments.Assessment",
        (
            Way("owner", Fate.EMPTIED, "Assessments"),
            Way(
                "line_manager",
                _SIGNED,
                "Assessments that name you as line manager",
                "readable",
                ("owner", "state", "version", "shared_at", "reviewed_at", "agreed_at"),
            ),
        ),
        texts="return_reason check_code",
        kept="DRAFTS CLOSED AGREED",
    ),
    Record("assessments.CarryOverRun", kept="For good: counts only"),
)
