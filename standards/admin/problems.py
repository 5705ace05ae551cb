"""What a check found, with the address of the page on which each is mended."""

from django.urls import reverse


def addressed(problems, version):
    """Each of the ``publication.Problem`` as (sentence, address)."""
    return [(problem.text, _address(problem, version)) for problem in problems]


def _address(problem, version):
    if problem.model == "links":
        return reverse("admin:standards_version_links", args=[version.pk])
    return reverse(f"admin:standards_{problem.model}_change", args=[problem.pk])
