"""Beginning a round, its role and targets, and deleting it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from people.actions import recount_of
from standards.models import Version
from standards.tree import version_tree

from ..models import Assessment, Event, Target
from .claims import claim_draft
from .events import note
from .refusals import AlreadyOpen, NotAskable
from .targets import write_targets


def start_assessment(*, owner, version, role_profile_id=None):
    """A new draft with the targets that the role profile proposes (without one, the lowest level in every area).

    Raises ``AlreadyOpen``, and ``NotAskable`` when the version is not open for new rounds or the profile is another version's.
    """
    return begin(owner, version, propose_targets, role_profile_id=role_profile_id)


def begin(owner, version, fill, **fields):
    """A new draft, which ``fill`` is given to put in what it begins with. Raises as ``start_assessment``."""
    if not Version.objects.open_for_rounds().filter(pk=version.pk).exists():
        raise NotAskable(f"Version {version.number} is not open for new assessments.")
    try:
        with transaction.atomic():
            at = timezone.now()
            assessment = Assessment.objects.create(
                owner=owner,
                version=version,
                framework_id=version.framework_id,
                started_at=at,
                changed_at=at,
                **fields,
            )
            fill(assessment)
            note(assessment, Event.Kind.STARTED, owner)
    except IntegrityError as clash:
        if Assessment.objects.open().filter(owner=owner, framework_id=version.framework_id).exists():
            raise AlreadyOpen from clash
        raise
    return assessment


@transaction.atomic
def choose_role(*, assessment, role_profile_id):
    """Take another role profile, whose targets replace the ones chosen before, reasons included. Raises ``NotOpen``."""
    claim_draft(assessment, role_profile_id=role_profile_id)
    propose_targets(assessment)


def propose_targets(assessment):
    """Give a new draft the targets of its role profile, for an action that has claimed it or just made it."""
    tree = version_tree(assessment.version)
    if assessment.role_profile_id and tree.role_profile(assessment.role_profile_id) is None:
        raise NotAskable("That role profile belongs to another version.")
    proposed = tree.proposed_ranks(assessment.role_profile_id)
    write_targets(Target, assessment, {area.pk: (proposed[area.code], "") for area in tree.areas})


@transaction.atomic
def delete_assessment(*, assessment):
    """Delete a draft and everything in it, for good. Raises ``NotOpen``."""
    claim_draft(assessment)
    recount_of(assessment.owner_id)
    assessment.delete()
