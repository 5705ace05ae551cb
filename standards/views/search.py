"""Search over a version."""

from django.http import Http404

from .reading import version_page


@version_page
def standards_search(request, reading):
    raise Http404
