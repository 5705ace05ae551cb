from django.urls import path, register_converter

from .views import areas, assessments, evidence, ratings, reports, targets


class AreaCodeConverter:
    """An area's code, such as B4: letters and digits, so that nothing odd reaches a query."""

    regex = "[A-Za-z0-9]{1,10}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(AreaCodeConverter, "area")

urlpatterns = [
    path("", assessments.assessment_list, name="assessment-list"),
    path("start/", assessments.assessment_start, name="assessment-start"),
    path("new/", assessments.assessment_create, name="assessment-create"),
    path("<uuid:assessment_id>/", assessments.assessment_detail, name="assessment-detail"),
    path("<uuid:assessment_id>/role/", assessments.assessment_role, name="assessment-role"),
    path("<uuid:assessment_id>/targets/", targets.target_edit, name="target-edit"),
    path("<uuid:assessment_id>/rate/<area:area_code>/", ratings.rating_edit, name="rating-edit"),
    path("<uuid:assessment_id>/rate/<area:area_code>/save/", ratings.rating_save, name="rating-save"),
    path("<uuid:assessment_id>/check/", ratings.assessment_check, name="assessment-check"),
    path("<uuid:assessment_id>/standards/<area:area_code>/", areas.assessment_area, name="assessment-area"),
    path("<uuid:assessment_id>/evidence/", evidence.evidence_list, name="evidence-list"),
    path("<uuid:assessment_id>/evidence/new/", evidence.evidence_create, name="evidence-create"),
    path("<uuid:assessment_id>/evidence/<int:evidence_id>/", evidence.evidence_edit, name="evidence-edit"),
    path("<uuid:assessment_id>/evidence/<int:evidence_id>/delete/", evidence.evidence_delete, name="evidence-delete"),
    path("<uuid:assessment_id>/report/", reports.report_detail, name="report-detail"),
    path("<uuid:assessment_id>/report.pdf", reports.report_pdf, name="report-pdf"),
    path("<uuid:assessment_id>/close/", assessments.assessment_close, name="assessment-close"),
    path("<uuid:assessment_id>/delete/", assessments.assessment_delete, name="assessment-delete"),
]
