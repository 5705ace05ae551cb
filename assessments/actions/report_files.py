"""The PDFs that are kept, and those that are made ahead: before anybody asks for them, by the worker.

A task holds the round's key. Whoever reads the report is found, and the report made, as when they open it themselves: what a reader
may not see does not come into theirs.
"""

import logging
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_tasks import task

from documents.pdf import PdfUnavailable, warm

from ..models import Assessment, Rating, ReportFile
from ..permissions import can_read_report
from ..reports import files
from ..reports.making import read_source
from ..reports.source import reader_of, round_to_report

logger = logging.getLogger(__name__)

# A round that changed a moment ago goes on changing: a line manager rates one statement after another.
SETTLED_AFTER = timedelta(minutes=10)
SWEPT_FOR = timedelta(days=1)
MOST_SWEPT = 200
# After e-mails, which people wait for.
LATER = -10


def keep_report_file(*, assessment, reader, digest, content, read_at=None):
    """Keep a round's PDF for a reader in place of the one made before, in every state: it is made from what the round says.

    ``read_at`` is when the round was read, now unless given.
    """
    made_at = read_at or timezone.now()
    ReportFile.objects.bulk_create(
        [ReportFile(assessment=assessment, reader=reader, digest=digest, content=content, made_at=made_at)],
        update_conflicts=True,
        unique_fields=["assessment", "reader"],
        update_fields=["digest", "content", "made_at"],
    )


@task(priority=LATER)
def make_report_files(assessment_id: str) -> int:
    """Make the PDFs of a shared or agreed round that are not kept as it is now; returns how many were made.

    Where this machine cannot make any it is done: they are made when they are asked for.
    """
    found = Assessment.objects.filter(pk=assessment_id, state__in=Assessment.LINE_MANAGER_STATES)
    assessment = found.select_related("owner", "line_manager").first()
    if assessment is None:
        return 0
    try:
        return sum(
            _make_ahead(assessment.pk, person) for person in (assessment.owner, assessment.line_manager) if person
        )
    except PdfUnavailable:
        logger.warning("Report %s: no PDF can be made on this machine", assessment_id)
        return 0


def _make_ahead(assessment_id, user) -> bool:
    """Make the PDF of a round as ``user`` reads it; returns whether it was made and kept."""
    read_at = timezone.now()
    assessment = round_to_report(user, assessment_id)
    if assessment is None or not can_read_report(user, assessment):
        return False
    reader = reader_of(assessment, user)
    wanted = files.digest(assessment, reader, files.layout_version())
    if files.kept_size(assessment, reader, wanted) is not None:
        return False
    source = read_source(assessment, reader)
    if not files.may_be_kept(source):
        return False
    content = files.make_pdf(source)
    # Of one that has changed meanwhile a newer file may be kept already, and whoever changed it left a task.
    if not Assessment.objects.filter(pk=assessment.pk, changed_at=assessment.changed_at).exists():
        return False
    try:
        keep_report_file(assessment=assessment, reader=reader, digest=wanted, content=content, read_at=read_at)
    except IntegrityError:  # deleted meanwhile
        return False
    return True


def sweep_report_files(*, settled_after=SETTLED_AFTER) -> int:
    """Give the worker the rounds that changed lately and have no PDF made since; returns how many. Harmless at any time.

    Left out are rounds that change now, those whose report is never kept, and all of them where no PDF can be made.
    """
    found = _without_files(timezone.now(), settled_after)
    if not found or not _can_make():
        return 0
    known = make_report_files.get_backend().known(make_report_files)
    found = [str(pk) for pk in found if known is not None and (str(pk),) not in known]
    for pk in found:
        make_report_files.enqueue(pk)
    return len(found)


def _without_files(now, settled_after):
    """The keys of the rounds that changed in the last ``SWEPT_FOR``, and lack a file made since for one who may read it."""
    by_others = Rating.objects.filter(assessment=OuterRef("pk"), view=Rating.View.LINE_MANAGER).exclude(
        rated_by=OuterRef("line_manager")
    )
    rounds = Assessment.objects.filter(
        Q(reviewed_at=None) | ~Exists(by_others),
        state__in=Assessment.LINE_MANAGER_STATES,
        changed_at__gt=now - SWEPT_FOR,
        changed_at__lte=now - settled_after,
    )
    readers = {
        ReportFile.Reader.OWNER: rounds.filter(owner__is_active=True),
        ReportFile.Reader.LINE_MANAGER: rounds.with_live_line()
        .filter(line_manager__is_active=True)
        .exclude(rates_first=True, reviewed_at=None),
    }
    found = {}
    for reader, read in readers.items():
        kept = ReportFile.objects.filter(assessment=OuterRef("pk"), reader=reader, made_at__gte=OuterRef("changed_at"))
        found |= dict(read.filter(~Exists(kept)).order_by("changed_at").values_list("pk", "changed_at")[:MOST_SWEPT])
    return sorted(found, key=found.get)


def _can_make():
    try:
        warm()
    except PdfUnavailable:
        return False
    return True
