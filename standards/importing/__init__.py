"""Standards as files that editors edit: written out, read in, looked at beside a draft, and taken into it."""

from .about import begun_version
from .book import ADDED, CHANGED, REMOVED, UNCHANGED, Book, Change, Plan, Planned
from .problems import Problem, Refused
from .reading import read_upload
from .sheets import Upload
from .writing import SHEETS, make_editors_workbook, make_table_csv

__all__ = [
    "ADDED",
    "CHANGED",
    "REMOVED",
    "SHEETS",
    "UNCHANGED",
    "Book",
    "Change",
    "Plan",
    "Planned",
    "Problem",
    "Refused",
    "Upload",
    "begun_version",
    "make_editors_workbook",
    "make_table_csv",
    "read_upload",
]
