from django.urls import path, register_converter

from .codes import AREA_CODE, STATEMENT_CODE
from .views import areas, changes, exports, levels, reference, roles, search, versions


class CodeConverter:
    """A code as the standards write it: a capital or a digit first, so that no word of another address is one."""

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class AreaCodeConverter(CodeConverter):
    """An area's code, such as B4."""

    regex = AREA_CODE


class StatementCodeConverter(CodeConverter):
    """A statement's code, such as B4.3."""

    regex = STATEMENT_CODE


register_converter(AreaCodeConverter, "areacode")
register_converter(StatementCodeConverter, "statementcode")

VERSION = "<slug:framework>/<str:version>/"

urlpatterns = [
    path("", versions.standards_list, name="standards-list"),
    path(VERSION, versions.version_detail, name="version-detail"),
    path(f"{VERSION}<areacode:area_code>/", areas.area_detail, name="area-detail"),
    path(f"{VERSION}<statementcode:statement_code>/", areas.statement_detail, name="statement-detail"),
    path(f"{VERSION}level/<int:rank>/", levels.level_detail, name="level-detail"),
    path(f"{VERSION}level/<int:lower>/to/<int:upper>/", levels.level_compare, name="level-compare"),
    path(f"{VERSION}lifecycle/", reference.lifecycle_detail, name="lifecycle-detail"),
    path(f"{VERSION}roles/", roles.role_list, name="role-list"),
    path(f"{VERSION}roles/<slug:slug>/", roles.role_detail, name="role-detail"),
    path(f"{VERSION}about/<slug:slug>/", reference.page_detail, name="page-detail"),
    path(f"{VERSION}people/", reference.people_list, name="people-list"),
    path(f"{VERSION}people/<slug:slug>/", reference.people_detail, name="people-detail"),
    path(f"{VERSION}case-studies/<slug:slug>/", reference.casestudy_detail, name="casestudy-detail"),
    path(f"{VERSION}insights/", reference.insight_list, name="insight-list"),
    path(f"{VERSION}learning/", reference.learning_list, name="learning-list"),
    path(f"{VERSION}changes/", changes.version_changes, name="version-changes"),
    path(f"{VERSION}sources/", reference.source_list, name="source-list"),
    path(f"{VERSION}glossary/", reference.glossary_list, name="glossary-list"),
    path(f"{VERSION}search/", search.standards_search, name="standards-search"),
    path(f"{VERSION}download/", exports.export_detail, name="export-detail"),
    path(f"{VERSION}download/<str:format>/", exports.version_export, name="version-export"),
]
