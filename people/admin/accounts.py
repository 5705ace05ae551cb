"""Accounts in Django's admin, and by CSV who works where. It shows no password and leads to no assessment."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator

from ..actions import end_sessions, place_people, place_person, recount_of, reset_second_factors
from ..models import User
from ..placing_import import COLUMNS, MOST_BYTES, plan_placings, read_placings, write_placings
from ..reauthentication import proof_required, proof_required_to_post
from .choosing import ChosenByName, shown_with_path
from .importing import CsvPage
from .organisations import csv_answer

# What somebody may do is changed by whoever has just proved who they are.
proved_to_save = method_decorator(proof_required_to_post, name="changeform_view")

# With an address of their own on somebody's account, an administrator could ask for its password and read its rounds.
# The same holds for a second factor or a single sign-on of their own, for the secrets of somebody else's, and for another provider.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken])


def _place(content, rows, request):
    moved = place_people(places={row.person: row.organisation for row in rows if row.changes})
    return f"{moved} placed. The figures of their organisations are counted again."


PLACING = CsvPage(
    title="Say by CSV where people work",
    columns=COLUMNS,
    said=(
        "The first row names the columns: email and organisation_code. Each row below it holds the address of a person who "
        "has an account, and the code of the organisation in which they work; with an empty code they work in none. People whom "
        "the file does not name stay where they are. You see what each row would do before anything is done. Rows with an "
        "error are left out."
    ),
    button="Place them",
    back="admin:people_user_changelist",
    download="admin:people_user_download",
    most_bytes=MOST_BYTES,
    plan=lambda content, request: plan_placings(read_placings(content), by=request.user),
    apply=_place,
    is_whole=False,
)

# What changes with these is what a person may do, and each session of theirs began before.
ROLE_FIELDS = {"is_active", "is_staff", "is_superuser", "groups"}


admin.site.unregister(Group)


@admin.register(Group)
@proved_to_save
class GroupAdmin(DjangoGroupAdmin):
    """What the members of a group may do in the admin."""


@admin.register(User)
@proved_to_save
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

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        chosen = ChosenByName(db_field, self.admin_site)
        return shown_with_path(super().formfield_for_foreignkey(db_field, request, widget=chosen, **kwargs))

    def get_queryset(self, request):
        # Of somebody erased there is nothing to look after; nobody opens such an account again.
        return super().get_queryset(request).filter(erased_at=None)

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

    def get_urls(self):
        reset = path(
            "<int:user_id>/second-factors/",
            self.admin_site.admin_view(self.reset_second_factors),
            name="people_user_reset_second_factors",
        )
        place = path("place/", self.admin_site.admin_view(self.place), name="people_user_place")
        download = path("people.csv", self.admin_site.admin_view(self.download), name="people_user_download")
        return [reset, place, download, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        other = request.user.is_superuser and object_id.isdecimal() and object_id != str(request.user.pk)
        has_some = other and Authenticator.objects.filter(user=object_id).exists()
        reset_path = reverse("admin:people_user_reset_second_factors", args=[object_id]) if has_some else ""
        return super().change_view(request, object_id, form_url, {"reset_path": reset_path, **(extra_context or {})})

    @method_decorator(proof_required)
    def reset_second_factors(self, request, user_id):
        """Take away what somebody else has lost. Nobody's own: who sits at their screen would need no factor to be rid of it."""
        person = get_object_or_404(User, pk=user_id)
        if not request.user.is_superuser or person == request.user:
            raise PermissionDenied
        if request.method == "POST":
            reset_second_factors(user=person)
            messages.success(request, f"{person} has no second step any more, and was told so by e-mail.")
            return redirect("admin:people_user_change", person.pk)
        context = {"title": "Remove their second step", "person": person, **self.admin_site.each_context(request)}
        return TemplateResponse(request, "admin/people/user/reset_second_factors.html", context)

    @method_decorator(proof_required)
    def place(self, request):
        """A file says who works where."""
        if not request.user.has_perm("people.change_user"):
            raise PermissionDenied
        return PLACING.answer(request, self)

    def download(self, request):
        """Who works where, as such a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return csv_answer(request, "people.csv", write_placings)

    def save_model(self, request, obj, form, change):
        organisation = obj.organisation
        if change:
            # Only these: a password that is changed, or sessions that are ended, in the same moment stay so.
            columns = {field.name for field in obj._meta.concrete_fields} - {"organisation"}
            obj.save(update_fields=columns.intersection(form.changed_data))
        else:
            obj.email, obj.organisation = obj.email.lower(), None
            obj.set_unusable_password()
            super().save_model(request, obj, form, change)
        if "organisation" in form.changed_data:
            place_person(person=obj, organisation=organisation)
        if change and "is_active" in form.changed_data:
            recount_of(obj.pk)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and ROLE_FIELDS.intersection(form.changed_data):
            end_sessions(user=form.instance)
