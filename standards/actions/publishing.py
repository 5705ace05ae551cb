"""Publishing a version: what it says is frozen then, and rounds are begun under it."""

from django.db import transaction
from django.utils import timezone

from ..fingerprint import fingerprint, version_entries
from ..follower import follower
from ..models import SignOff, Version
from ..publication import publication_problems
from .refusals import NotEditable, NotPublishable
from .reviewing import OTHER_WORDS, lock_version


@transaction.atomic
def publish_version(*, version, by, read=""):
    """Freeze a version that was reviewed, and open it for new rounds. People midway under an earlier one are told.

    ``read`` is the fingerprint of the words that ``by`` was shown, where that is known. Raises ``NotEditable`` when it is not in
    review or the words are others by now; ``NotPublishable`` when somebody who was asked has not signed the words as
    they stand, when nobody but ``by`` has signed them, or when something is missing in it.
    """
    version = lock_version(version, Version.State.IN_REVIEW)
    stands = fingerprint(version_entries(version))
    if read and read != stands:
        raise NotEditable(OTHER_WORDS)
    problems = [*signing_problems(version, by, stands), *publication_problems(version)]
    if problems:
        raise NotPublishable(problems)
    version = freeze(version, stands, by=by)
    follower().published(version, by)
    return version


def signing_problems(version, by, stands) -> list[str]:
    """What of the review stands between a version and its publication by ``by``; ``stands`` is its words' fingerprint now."""
    asked = list(version.sign_offs.filter(is_current=True).select_related("reviewer"))
    signed = [each for each in asked if each.answer == SignOff.Answer.SIGNED and each.fingerprint == stands]
    problems = [f"{each.reviewer} has not signed the words as they stand." for each in asked if each not in signed]
    if not any(each.reviewer_id != by.pk for each in signed):
        problems.append("Somebody other than you must sign it off.")
    return problems


@transaction.atomic
def publish_unreviewed(*, version):
    """Freeze ``version`` and open it for new rounds, without a review here: what a fixture holds was signed off elsewhere.

    Raises ``NotPublishable`` when it is not a draft or in review, or when something is missing in it.
    """
    try:
        version = lock_version(version, Version.State.DRAFT, Version.State.IN_REVIEW)
    except NotEditable:
        raise NotPublishable([f"Version {version.number} is published already."]) from None
    problems = publication_problems(version)
    if problems:
        raise NotPublishable(problems)
    version.state = Version.State.IN_REVIEW
    version.save(update_fields=["state"])
    return freeze(version, fingerprint(version_entries(version)))


def freeze(version, stands, by=None):
    """Freeze a version in review, for an action that has locked and checked it and computed its fingerprint."""
    version.state = Version.State.PUBLISHED
    version.published_at = version.edited_at = timezone.now()
    version.fingerprint = stands
    version._history_user = by
    version.save(update_fields=["state", "published_at", "edited_at", "fingerprint"])
    return version
