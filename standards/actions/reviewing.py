"""The review of a version: reviewers are named, sign its words off or want changes, and it may go back to draft."""

from django.db import transaction
from django.utils import timezone

from ..fingerprint import fingerprint, version_entries
from ..follower import follower
from ..models import SignOff, Version
from ..publication import publication_problems
from ..reviewers import reviewers_to_ask
from .linking import propose_links
from .refusals import NotEditable, NotPublishable

OTHER_WORDS = "The words were changed since you opened this page. Read the version again before you go on."


@transaction.atomic
def ask_for_review(*, version, by, reviewers):
    """Put a draft into review and ask ``reviewers`` to sign it off; nobody can edit it meanwhile.

    Raises ``NotEditable`` when it is not a draft, or when nobody is named or somebody who may not review; ``NotPublishable``
    when something in it could not be published, so that nobody signs what must change.
    """
    version = lock_version(version, Version.State.DRAFT)
    reviewers = list(dict.fromkeys(reviewers))
    if not reviewers:
        raise NotEditable("Name at least one reviewer.")
    may = set(reviewers_to_ask())
    for reviewer in reviewers:
        if reviewer not in may:
            raise NotEditable(f"{reviewer} may not review versions.")
    # What was called the same may have been edited since.
    propose_links(version=version)
    problems = publication_problems(version)
    if problems:
        raise NotPublishable(problems)
    _move(version, Version.State.IN_REVIEW, by)
    SignOff.objects.bulk_create(SignOff(version=version, reviewer=reviewer, asked_by=by) for reviewer in reviewers)
    follower().review_asked(version, by, reviewers)
    return version


@transaction.atomic
def sign_off(*, version, by, signs, remark="", read=""):
    """Record that the reviewer ``by`` signs the words as they stand, or wants changes, which ``remark`` names.

    ``read`` is the fingerprint of what they read, where that is known. They may answer again until it is published. Raises
    ``NotEditable`` when it is not in review, when ``by`` was not asked, when changes are wanted without a remark, or when the
    words are others than those that were read.
    """
    version = lock_version(version, Version.State.IN_REVIEW)
    asked = version.sign_offs.filter(reviewer=by, is_current=True).first()
    if asked is None:
        raise NotEditable("You were not asked to sign this version off.")
    if not signs and not remark.strip():
        raise NotEditable("Say what is to change.")
    stands = fingerprint(version_entries(version))
    if read and read != stands:
        raise NotEditable(OTHER_WORDS)
    asked.answer = SignOff.Answer.SIGNED if signs else SignOff.Answer.CHANGES
    asked.remark = remark.strip()
    asked.answered_at = timezone.now()
    asked.fingerprint = stands
    asked.save(update_fields=["answer", "remark", "answered_at", "fingerprint"])
    follower().review_answered(version, by, asked.asked_by)
    return asked


@transaction.atomic
def back_to_draft(*, version, by):
    """Take a version in review back to draft, where it can be edited; what was signed no longer counts.

    Raises ``NotEditable`` when it is not in review.
    """
    version = lock_version(version, Version.State.IN_REVIEW)
    version.sign_offs.filter(is_current=True).update(is_current=False)
    _move(version, Version.State.DRAFT, by)
    return version


def lock_version(version, *states):
    """The version as it stands, kept for this transaction. Raises ``NotEditable`` when it is in none of ``states``."""
    version = Version.objects.select_for_update(of=("self",)).select_related("framework").get(pk=version.pk)
    if version.state not in states:
        raise NotEditable(f"Version {version.number} is {version.get_state_display().lower()} by now.")
    return version


def _move(version, state, by):
    version.state = state
    version.edited_at = timezone.now()
    # Its history says who did it.
    version._history_user = by
    version.save(update_fields=["state", "edited_at"])
