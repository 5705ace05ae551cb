"""A line manager's team to take away: what its pages say, as PDF and as Excel workbook."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Reading
from assessments.shown import shows
from documents.pdf import APT_COMMAND, PdfUnavailable
from people.reauthentication import proof_required

from ..files.kinds import PDF, WORKBOOK, headers_of
from ..files.team_pdf import make_team_pdf
from ..files.team_report import read_team_report
from ..files.team_workbook import make_team_workbook

NAME = "team-levels"
# A PDF of more takes longer than a worker may, and nobody reads it; the workbook has everybody.
MOST_PEOPLE_ON_PAPER = 400


@require_safe
@proof_required
def team_pdf(request):
    """Levels, cover, shared needs and goals on paper, as the query narrows the table of levels."""
    report = _read(request)
    context = {"nav": "team", "page": "team-list", "arguments": {}}
    if len(report.team.people) > MOST_PEOPLE_ON_PAPER:
        context |= {"most": MOST_PEOPLE_ON_PAPER}
        return render(request, "insights/file_unavailable.html", context, status=HTTPStatus.NOT_ACCEPTABLE)
    try:
        content = make_team_pdf(report)
    except PdfUnavailable:
        context |= {"command": APT_COMMAND}
        return render(request, "insights/file_unavailable.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(content, content_type=PDF, headers=headers_of(NAME, timezone.localdate(), "pdf"))


@require_safe
@proof_required
def team_excel(request):
    """The same as a workbook."""
    content = make_team_workbook(_read(request))
    return HttpResponse(content, content_type=WORKBOOK, headers=headers_of(NAME, timezone.localdate(), "xlsx"))


def _read(request):
    """Everything that the file says. Whoever's round is in it can read that it was taken away."""
    report = read_team_report(request.user, request.GET)
    for each in report.rounds:
        shows(request, each, Reading.What.TEAM_FILE)
    return report
