"""A version to take away."""

from django.http import Http404

from .reading import version_page


@version_page
def export_detail(request, reading):
    raise Http404


@version_page
def version_export(request, reading, format):
    raise Http404
