"""A version to take away, in six formats."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from documents.pdf import APT_COMMAND, PdfUnavailable

from ..exports import EXPORTS, licence_address
from .reading import version_page


@version_page
def export_detail(request, reading):
    """Every format with what it is for, and how large it is where that is known."""
    return _offer(request, reading)


@version_page
def version_export(request, reading, format):
    """One file, the same bytes as ``manage.py export_standards`` writes."""
    if format not in EXPORTS:
        raise Http404
    export = EXPORTS[format]
    try:
        content = export.content(reading.version)
    except PdfUnavailable:
        return _offer(request, reading, unavailable=export, status=503)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.file_name(reading.version)}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=export.media_type, headers=headers)


def _offer(request, reading, *, unavailable=None, status=200):
    context = {
        "reading": reading,
        "exports": [(export, export.known_size(reading.version)) for export in EXPORTS.values()],
        "licence_address": licence_address(reading.version),
        "unavailable": unavailable,
        "command": APT_COMMAND,
    }
    return render(request, "standards/export_detail.html", context, status=status)
