"""Who may see the figures of which organisation: given and taken back, never edited."""

from django.contrib import admin
from django.utils.decorators import method_decorator

from ..models import AnalystGrant
from ..reauthentication import proof_required_to_post
from .choosing import ChosenByName


@admin.register(AnalystGrant)
@method_decorator(proof_required_to_post, name="changeform_view")
class AnalystGrantAdmin(admin.ModelAdmin):
    """An analyst sees rounded counts of an organisation, and never a person. It opens no page about anybody's round."""

    list_display = ["analyst", "organisation", "given_by", "given_at"]
    list_select_related = ["analyst", "organisation", "given_by"]
    list_filter = ["organisation"]
    search_fields = ["analyst__name", "analyst__email", "organisation__name"]
    fields = ["analyst", "organisation", "given_by", "given_at"]
    readonly_fields = ["given_by", "given_at"]
    autocomplete_fields = ["analyst", "organisation"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, widget=ChosenByName(db_field, self.admin_site), **kwargs
        )

    def get_fields(self, request, obj=None):
        return self.fields if obj else ["analyst", "organisation"]

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.given_by = request.user
        super().save_model(request, obj, form, change)
