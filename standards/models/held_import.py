import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from .framework import Version


class HeldImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What this editor was shown of a file and has not decided yet; nobody else's, and nothing that is too old."""
        return self.filter(by=user, held_at__gt=timezone.now() - HeldImport.KEPT_FOR)

    def too_old(self):
        return self.filter(held_at__lte=timezone.now() - HeldImport.KEPT_FOR)


class HeldImport(models.Model):
    """A file that an editor was shown what it would do, kept until they decide, or for an hour.

    content    its tables as ``standards.importing.Upload`` packs them, not the file itself
    version    the draft that it is for; none: it begins one
    is_whole   rows that its tables leave out are removed
    """

    KEPT_FOR = timedelta(hours=1)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="held_imports")
    version = models.ForeignKey(Version, models.CASCADE, null=True, blank=True, related_name="held_imports")
    file_name = models.CharField(max_length=100)
    content = models.BinaryField()
    is_whole = models.BooleanField(default=False)
    held_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(HeldImportQuerySet)()

    class Meta:
        ordering = ["-held_at"]

    def __str__(self):
        return f"Import of {self.file_name}"
