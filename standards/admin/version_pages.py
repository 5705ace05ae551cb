"""Pages about one version, beside the one on which it is edited: found from there, and drawn like it."""

from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ..models import Version

DRAFT, IN_REVIEW, PUBLISHED, RETIRED = Version.State.values
UNDER_WAY = (DRAFT, IN_REVIEW)


@dataclass(frozen=True)
class VersionLink:
    """A line on the page of a version: to the admin page ``name``, in these states, for those who have the permission."""

    name: str
    title: str
    states: tuple[str, ...]
    permission: str = "standards.change_version"

    def is_for(self, user, version) -> bool:
        return version.state in self.states and user.has_perm(self.permission)


def version_path(model_admin, part, view, *, permission="standards.change_version"):
    """The address of a page: ``view(model_admin, request, version)`` at ``<version>/<part>/``, named standards_version_<part>.

    Who lacks the permission is answered with 403; a version that is not there with 404.
    """

    @wraps(view)
    def page(request, pk):
        if not request.user.has_perm(permission):
            raise PermissionDenied
        version = get_object_or_404(Version.objects.select_related("framework"), pk=pk)
        return view(model_admin, request, version)

    name = f"standards_version_{part.replace('-', '_').rstrip('/')}"
    return path(f"<int:pk>/{part}/", model_admin.admin_site.admin_view(page), name=name)


def draw_version_page(model_admin, request, version, template, title, context, status=200):
    """A page in the admin's frame, below the version's own; ``template`` extends admin/standards/version/page.html."""
    context = model_admin.admin_site.each_context(request) | {
        "title": title,
        "opts": model_admin.opts,
        "version": version,
        "version_url": reverse("admin:standards_version_change", args=[version.pk]),
        **context,
    }
    return TemplateResponse(request, f"admin/standards/version/{template}", context, status=status)
