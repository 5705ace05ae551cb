"""Rounds that an administrator opened, in the admin: read by superusers, and never changed."""

from django.contrib import admin

from ..models import BreakGlass


@admin.register(BreakGlass)
class BreakGlassAdmin(admin.ModelAdmin):
    """Who opened a round of whom, when and why. It leads to no round: those are opened on pages of their own."""

    list_display = ["opened_at", "opened_by", "whose", "is_open"]
    list_select_related = ["opened_by", "assessment__owner"]
    search_fields = ["opened_by__name", "opened_by__email", "assessment__owner__email"]
    fields = ["opened_at", "opened_by", "whose", "reason"]

    @admin.display(description="whose")
    def whose(self, opening):
        return opening.assessment.owner or "somebody whose account is erased"

    @admin.display(boolean=True, description="open")
    def is_open(self, opening):
        return opening.is_open

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
