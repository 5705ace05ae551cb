"""Publishing a version: what it says is frozen then, and rounds are begun under it."""

from django.db import transaction
from django.utils import timezone

from ..fingerprint import fingerprint, version_entries
from ..models import Version
from ..publication import publication_problems
from .refusals import NotPublishable


@transaction.atomic
def publish_unreviewed(*, version):
    """Freeze ``version`` and open it for new rounds, without a review here: what a fixture holds was signed off elsewhere.

    Raises ``NotPublishable`` when it is not a draft or in review, or when something is missing in it.
    """
    version = Version.objects.select_for_update().get(pk=version.pk)
    if version.is_frozen:
        raise NotPublishable([f"Version {version.number} is published already."])
    problems = publication_problems(version)
    if problems:
        raise NotPublishable(problems)
    version.state = Version.State.IN_REVIEW
    version.save(update_fields=["state"])
    return freeze(version)


def freeze(version):
    """Freeze a version in review, for an action that has locked and checked it."""
    version.state = Version.State.PUBLISHED
    version.published_at = version.edited_at = timezone.now()
    version.fingerprint = fingerprint(version_entries(version))
    version.save(update_fields=["state", "published_at", "edited_at", "fingerprint"])
    return version
