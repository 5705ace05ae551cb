"""The figures of an organisation to take away: what its page says, as Excel workbook, CSV and PDF."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.pdf import APT_COMMAND, PdfUnavailable

from ..files.kinds import CSV, PDF, WORKBOOK, headers_of
from ..files.organisation_pdf import make_organisation_pdf
from ..files.organisation_workbook import make_organisation_csv, make_organisation_workbook
from ..organisations.reading import read_organisation

NAME = "organisation-figures"


@require_safe
def organisation_excel(request, organisation_id):
    """Each table of the page on a sheet, and how the figures are made."""
    page = _fetched(request, organisation_id)
    return _file(make_organisation_workbook(page), WORKBOOK, page, "xlsx")


@require_safe
def organisation_csv(request, organisation_id):
    """Every figure of the page in one long table."""
    page = _fetched(request, organisation_id)
    return _file(make_organisation_csv(page), CSV, page, "csv")


@require_safe
def organisation_pdf(request, organisation_id):
    """The page on paper."""
    page = _fetched(request, organisation_id)
    try:
        content = make_organisation_pdf(page)
    except PdfUnavailable:
        arguments = {"organisation_id": organisation_id}
        context = {"nav": "organisation", "page": "organisation-detail", "arguments": arguments, "command": APT_COMMAND}
        return render(request, "insights/file_unavailable.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return _file(content, PDF, page, "pdf")


def _fetched(request, organisation_id):
    """The page with the same query; 404 for whoever may not see it, and before there is a release."""
    asked = {name: request.GET.get(name) for name in ("role", "need", "version", "framework")}
    page = read_organisation(request.user, organisation_id, **asked)
    if page is None or page.issue is None:
        raise Http404
    return page


def _file(content, kind, page, ending):
    released = timezone.localdate(page.issue.made_at)
    return HttpResponse(content, content_type=kind, headers=headers_of(NAME, released, ending))
