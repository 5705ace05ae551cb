"""The PDFs that are kept."""

from django.utils import timezone

from ..models import ReportFile


def keep_report_file(*, assessment, reader, digest, content):
    """Keep a round's PDF for a reader in place of the one made before, in every state: it is made from what the round says."""
    ReportFile.objects.bulk_create(
        [ReportFile(assessment=assessment, reader=reader, digest=digest, content=content, made_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["assessment", "reader"],
        update_fields=["digest", "content", "made_at"],
    )
