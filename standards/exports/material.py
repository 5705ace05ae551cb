"""What the files of a version are made from, read once for each file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..library import VersionLibrary, version_library
from ..links import VersionPaths, version_paths
from ..models import GlossaryTerm, LevelDescriptor, Version
from ..tree import VersionTree, version_tree

LICENCE_ADDRESSES = {
    "Open Government Licence v3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
}


@dataclass(frozen=True)
class Material:
    """A version and everything that it says.

    words      the published words by statement (primary key) and rank; a level without words has no entry
    notes      how the printed document differs, by glossary term
    previous   the version that was published before it, if any
    paths      what became of the statements of that version; None where there is none
    """

    version: Version
    tree: VersionTree
    library: VersionLibrary
    words: Mapping[int, Mapping[int, str]]
    notes: Mapping[str, str]
    previous: "Material | None" = None
    paths: VersionPaths | None = None

    @property
    def framework(self):
        return self.version.framework

    @property
    def name(self) -> str:
        """The standards with their version: "Contract Management Professional Standards, version 2.0"."""
        return f"{self.framework.title}, version {self.version.number}"

    @property
    def fixed_at(self) -> datetime:
        """When the words were published; for a draft, when it was changed last."""
        return self.version.published_at or self.version.edited_at

    @property
    def licence_address(self) -> str:
        return licence_address(self.version)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What every file says of the version that it holds, a name and a text each."""
        version = self.version
        return (
            ("Standard", self.framework.title),
            ("Version", version.number),
            ("Issued", version.issued),
            ("State", version.get_state_display()),
            ("Licence", version.licence),
            ("Licence address", self.licence_address),
            ("Source", version.source_title),
            ("Source address", version.source_url),
            ("Fingerprint", version.fingerprint),
        )


def licence_address(version: Version) -> str:
    """Where the licence of ``version`` can be read; empty for a licence that is not known here."""
    return next((url for name, url in LICENCE_ADDRESSES.items() if name in version.licence), "")


def read_material(version: Version, *, with_previous: bool = False) -> Material:
    """Read what ``version`` says; ``with_previous`` also what the version before it said."""
    words = {}
    descriptors = LevelDescriptor.objects.filter(statement__area__section__version=version)
    for statement, rank, text in descriptors.order_by("level__rank").values_list("statement", "level__rank", "text"):
        words.setdefault(statement, {})[rank] = text
    notes = dict(GlossaryTerm.objects.filter(version=version).values_list("term", "note"))
    previous = _previous(version) if with_previous else None
    return Material(
        version,
        version_tree(version),
        version_library(version),
        words,
        notes,
        previous and read_material(previous),
        previous and version_paths(previous, version),
    )


def _previous(version):
    earlier = Version.objects.filter(framework=version.framework_id, state__in=Version.FROZEN_STATES)
    if version.published_at:
        earlier = earlier.filter(published_at__lt=version.published_at)
    return earlier.exclude(pk=version.pk).select_related("framework").order_by("-published_at", "-pk").first()
