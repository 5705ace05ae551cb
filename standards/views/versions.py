"""A framework's versions, and what stands in one of them."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ..models import Version
from ..release import release
from .reading import public_answer, version_page


@login_not_required
@require_safe
def standards_list(request):
    """Every version that people may read; straight to it where there is only one."""
    frozen = Version.objects.filter(state__in=Version.FROZEN_STATES).select_related("framework")
    versions = list(frozen.order_by("framework__title", "framework", "-published_at"))
    if len(versions) == 1:
        return redirect(reverse("version-detail", args=[versions[0].framework.slug, versions[0].number]))
    stand = repr([(each.pk, each.state, each.edited_at) for each in versions] + [release()])
    return public_answer(
        request,
        f'"{hashlib.sha256(stand.encode()).hexdigest()[:32]}"',
        lambda: render(request, "standards/standards_list.html", {"versions": versions}),
    )


@version_page
def version_detail(request, reading):
    """The contents: every area, level, role and text, and how to search and download it all."""
    return render(request, "standards/version_detail.html", {"reading": reading})
