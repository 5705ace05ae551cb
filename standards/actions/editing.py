"""Making a version."""

from django.utils import timezone

from ..models import Version


def touch_version(*, version_id):
    """Say that something of a version changed, so that what is remembered of it is read again (``standards.tree``)."""
    Version.objects.filter(pk=version_id).update(edited_at=timezone.now())
