from django.db import models
from django.utils import timezone

from .assessment import Assessment


class ReportFile(models.Model):
    """The PDF of a round as last made for one reader, kept until the report or its layout changes.

    Not a record: it can be made again. ``digest`` stands for the report and the layout that ``content`` was made from
    (``assessments.reports.files``).
    """

    class Reader(models.TextChoices):
        OWNER = "owner", "Owner"
        LINE_MANAGER = "line_manager", "Line manager"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="report_files")
    reader = models.CharField(max_length=12, choices=Reader, default=Reader.OWNER)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "reader"], name="report_file_unique_per_reader")]

    def __str__(self):
        return f"Report of {self.assessment_id}"
