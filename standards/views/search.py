"""Search over a version."""

from functools import partial

from django.shortcuts import render

from ..search import search, version_index
from .reading import version_page


@version_page
def standards_search(request, reading):
    """What a version has of ``?q=``, by kind; ``&kind=`` shows all of one kind. Without a query, how to search."""
    index = version_index(reading.version)
    context = {
        "reading": reading,
        "results": search(index, request.GET.get("q", ""), request.GET.get("kind", "")),
        "address_of": partial(_address_of, reading),
    }
    return render(request, "standards/standards_search.html", context)


def _address_of(reading, hit):
    address = reading.page_url if hit.page == "page-detail" else partial(reading.url, hit.page)
    place = f"#{hit.anchor}" if hit.anchor else ""
    return f"{address(**hit.arguments)}{place}"
