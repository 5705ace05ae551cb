"""An analyst's organisations: rounded figures of dated releases."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ..organisations.drawing import draw
from ..organisations.reading import read_granted, read_organisation

ASKED = ("framework", "version", "role", "need")


@require_safe
def organisation_list(request):
    """The organisations whose figures are open to whoever is signed in; without any, how one gets them."""
    return render(request, "insights/organisation_list.html", {"granted": read_granted(request.user)})


@require_safe
def organisation_detail(request, organisation_id):
    """What the latest release says of one organisation, of everybody or of some."""
    asked = {name: request.GET.get(name) for name in ASKED}
    page = read_organisation(request.user, organisation_id, **asked)
    if page is None:
        raise Http404
    if "people" in request.GET:
        # The form's one list has role profiles and levels, so that nobody chooses both; each has an address of its own.
        query = page.query_of(request.GET["people"])
        return redirect(reverse("organisation-detail", args=[organisation_id]) + query)
    return render(request, "insights/organisation_detail.html", {"page": page, "content": draw(page)})
