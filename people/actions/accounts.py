"""Making people, and what they may do in the admin."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F

from ..models import AnalystGrant, Organisation, User
from .organisations import add_organisation, place_person, recount

EDITORS = "Editors of the standards"
REVIEWERS = "Reviewers of the standards"


@transaction.atomic
def make_editor(*, user):
    """Let ``user`` into the admin, to do there whatever concerns the standards and nothing else."""
    _let_in(user, EDITORS, Permission.objects.filter(content_type__app_label="standards"))


@transaction.atomic
def make_reviewer(*, user):
    """Let ``user`` into the admin, to look at the standards there and to sign off what they are asked to."""
    _let_in(
        user, REVIEWERS, Permission.objects.filter(content_type__app_label="standards", codename__startswith="view_")
    )


def make_analyst(*, user, organisation, may_invite=False, given_by=None):
    """Let ``user`` see the figures of an organisation and of what lies below it; ``may_invite``: and invite its people."""
    AnalystGrant.objects.create(analyst=user, organisation=organisation, may_invite=may_invite, given_by=given_by)


def _let_in(user, name, permissions):
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(permissions)
    user.groups.add(group)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    end_sessions(user=user)


@transaction.atomic
def make_person(*, email, name, job_title="", organisation_name=""):
    """Somebody without a password whose address counts as confirmed; returns (user, whether they are new)."""
    user = User.objects.filter(email__iexact=email).first()
    if user:
        return user, False
    organisation = None
    if organisation_name:
        organisation = Organisation.objects.filter(name=organisation_name, parent=None).first() or add_organisation(
            name=organisation_name
        )
    user = User.objects.create_user(email, name=name, job_title=job_title, organisation=organisation)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    recount(user.organisation_id)
    return user, True


@transaction.atomic
def change_details(*, person, organisation):
    """Save what ``person`` says of themselves, and where they work. What else is changed of the account meanwhile stands."""
    person.save(update_fields=["name", "job_title"])
    place_person(person=person, organisation=organisation)


def end_sessions(*, user):
    """End every session of ``user`` with its next request: for a change of what they may do, a closed account, a lost device.

    A session that is to go on is given its new hash by ``django.contrib.auth.update_session_auth_hash``.
    """
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])
