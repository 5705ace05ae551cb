"""The gap report as a page, as a PDF and as an Excel workbook, and the check of its code."""

from contextlib import suppress
from http import HTTPStatus

from django.core.cache import cache
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from documents.pdf import APT_COMMAND, PdfUnavailable

from ..actions import keep_report_file
from ..forms import CheckCodeForm
from ..models import Assessment, Reading
from ..permissions import can_change_goals, can_rate, can_read_report, is_owner, line_manager_reading
from ..records import find_record
from ..reports import files as report_files
from ..reports.making import gap_report, read_source
from ..reports.source import earlier_shown, reader_of, round_to_report
from ..reports.workbook import make_report_workbook
from ..shown import shows

PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A code cannot be found by trying (docs/decisions/check-codes.md); the limit spares the portal the work.
MOST_MISSES = 20
MISSES_COUNT_FOR = 60 * 60


@require_safe
def report_detail(request, assessment_id):
    """What the answers say so far: levels against targets, gaps, strengths and what to do next."""
    assessment = _fetched(request, assessment_id, Reading.What.REPORT)
    if not can_read_report(request.user, assessment):
        return _hidden(request, assessment)
    reader = reader_of(assessment, request.user)
    wanted = report_files.digest(assessment, reader, report_files.layout_version())
    context = {
        "assessment": assessment,
        "report": gap_report(assessment, reader),
        "may_change": can_rate(request.user, assessment),
        "is_read_by_both": not is_owner(request.user, assessment) or line_manager_reading(assessment) is not None,
        "may_add_goals": can_change_goals(request.user, assessment),
        "pdf_size": report_files.kept_size(assessment, reader, wanted),
        **report_files.CHARTS,
    }
    return render(request, "assessments/report_detail.html", context)


@require_safe
def report_pdf(request, assessment_id):
    """The same as a PDF: the kept one while nothing in it would change, else a new one, which is kept."""
    assessment = _fetched(request, assessment_id, Reading.What.REPORT_PDF)
    if not can_read_report(request.user, assessment):
        return _hidden(request, assessment)
    reader = reader_of(assessment, request.user)
    wanted = report_files.digest(assessment, reader, report_files.layout_version())
    content = report_files.kept_content(assessment, reader, wanted)
    if content is None:
        try:
            source = read_source(assessment, reader)
            content = report_files.make_pdf(source)
        except PdfUnavailable:
            context = {"assessment": assessment, "command": APT_COMMAND}
            return render(request, "assessments/report_unavailable.html", context, status=503)
        # The round may have been deleted while its report was made, or nothing can be saved just now; whoever asked still gets it.
        with suppress(DatabaseError):
            if report_files.may_be_kept(source):
                keep_report_file(assessment=assessment, reader=reader, digest=wanted, content=content)
    return _file(content, PDF, report_files.file_name(assessment, "pdf"))


@require_safe
def report_excel(request, assessment_id):
    """The same as a workbook, made anew each time. That it was taken away is noted as it is of the PDF."""
    assessment = _fetched(request, assessment_id, Reading.What.REPORT_PDF)
    if not can_read_report(request.user, assessment):
        return _hidden(request, assessment)
    content = make_report_workbook(read_source(assessment, reader_of(assessment, request.user)))
    return _file(content, WORKBOOK, report_files.file_name(assessment, "xlsx"))


def _file(content, content_type, name):
    """A file to keep on one's own disk, and nowhere on the way."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store, private",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def _fetched(request, assessment_id, what):
    """The round as a report is made from it; 404 unless it is the user's own or they read it as line manager."""
    assessment = round_to_report(request.user, assessment_id)
    if assessment is None:
        raise Http404
    shows(request, assessment, what)
    earlier = earlier_shown(assessment, reader_of(assessment, request.user))
    if earlier is not None:
        shows(request, earlier, Reading.What.COMPARISON)
    return assessment


def _hidden(request, assessment):
    """To a line manager who rates first: there is no report for them yet, and why."""
    return render(request, "assessments/report_hidden.html", {"assessment": assessment}, status=403)


@require_http_methods(["GET", "HEAD", "POST"])
def report_verify(request):
    """Whether the report with a code was agreed here: between whom and when, and no level. The code comes by form or by address."""
    sent = request.POST if request.method == "POST" else request.GET
    form = CheckCodeForm(sent if "code" in sent or request.method == "POST" else None)
    missed = f"report-verify:{request.user.pk}"
    found, status = None, HTTPStatus.OK
    if form.is_bound and cache.get(missed, 0) >= MOST_MISSES:
        form.add_error("code", "Too many codes were not known here. Wait an hour, then try again")
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif form.is_valid():
        found = find_record(form.cleaned_data["code"])
        if found is None:
            # Of two at the same moment one may go uncounted; a code is far too long for that to help whoever guesses.
            cache.set(missed, cache.get(missed, 0) + 1, MISSES_COUNT_FOR)
            form.add_error("code", "No report with this code was agreed here. Compare it with the foot of the report")
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "found": found,
        "may_read": found and Assessment.objects.visible_to(request.user).filter(pk=found.assessment_id).exists(),
    }
    return render(request, "assessments/report_verify.html", context, status=status)
