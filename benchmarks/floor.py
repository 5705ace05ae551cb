"""What figures are ratios to: the least that a page for a signed-in person, and the least that a PDF of ours, can cost."""

from django.http import HttpResponse

from assessments.reports.files import CSS_FILE
from documents.pdf import render_pdf


def hello(request):
    """Two queries: the session and the person."""
    return HttpResponse(f"hello {request.user.name}")


def one_line_pdf(request):
    """A PDF of one line with the report's fonts, styles and tagging, made in the same process as reports are."""
    html = f'<html lang="en"><title>Hello</title><body><h1>Hello {request.user.name}</h1></body></html>'
    return HttpResponse(render_pdf(html, stylesheets=[CSS_FILE.read_text("utf-8")]), content_type="application/pdf")
