"""Who may see the figures of which organisation: given and taken back, never edited."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.decorators import method_decorator

from ..models import AnalystGrant, Organisation
from ..reauthentication import proof_required_to_post
from .choosing import ChosenByName, shown_with_path


class GrantList(ChangeList):
    """The list with the path of each organisation."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        paths = Organisation.objects.filter(pk__in={each.organisation_id for each in self.result_list}).paths()
        for each in self.result_list:
            each.path = paths.get(each.organisation_id, each.organisation.name)


@admin.register(AnalystGrant)
@method_decorator(proof_required_to_post, name="changeform_view")
class AnalystGrantAdmin(admin.ModelAdmin):
    """An analyst sees rounded counts of an organisation, and never a person. It opens no page about anybody's round."""

    list_display = ["analyst", "path", "may_invite", "given_by", "given_at"]
    list_select_related = ["analyst", "organisation", "given_by"]
    list_filter = ["may_invite"]
    search_fields = ["analyst__name", "analyst__email", "organisation__name", "organisation__code"]
    fields = ["analyst", "organisation", "may_invite", "given_by", "given_at"]
    readonly_fields = ["given_by", "given_at"]
    autocomplete_fields = ["analyst", "organisation"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        chosen = ChosenByName(db_field, self.admin_site)
        return shown_with_path(super().formfield_for_foreignkey(db_field, request, widget=chosen, **kwargs))

    def get_changelist(self, request, **kwargs):
        return GrantList

    @admin.display(description="organisation", ordering="organisation__name")
    def path(self, grant):
        return grant.path

    def get_fields(self, request, obj=None):
        return self.fields if obj else ["analyst", "organisation", "may_invite"]

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.given_by = request.user
        super().save_model(request, obj, form, change)
