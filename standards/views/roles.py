"""The role profiles of the career pathways, and what one of them is expected to do."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import render

from .reading import version_page


@version_page
def role_list(request, reading):
    """The career pathways, each with its role profiles from the lowest level to the highest."""
    tree = reading.tree
    pathways = [
        (pathway, sorted(profiles, key=lambda profile: max(profile.targets.values(), default=0)))
        for pathway, profiles in groupby(tree.role_profiles, key=lambda profile: profile.pathway)
    ]
    return render(request, "standards/role_list.html", {"reading": reading, "pathways": pathways})


@version_page
def role_detail(request, reading, slug):
    """What a role is expected to do: the words of its level in each area."""
    tree = reading.tree
    profile = next((profile for profile in tree.role_profiles if profile.slug == slug), None)
    if profile is None:
        raise Http404
    context = {
        "reading": reading,
        "profile": profile,
        "areas": [(area, profile.targets[area.code]) for area in tree.areas if area.code in profile.targets],
        "pathway": [each for each in tree.role_profiles if each.pathway == profile.pathway],
    }
    return render(request, "standards/role_detail.html", context)
