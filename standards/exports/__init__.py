"""The files in which a version can be taken away: one module for each format, and the list of them here.

A file is a pure function of its version. That of a published version is remembered by the process until the version is touched,
because making a PDF takes seconds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

from ..models import Version
from ..remembering import Remembered
from .case import make_case_json
from .changes import make_change_notes_csv
from .material import Material, licence_address, read_material
from .moodle import make_moodle_csv
from .pdf import make_version_pdf
from .tables import make_statements_csv
from .workbook import make_version_workbook

REMEMBERED_FILES = 4  # of each format


@dataclass(frozen=True)
class Export:
    """A format.

    name             as in addresses and on the command line
    title, kind, purpose   what it is, in which format, and what it is for
    ending           of the file's name, after the version's
    make             the file's bytes; raises ``documents.pdf.PdfUnavailable`` where PDFs cannot be made
    needs_previous   whether it says what changed since the version before
    is_slow          whether making it takes seconds
    """

    name: str
    title: str
    kind: str
    purpose: str
    media_type: str
    ending: str
    make: Callable[[Material], bytes]
    needs_previous: bool = False
    is_slow: bool = False
    made: Remembered = field(default_factory=lambda: Remembered(REMEMBERED_FILES), compare=False, repr=False)
    making: Lock = field(default_factory=Lock, compare=False, repr=False)

    def file_name(self, version: Version) -> str:
        """What the file is called on somebody's disk."""
        number = re.sub(r"[^A-Za-z0-9.]+", "-", version.number).strip("-.")
        return f"{version.framework.slug}-{number or 'version'}{self.ending}"

    def content(self, version: Version) -> bytes:
        """Return the file's bytes, the remembered ones where nothing in it has changed."""
        if self.made.has(version):
            return self.made.get(version, self._make)
        # Who asks while it is being made waits for it, and does not make it again.
        with self.making:
            return self.made.get(version, self._make)

    def known_size(self, version: Version) -> int | None:
        """How many bytes the file has; None where it is not made yet and making it would take long."""
        if self.is_slow and not self.made.has(version):
            return None
        return len(self.content(version))

    def _make(self, version):
        return self.make(read_material(version, with_previous=self.needs_previous))


__all__ = ["EXPORTS", "Export", "forget_exports", "licence_address"]

_EXPORTS = (
    Export(
        "pdf",
        "The whole document",
        "PDF",
        "To read, print or keep. With contents, bookmarks and tags for screen readers (PDF/UA-1).",
        "application/pdf",
        ".pdf",
        make_version_pdf,
        is_slow=True,
    ),
    Export(
        "xlsx",
        "Workbook",
        "Excel",
        "To sort, filter and work with: a sheet each for statements, glossary, role profiles and the rest.",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
        make_version_workbook,
    ),
    Export(
        "csv",
        "Statements as a table",
        "CSV",
        "To load into a spreadsheet or another system: a row for each statement and level.",
        "text/csv; charset=utf-8",
        "-statements.csv",
        make_statements_csv,
    ),
    Export(
        "change-notes-csv",
        "Change notes",
        "CSV",
        "To see what changed since the version before: old and new words of each statement and level.",
        "text/csv; charset=utf-8",
        "-change-notes.csv",
        make_change_notes_csv,
        needs_previous=True,
    ),
    Export(
        "case-json",
        "Competency framework for learning systems",
        "JSON, 1EdTech CASE 1.1",
        "To load into systems that read CASE, with an identifier for each part that stays the same.",
        "application/json",
        "-case.json",
        make_case_json,
        needs_previous=True,
    ),
    Export(
        "moodle-csv",
        "Competency framework for Moodle",
        "CSV",
        "To load in Moodle with “Import competency framework”, with the levels as its scale.",
        "text/csv; charset=utf-8",
        "-moodle.csv",
        make_moodle_csv,
    ),
)
EXPORTS = MappingProxyType({export.name: export for export in _EXPORTS})


def forget_exports():
    """Make every file again when it is next asked for."""
    for export in EXPORTS.values():
        export.made.forget()
