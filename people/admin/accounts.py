"""Accounts and organisations in Django's admin. It shows no password and leads to no assessment."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin

from ..actions import end_sessions
from ..models import Organisation, User

# Whoever enters the admin signs in like anybody else, so that the limits on tries hold there too.
admin.site.login = secure_admin_login(admin.site.login)

# With an address of their own on somebody's account, an administrator could ask for its password and read its rounds.
admin.site.unregister(EmailAddress)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    search_fields = ["name"]


# What changes with these is what a person may do, and each session of theirs began before.
ROLE_FIELDS = {"is_active", "is_staff", "is_superuser", "groups"}


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """What people say of themselves, and what they may do in the admin.

    A new person has no password and chooses one by e-mail. Nobody is deleted here: the page that asks would list their rounds.
    """

    list_display = ["name", "email", "organisation", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff"]
    list_select_related = ["organisation"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["name", "email", "job_title", "organisation"]}),
        ("May they come in?", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("When", {"fields": ["date_joined", "last_login"]}),
    ]
    autocomplete_fields = ["organisation"]
    filter_horizontal = ["groups"]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["date_joined", "last_login"]
        if obj:
            fixed.append("email")
        if not request.user.is_superuser:
            fixed += ["is_staff", "is_superuser", "groups"]
        return fixed

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (request.user.is_superuser or obj is None or not obj.is_superuser)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and ROLE_FIELDS.intersection(form.changed_data):
            end_sessions(user=form.instance)
