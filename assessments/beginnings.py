"""What somebody may begin: a first round or the next one, under each open framework in which they have none under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from standards.models import Version

from .models import Assessment


@dataclass(frozen=True, slots=True)
class Beginning:
    """A framework in which a round may be begun.

    version  the one that new rounds are begun under
    last     the round that they agreed or closed last under the framework; None without any
    choice   what the address of the start says, so that nobody is asked which framework; empty where there is only one
    """

    version: Version
    last: Assessment | None
    choice: str


def beginnings_of(rounds: Sequence[Assessment]) -> tuple[Beginning, ...]:
    """What the owner of ``rounds``, which are all of theirs, the newest first, may begin: one query.

    Those that go on from an earlier round come first, the one that was over last before the others.
    """
    versions = Version.objects.latest_of_each_framework()
    under_way = {each.framework_id for each in rounds if each.state in Assessment.OPEN_STATES}
    found = []
    for version in versions:
        if version.framework_id not in under_way:
            over = [each for each in rounds if each.framework_id == version.framework_id]
            last = max(over, key=over_at, default=None)
            found.append(Beginning(version, last, chosen(version) if len(versions) > 1 else ""))
    gone_on = [each for each in found if each.last]
    return (
        *sorted(gone_on, key=lambda each: over_at(each.last), reverse=True),
        *(each for each in found if not each.last),
    )


def over_at(assessment: Assessment):
    """When a round was agreed or closed."""
    return assessment.agreed_at or assessment.closed_at


def chosen(version: Version) -> str:
    """The query of an address that names the framework of ``version``."""
    return "?" + urlencode({"framework": version.framework.slug})
