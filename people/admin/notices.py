"""The outbox in the admin: what became of each e-mail. It shows no text, and only sends again."""

from django.contrib import admin, messages

from ..actions import NotSendable, send_again
from ..models import Notice


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """Read only, but for sending again what failed, or what nobody knows to have arrived."""

    list_display = ["made_at", "delivery", "kind", "to", "tries", "sent_at"]
    list_filter = ["delivery", "kind"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "address"]
    actions = ["send_again"]
    fields = ["made_at", "kind", "to", "delivery", "tries", "claimed_at", "sent_at"]

    @admin.display(description="to")
    def to(self, notice):
        return notice.recipient.email if notice.recipient else notice.address

    @admin.action(description="Send again", permissions=["change"])
    def send_again(self, request, queryset):
        sent = 0
        for notice in queryset:
            try:
                send_again(notice=notice)
            except NotSendable:
                continue
            sent += 1
        left = queryset.count() - sent
        messages.success(request, f"{sent} given to the worker to send again.")
        if left:
            said = f"{left} left alone: only what failed, or is not known to have arrived, is sent again."
            messages.warning(request, said)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
