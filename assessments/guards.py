"""The triggers that keep an agreed or closed round as it was, and let a round change its state only as it may."""

from standards.guards import Guard, Steps

_ROUND = "SELECT state FROM assessments_assessment WHERE id = {row}.assessment_id"
_EVIDENCE = (
    "SELECT r.state FROM assessments_assessment r JOIN assessments_evidence e ON e.assessment_id = r.id "
    "WHERE e.id = {row}.evidence_id"
)
_EARLIER = (
    "SELECT r.state FROM assessments_assessment r JOIN assessments_earlieranswer e ON e.assessment_id = r.id "
    "WHERE e.id = {row}.earlieranswer_id"
)
_CONFIRMED = (
    "EXISTS (SELECT 1 FROM assessments_conversation c WHERE c.assessment_id = NEW.id "
    "AND c.owner_confirmed_at IS NOT NULL AND c.line_manager_confirmed_at IS NOT NULL)"
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
            "carried_from_id",
            "role_profile_id",
            "line_manager_id",
            "rates_first",
            "return_reason",
            "check_code",
            "state",
            "started_at",
            "changed_at",
            "shared_at",
            "acted_at",
            "reviewed_at",
            "agreed_at",
            "closed_at",
        ),
        is_root=True,
        exit_state="erased",
        # The round before may be erased by itself, when it is old.
        forgets=("previous_id",),
    ),
    Guard("assessments_target", _ROUND, _FROZEN, ("assessment_id", "area_id", "rank", "reason")),
    Guard(
        "assessments_rating",
        _ROUND,
        _FROZEN,
        (
            "assessment_id",
            "statement_id",
            "view",
            "rank",
            "not_relevant",
            "reason",
            "note",
            "revision",
            "rated_by_id",
            "about_revision",
            "given_under_id",
            "rated_at",
        ),
    ),
    Guard("assessments_summary", _ROUND, _FROZEN, ("assessment_id", "area_id", "level", "target", "missed")),
    Guard("assessments_agreedtarget", _ROUND, _FROZEN, ("assessment_id", "area_id", "rank", "reason")),
    Guard(
        "assessments_conversation",
        _ROUND,
        _FROZEN,
        (
            "assessment_id",
            "held_on",
            "points",
            "look_again_on",
            "disagreement",
            "revision",
            "changed_at",
            "changed_by_id",
            "owner_confirmed_at",
            "line_manager_confirmed_at",
        ),
    ),
    Guard("assessments_event", _ROUND, _FROZEN, ("assessment_id", "kind", "actor_id", "at")),
    # The goal that it was made from may go; what was agreed stays.
    Guard(
        "assessments_agreedgoal",
        _ROUND,
        _FROZEN,
        ("assessment_id", '"order"', "what", "measure", "kind", "due_on", "aims"),
    ),
    Guard(
        "assessments_evidence",
        _ROUND,
        _FROZEN,
        ("assessment_id", "title", "text", "link", "dated", "revision", "added_at"),
    ),
    Guard(
        "assessments_carryover",
        _ROUND,
        _FROZEN,
        (
            *("assessment_id", "from_version_id", "to_version_id"),
            *("carried", "asked_again", "proposed", "archived", "at"),
        ),
    ),
    Guard(
        "assessments_earlieranswer",
        _ROUND,
        _FROZEN,
        (
            *("assessment_id", "statement_id", "about_id", "outcome", "view", "rank", "not_relevant", "reason", "note"),
            *("rated_by_id", "rated_at"),
        ),
    ),
    Guard("assessments_earlieranswer_evidence", _EARLIER, _FROZEN, ("earlieranswer_id", "evidence_id")),
    Guard("assessments_earliertarget", _ROUND, _FROZEN, ("assessment_id", "area_id", "view", "rank", "reason")),
    Guard("assessments_evidence_statements", _EVIDENCE, _FROZEN, ("evidence_id", "statement_id")),
)

STEPS = (
    Steps(
        "assessments_assessment",
        "draft",
        (
            *(
                ("draft", "shared"),
                ("draft", "closed"),
                ("shared", "draft"),
                ("shared", "agreed"),
                ("shared", "closed"),
            ),
            *(("agreed", "erased"), ("closed", "erased")),
        ),
        (("agreed", _CONFIRMED),),
    ),
)
