"""What changed since the version before."""

from django.shortcuts import render

from ..differences import version_differences
from .reading import version_page


@version_page
def version_changes(request, reading):
    """What became of every statement of the version that this one follows, with old and new words beside each other.

    The first version says that nothing came before it.
    """
    differences = version_differences(reading.follows, reading.version) if reading.follows else None
    return render(request, "standards/version_changes.html", {"reading": reading, "differences": differences})
