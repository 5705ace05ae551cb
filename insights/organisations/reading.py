"""Reads what a release says of an organisation, in four queries whatever its size."""

from .page import OrganisationPage


def read_organisation(
    user, organisation_id, *, role=None, need=None, version=None, framework=None
) -> OrganisationPage | None:
    """What ``user`` may see of an organisation, or None where they may see nothing of it.

    The filters are what the address says, as text or None: keys of a role profile, a version and a framework, the rank of
    a level. Whatever is not there is said in ``ignored`` and left aside.
    """
    raise NotImplementedError
