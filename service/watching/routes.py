"""What a request is called where nothing may be told of it: by what the source calls its route."""

from django.conf import settings

METHODS = {"GET", "HEAD", "POST"}


def route_of(request) -> str:
    """The name of the route that answered; ``(static)`` and ``(none)`` for what has none."""
    match = request.resolver_match
    if match is not None:
        return match.view_name
    return "(static)" if request.path_info.startswith(settings.STATIC_URL) else "(none)"


def pattern_of(request) -> str:
    """The pattern of that route, such as ``/assessments/<uuid:assessment_id>/``."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else route_of(request)


def method_of(request) -> str:
    """The method, if it is one that pages answer to."""
    return request.method if request.method in METHODS else "other"
