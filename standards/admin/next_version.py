"""The page on which an editor begins the next version as a copy of a published one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from ..actions import NotNext, start_next_version
from ..models import Version
from .version_pages import draw_version_page, version_path

PERMISSION = "standards.add_version"


class NextVersionForm(forms.Form):
    """``issued`` has the length of the version's field."""

    number = forms.CharField(
        label="Number of the next version",
        max_length=20,
        error_messages={"required": "Write the number of the next version, such as 3.0."},
        help_text="Higher than that of this version, such as 2.1 or 3.0",
    )
    issued = forms.CharField(
        label="Issued",
        max_length=Version._meta.get_field("issued").max_length,
        error_messages={"required": "Write when the next version is issued, such as May 2027."},
        help_text="As it is to be printed on the document, such as May 2027. You can change it until the version is published",
    )


def version_urls(model_admin):
    return [version_path(model_admin, "next", version_next, permission=PERMISSION)]


def version_next(model_admin, request, version):
    """Begin a draft that follows ``version``, and lead to it."""
    if not version.is_frozen:
        raise PermissionDenied
    form = NextVersionForm(request.POST or None)
    if form.is_valid():
        try:
            draft = start_next_version(version=version, by=request.user, **form.cleaned_data)
        except NotNext as refused:
            form.add_error("number", str(refused))
        else:
            messages.success(
                request,
                f"Version {draft.number} is begun as a copy of version {version.number}. Readers do not see it before it is "
                "published.",
            )
            return redirect("admin:standards_version_change", draft.pk)
    under_way = version.framework.versions.exclude(state__in=Version.FROZEN_STATES).first()
    return draw_version_page(
        model_admin,
        request,
        version,
        "next.html",
        f"Start the version after {version.number}",
        {"form": form, "under_way": under_way},
        status=422 if form.is_bound else 200,
    )
