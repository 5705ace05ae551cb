"""Who may be asked to sign a version off."""

from django.contrib.auth import get_backends

PERMISSION = "standards.view_version"


def reviewers_to_ask():
    """Everybody who may sign in, enter the admin and look at versions there."""
    backend = next(each for each in get_backends() if hasattr(each, "with_perm"))
    return backend.with_perm(PERMISSION).filter(is_staff=True).order_by("name", "pk")
