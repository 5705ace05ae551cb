"""Reads the files of a version back, each with a reader that had no part in making it."""

import csv
import json
import re
from html.parser import HTMLParser
from io import BytesIO, StringIO

import openpyxl

from standards.models import Level, LevelDescriptor
from tests.documents.structure import TaggedPdf, read_back


def published_words(version) -> dict[tuple[str, str], str]:
    """The words in the database, by statement code and level name."""
    rows = LevelDescriptor.objects.filter(statement__area__section__version=version)
    return {(code, level): text for code, level, text in rows.values_list("statement__code", "level__name", "text")}


def differences(found: dict, expected: dict) -> list[str]:
    """What is missing, what is too much, and what differs, a sentence each."""
    missing = [f"{key} is missing" for key in expected.keys() - found.keys()]
    extra = [f"{key} is not in the database" for key in found.keys() - expected.keys()]
    other = [f"{key}: {found[key]!r}" for key in expected.keys() & found.keys() if found[key] != expected[key]]
    return missing + extra + other


def csv_rows(content: bytes, encoding="utf-8-sig") -> list[dict]:
    return list(csv.DictReader(StringIO(content.decode(encoding), newline=""), strict=True))


def sheet_rows(content: bytes, name: str) -> list[dict]:
    """The rows of a sheet by their headings; an empty cell is ""."""
    head, *rows = openpyxl.load_workbook(BytesIO(content))[name].iter_rows(values_only=True)
    return [{title: "" if value is None else value for title, value in zip(head, row, strict=True)} for row in rows]


def words_of_csv(content, version):
    return {(row["Statement"], row["Level"]): row["Text"] for row in csv_rows(content)}


def words_of_change_notes(content, version):
    rows = [row for row in csv_rows(content) if row["Change"] != "removed"]
    return {(row["Statement"], row["Level"]): row["Words now"] for row in rows}


def words_of_workbook(content, version):
    levels = Level.objects.filter(version=version).values_list("name", flat=True)
    return {
        (row["Statement"], level): row[level]
        for row in sheet_rows(content, "Statements")
        for level in levels
        if row[level]
    }


def words_of_case(content, version):
    package = json.loads(content)
    items = {item["identifier"]: item for item in package["CFItems"]}
    links = {}
    for each in package["CFAssociations"]:
        links[each["originNodeURI"]["identifier"], each["associationType"]] = each["destinationNodeURI"]["identifier"]
    words = [item for item in items.values() if item["CFItemType"] == "Level descriptor"]
    return {
        (
            items[links[item["identifier"], "isChildOf"]]["humanCodingScheme"],
            items[links[item["identifier"], "hasSkillLevel"]]["abbreviatedStatement"],
        ): item["fullStatement"]
        for item in words
    }


class _Paragraphs(HTMLParser):
    """The paragraphs of a description, each as (what is strong in it, the rest)."""

    def __init__(self):
        super().__init__()
        self.found, self.is_strong = [], False

    def handle_starttag(self, tag, attrs):
        self.is_strong = tag == "strong"
        if tag == "p":
            self.found.append(["", ""])

    def handle_endtag(self, tag):
        self.is_strong = False

    def handle_data(self, data):
        if self.found:
            self.found[-1][0 if self.is_strong else 1] += data


def words_of_moodle(content, version):
    found = {}
    for row in csv_rows(content, "utf-8"):
        if "." in row["ID number"] and not row["Is framework"]:
            reader = _Paragraphs()
            reader.feed(row["Description"])
            found |= {(row["ID number"], level.removesuffix(":")): text[1:] for level, text in reader.found}
    return found


def words_of_pdf(content, version):
    """Without white space, as all text that is read from a PDF."""
    levels = list(Level.objects.filter(version=version).order_by("rank").values_list("name", flat=True))
    found = {}
    for head, *cells in table_rows(read_back(content)):
        if re.fullmatch(r"[A-Z]\d\.\d+", head):
            found |= {(head, level): text for level, text in zip(levels, cells, strict=True) if text != "–"}
    return found


def table_rows(tagged: TaggedPdf) -> list[list[str]]:
    """The text of each cell of each row of a PDF's tables."""
    cells = {}
    for element, ancestors in tagged.elements():
        inside = next((each for each in (*ancestors, element) if each["/S"] in ("/TH", "/TD")), None)
        row = next((each for each in ancestors if each["/S"] == "/TR"), None)
        if inside is not None and row is not None:
            texts = cells.setdefault(id(row), {})
            texts[id(inside)] = texts.get(id(inside), "") + tagged.own_text(element)
    return [list(texts.values()) for texts in cells.values()]


READERS = {
    "pdf": words_of_pdf,
    "xlsx": words_of_workbook,
    "csv": words_of_csv,
    "change-notes-csv": words_of_change_notes,
    "case-json": words_of_case,
    "moodle-csv": words_of_moodle,
}
# What is lost on paper is white space alone.
FOLDS = {"pdf": lambda text: re.sub(r"\s", "", text)}


def word_differences(name: str, content: bytes, version) -> list[str]:
    """What the words in a file differ in from those in the database."""
    fold = FOLDS.get(name, str)
    expected = {key: fold(text) for key, text in published_words(version).items()}
    return differences(READERS[name](content, version), expected)
