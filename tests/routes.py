"""The routes of the urlconf, for tests that must leave none out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver

FRAMEWORK_PREFIXES = ("accounts/", "admin/")
# What the addresses of the published standards are filled with.
PUBLISHED = {
    "framework": "contract-management",
    "version": "2.0",
    "area_code": "B4",
    "statement_code": "B4.3",
    "rank": 2,
    "lower": 1,
    "upper": 2,
    "format": "csv",
}
SLUGS = {
    "role-detail": "contract-manager",
    "page-detail": "foreword",
    "people-detail": "director-of-investment",
    "casestudy-detail": "healthy-start-vitamins",
}


@dataclass(frozen=True)
class Route:
    """A route of the urlconf: its name with namespaces, where it stands, and the names of its parameters."""

    name: str
    prefix: str
    parameters: tuple[str, ...]

    @property
    def is_framework(self):
        return self.prefix.startswith(FRAMEWORK_PREFIXES)

    @property
    def is_of_a_version(self):
        """Whether it is a public page of a version of the standards."""
        return {"framework", "version"} <= set(self.parameters)


def routes(patterns=None, prefix="", namespace="", parameters=()) -> Iterator[Route]:
    """Every route of the urlconf."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        named = (*parameters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            yield Route(f"{namespace}{pattern.name}" if pattern.name else "", here, named)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, here, inner, named)
