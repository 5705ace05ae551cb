"""The triggers that keep an agreed or closed round as it was (``standards.guards``)."""

from standards.guards import Guard

_ROUND = "SELECT state FROM assessments_assessment WHERE id = {row}.assessment_id"
_EVIDENCE = (
    "SELECT r.state FROM assessments_assessment r JOIN assessments_evidence e ON e.assessment_id = r.id "
    "WHERE e.id = {row}.evidence_id"
)
_FROZEN = ("agreed", "closed")

GUARDS = (
    Guard(
        "assessments_assessment",
        "{row}.state",
        _FROZEN,
        (
            "owner_id",
            "framework_id",
            "version_id",
            "role_profile_id",
            "state",
            "started_at",
            "changed_at",
            "shared_at",
            "agreed_at",
            "closed_at",
        ),
        is_root=True,
    ),
    Guard("assessments_target", _ROUND, _FROZEN, ("assessment_id", "area_id", "rank", "reason")),
    Guard(
        "assessments_rating",
        _ROUND,
        _FROZEN,
        ("assessment_id", "statement_id", "view", "rank", "not_relevant", "reason", "note", "revision", "rated_at"),
    ),
    Guard(
        "assessments_evidence",
        _ROUND,
        _FROZEN,
        ("assessment_id", "title", "text", "link", "dated", "revision", "added_at"),
    ),
    Guard("assessments_evidence_statements", _EVIDENCE, _FROZEN, ("evidence_id", "statement_id")),
)
