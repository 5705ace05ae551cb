"""The routes of the urlconf, for tests that must leave none out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

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
    view: Callable = field(compare=False, repr=False, default=None)

    @property
    def is_framework(self):
        return self.prefix.startswith(FRAMEWORK_PREFIXES)

    @property
    def takes_post(self):
        """Whether the view may answer a POST: all do that do not say otherwise."""
        allowed = _allowed(self.view)
        return allowed is None or "POST" in allowed

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
            yield Route(f"{namespace}{pattern.name}" if pattern.name else "", here, named, pattern.callback)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, here, inner, named)


def _allowed(view):
    """The methods that a view says it answers to; None where it says nothing."""
    while view is not None:
        of_class = getattr(view, "view_class", None)
        if of_class:
            return [each.upper() for each in of_class.http_method_names if hasattr(of_class, each)]
        kept = (
            dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
            if hasattr(view, "__code__")
            else {}
        )
        if "request_method_list" in kept:
            return kept["request_method_list"].cell_contents
        view = getattr(view, "__wrapped__", None)
    return None
