"""Legal holds in the admin: placed with a reason, lifted, and never changed or deleted."""

from django.contrib import admin, messages

from people.admin.choosing import ChosenByName

from ..actions import AlreadyHeld, NotHeld, lift_hold, place_hold
from ..forms import HoldForm
from ..models import LegalHold


@admin.register(LegalHold)
class LegalHoldAdmin(admin.ModelAdmin):
    """Whose records are kept, and why: for superusers, and for whoever has the permission. It opens no record of theirs."""

    form = HoldForm
    list_display = ["person", "placed_at", "placed_by", "lifted_at", "lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "placed_by", "lifted_by"]
    search_fields = ["person__name", "person__email"]
    fields = ["person", "reason"]
    autocomplete_fields = ["person"]
    actions = ["lift_holds"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, widget=ChosenByName(db_field, self.admin_site), **kwargs
        )

    @admin.action(description="Lift the hold", permissions=["change"])
    def lift_holds(self, request, queryset):
        lifted = 0
        for hold in queryset:
            try:
                lift_hold(hold=hold, lifted_by=request.user)
            except NotHeld:
                continue
            self.log_change(request, hold, "Lifted")
            lifted += 1
        messages.success(request, f"{lifted} lifted. What is old, or was to be erased, goes with the next daily run.")

    def save_model(self, request, obj, form, change):
        try:
            placed = place_hold(
                person=form.cleaned_data["person"], reason=form.cleaned_data["reason"], placed_by=request.user
            )
        except AlreadyHeld:
            # Placed by somebody else between the form's own check and this: theirs stands.
            placed = LegalHold.objects.standing().get(person=form.cleaned_data["person"])
        obj.pk = placed.pk
        obj.refresh_from_db()

    def get_fields(self, request, obj=None):
        return [*self.fields, "placed_by", "placed_at", "lifted_by", "lifted_at"] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else []

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
