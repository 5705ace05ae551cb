from django.db import models
from django.utils import timezone

from .assessment import Assessment


class ReportFile(models.Model):
    """The PDF of a round as last made, kept until the report or its layout changes. Not a record: it can be made again.

    ``digest`` stands for the report and the layout that ``content`` was made from (``assessments.report_files``).
    """

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="report_file")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"Report of {self.assessment_id}"
