from django.urls import include, path, register_converter

from .views import (
    agreed,
    areas,
    assessments,
    carrying,
    comparisons,
    conversations,
    evidence,
    goals,
    plans,
    ratings,
    readers_notes,
    reports,
    reviews,
    sharing,
    starts,
    targets,
)


class AreaCodeConverter:
    """An area's code, such as B4: letters and digits, so that nothing odd reaches a query."""

    regex = "[A-Za-z0-9]{1,10}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(AreaCodeConverter, "area")

# The pages of one round. They stand under its key, so that finding one compares that once.
round_patterns = [
    path("", assessments.assessment_detail, name="assessment-detail"),
    path("role/", assessments.assessment_role, name="assessment-role"),
    path("targets/", targets.target_edit, name="target-edit"),
    path("rate/<area:area_code>/", ratings.rating_edit, name="rating-edit"),
    path("rate/<area:area_code>/save/", ratings.rating_save, name="rating-save"),
    path("rate/<area:area_code>/tell/", readers_notes.readers_note_edit, name="readers-note-edit"),
    path("check/", ratings.assessment_check, name="assessment-check"),
    path("standards/<area:area_code>/", areas.assessment_area, name="assessment-area"),
    path("evidence/", evidence.evidence_list, name="evidence-list"),
    path("evidence/new/", evidence.evidence_create, name="evidence-create"),
    path("evidence/<int:evidence_id>/", evidence.evidence_edit, name="evidence-edit"),
    path("evidence/<int:evidence_id>/delete/", evidence.evidence_delete, name="evidence-delete"),
    path("report/", reports.report_detail, name="report-detail"),
    path("report.pdf", reports.report_pdf, name="report-pdf"),
    path("report.xlsx", reports.report_excel, name="report-excel"),
    path("share/", sharing.assessment_share, name="assessment-share"),
    path("withdraw/", sharing.assessment_withdraw, name="assessment-withdraw"),
    path("return/", sharing.assessment_return, name="assessment-return"),
    path("hand-over/", sharing.assessment_hand_over, name="assessment-hand-over"),
    path("review/", reviews.review_detail, name="review-detail"),
    path("review/agree/", reviews.review_agree, name="review-agree"),
    path("review/finish/", reviews.review_finish, name="review-finish"),
    path("review/<area:area_code>/", reviews.review_edit, name="review-edit"),
    path("conversation/", conversations.conversation_detail, name="conversation-detail"),
    path("conversation/agenda/", conversations.conversation_agenda, name="conversation-agenda"),
    path(
        "conversation/differences/",
        agreed.conversation_differences,
        name="conversation-differences",
    ),
    path("conversation/agree/", agreed.conversation_agree, name="conversation-agree"),
    path("conversation/targets/", agreed.agreed_target_edit, name="agreed-target-edit"),
    path("conversation/record/", conversations.conversation_record, name="conversation-record"),
    path("conversation/confirm/", conversations.conversation_confirm, name="conversation-confirm"),
    path("plan/", plans.plan_detail, name="plan-detail"),
    path("next/", comparisons.assessment_next, name="assessment-next"),
    path("compare/<uuid:other_id>/", comparisons.assessment_compare, name="assessment-compare"),
    path("carry-over/", carrying.assessment_carry_over, name="assessment-carry-over"),
    path("carried/", carrying.assessment_carried, name="assessment-carried"),
    path("close/", assessments.assessment_close, name="assessment-close"),
    path("delete/", assessments.assessment_delete, name="assessment-delete"),
]

urlpatterns = [
    path("", assessments.assessment_list, name="assessment-list"),
    path("start/", starts.assessment_start, name="assessment-start"),
    path("new/", starts.assessment_create, name="assessment-create"),
    path("check-code/", reports.report_verify, name="report-verify"),
    path("<uuid:assessment_id>/", include(round_patterns)),
]

# One's own plan, which belongs to no single round.
goal_patterns = [
    path("", goals.goal_list, name="goal-list"),
    path("new/", goals.goal_create, name="goal-create"),
    path("plan.ics", goals.goal_calendar, name="goal-calendar"),
    path("<int:goal_id>/", goals.goal_detail, name="goal-detail"),
    path("<int:goal_id>/edit/", goals.goal_edit, name="goal-edit"),
    path("<int:goal_id>/note/", goals.goal_note, name="goal-note"),
    path("<int:goal_id>/finish/", goals.goal_finish, name="goal-finish"),
    path("<int:goal_id>/outcome/", goals.goal_outcome, name="goal-outcome"),
    path("<int:goal_id>/drop/", goals.goal_drop, name="goal-drop"),
    path("<int:goal_id>/reopen/", goals.goal_reopen, name="goal-reopen"),
]
