"""The gap report as a page and as a PDF."""

from contextlib import suppress

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from documents.pdf import APT_COMMAND, PdfUnavailable

from .. import report_files
from ..actions import keep_report_file
from ..models import Assessment
from ..permissions import can_rate
from ..reports import gap_report, read_source


@require_safe
def report_detail(request, assessment_id):
    """What the answers say so far: levels against targets, gaps, strengths and what to do next."""
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    wanted = report_files.digest(assessment, report_files.layout_version())
    context = {
        "assessment": assessment,
        "report": gap_report(assessment),
        "may_change": can_rate(request.user, assessment),
        "pdf_size": report_files.kept_size(assessment, wanted),
        **report_files.CHARTS,
    }
    return render(request, "assessments/report_detail.html", context)


@require_safe
def report_pdf(request, assessment_id):
    """The same as a PDF: the kept one while nothing in it would change, else a new one, which is kept."""
    assessment = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=assessment_id)
    wanted = report_files.digest(assessment, report_files.layout_version())
    content = report_files.kept_content(assessment, wanted)
    if content is None:
        try:
            content = report_files.make_pdf(read_source(assessment))
        except PdfUnavailable:
            context = {"assessment": assessment, "command": APT_COMMAND}
            return render(request, "assessments/report_unavailable.html", context, status=503)
        # The round may have been deleted while its report was made; whoever asked still gets it.
        with suppress(IntegrityError):
            keep_report_file(assessment=assessment, digest=wanted, content=content)
    headers = {
        "Content-Disposition": f'attachment; filename="{report_files.file_name(assessment)}"',
        "Cache-Control": "no-store, private",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
