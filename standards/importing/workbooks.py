"""Reading an Excel workbook in one pass, cell by cell, so that a hostile one is refused at the first fault and costs little.

openpyxl is not used here: it reads all styles into objects and pads missing rows before anybody can count them. Tests hold what
is read here against what openpyxl reads. XML is read by defusedxml, which refuses document types and entities.
"""

import math
import posixpath
import re
from xml.sax import ContentHandler, SAXException

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from .archive import BROKEN, DAMAGED, open_archive
from .problems import Problem, Refused
from .sheets import LONGEST_TEXT, MOST_PROBLEMS, NumberText, SheetMaker, Sizes, Upload

_FAR_TOO_LONG = 3 * LONGEST_TEXT
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CELL = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_FORMATS_OF_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_XML_IS_HOSTILE = "The workbook’s XML declares a document type or entities, which no spreadsheet program writes."


class _Stop(Exception):
    """Ends the reading of a part that holds no more of interest."""


def read_workbook(content: bytes, limits) -> Upload:
    """The sheets of an .xlsx file, all values as text. Raises ``Refused``."""
    with open_archive(content, limits["most_unpacked"]) as archive:
        parts = _Parts(archive, limits["most_elements"])
        paths = _sheet_paths(parts)
        if len(paths) > limits["most_sheets"]:
            raise Refused(f"The workbook has {len(paths):,} sheets; the most are {limits['most_sheets']}.")
        strings, dates, sizes = _Strings(limits["most_cells"]), _DateStyles(), Sizes(limits)
        for name, handler in (("sharedStrings.xml", strings), ("styles.xml", dates)):
            parts.parse(f"xl/{name}", handler, is_optional=True)
        made, problems = [], []
        for name, path in paths:
            handler = _Cells(SheetMaker(name, sizes), strings.found, dates.found)
            parts.parse(path, handler)
            problems += handler.sheet.problems
            made.append(handler.sheet.made())
    if problems:
        raise Refused(*problems[:MOST_PROBLEMS])
    return Upload(tuple(filter(None, made)))


class _Parts:
    """The XML parts of a workbook; counts what is in all of them together."""

    def __init__(self, archive, most_elements):
        self.archive, self.most_elements, self.elements = archive, most_elements, 0

    def parse(self, path, handler, *, is_optional=False):
        """Give the part at ``path`` to ``handler``. Raises ``Refused``."""
        parser = make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(handler)
        handler.parts = self
        try:
            part = self.archive.open(path)
        except KeyError:
            if is_optional:
                return
            raise Refused(DAMAGED) from None
        except BROKEN:
            raise Refused(DAMAGED) from None
        with part:
            try:
                parser.parse(part)
            except _Stop:
                return
            except DefusedXmlException:
                raise Refused(_XML_IS_HOSTILE) from None
            except (SAXException, *BROKEN):
                raise Refused(DAMAGED) from None

    def count(self):
        """Count an element that begins."""
        self.elements += 1
        if self.elements > self.most_elements:
            raise Refused(f"The workbook has more than {self.most_elements:,} cells and other elements.")


def _sheet_paths(parts) -> list[tuple[str, str]]:
    """The sheets in their order, as (name, path in the archive)."""
    types, relations, book = _ContentTypes(), _Relations(), _Book()
    parts.parse("[Content_Types].xml", types)
    parts.parse("xl/_rels/workbook.xml.rels", relations)
    parts.parse("xl/workbook.xml", book)
    targets = relations.found
    if any(relation not in targets for _, relation in book.found):
        raise Refused(DAMAGED)
    return [
        (name, posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/"))
        for name, relation in book.found
        if relation in relations.worksheets
    ]


def _plain(name):
    return name.rpartition(":")[2]


class _Handler(ContentHandler):
    """Counts elements, and names them without the prefix of their namespace."""

    parts = None

    def startElement(self, name, attrs):
        self.parts.count()
        self.begin(_plain(name), attrs)

    def endElement(self, name):
        self.end(_plain(name))

    def begin(self, name, attrs):
        """An element begins."""

    def end(self, name):
        """An element ends."""


class _ContentTypes(_Handler):
    def begin(self, name, attrs):
        if "macroenabled" in attrs.get("ContentType", "").lower():
            raise Refused("The workbook is of the kind that holds macros (.xlsm). Save it as .xlsx.")


class _Relations(_Handler):
    def __init__(self):
        super().__init__()
        self.found, self.worksheets = {}, set()

    def begin(self, name, attrs):
        if name == "Relationship" and len(self.found) < 1000:
            self.found[attrs.get("Id", "")] = attrs.get("Target", "")
            if attrs.get("Type", "").endswith("/worksheet"):
                self.worksheets.add(attrs.get("Id", ""))


class _Book(_Handler):
    def __init__(self):
        super().__init__()
        self.found = []

    def begin(self, name, attrs):
        if name == "sheet" and len(self.found) < 1000:
            relation = next((attrs[key] for key in attrs.keys() if _plain(key) == "id"), "")  # noqa: SIM118
            self.found.append((attrs.get("name", "")[:100], relation))


class _DateStyles(_Handler):
    """Which styles show a number as a date or a time."""

    def __init__(self):
        super().__init__()
        self.found, self.formats, self.is_in_cells, self.count = set(), set(_FORMATS_OF_DATES), False, 0

    def begin(self, name, attrs):
        number = attrs.get("numFmtId", "")
        if name == "numFmt" and number.isdecimal() and len(self.formats) < 5000:
            code = _QUOTED.sub("", attrs.get("formatCode", "")).lower()
            if re.search("[dmyhs]", code) and "general" not in code:
                self.formats.add(int(number[:9]))
        elif name == "cellXfs":
            self.is_in_cells = True
        elif name == "xf" and self.is_in_cells:
            if number.isdecimal() and int(number[:9]) in self.formats:
                self.found.add(str(self.count))
            self.count += 1

    def end(self, name):
        if name == "cellXfs":
            raise _Stop


class _Texts(_Handler):
    """Gathers the text of ``t`` elements, but for the readings of Japanese words that stand in ``rPh``."""

    def __init__(self):
        super().__init__()
        self.pieces, self.length, self.is_text, self.is_reading = [], 0, False, False

    def characters(self, content):
        if self.is_text:
            self.pieces.append(content)
            self.length += len(content)
            if self.length > _FAR_TOO_LONG:
                raise Refused(self.far_too_long())

    def far_too_long(self):
        """Why a text is not even read to its end."""
        return f"A cell has more than {_FAR_TOO_LONG:,} characters; it may have {LONGEST_TEXT:,}."

    def gathered(self):
        text, self.length = "".join(self.pieces), 0
        self.pieces.clear()
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class _Strings(_Texts):
    """The texts that cells share, by their place."""

    def __init__(self, most):
        super().__init__()
        self.found, self.most = [], most

    def begin(self, name, attrs):
        self.is_reading = self.is_reading or name == "rPh"
        self.is_text = name == "t" and not self.is_reading

    def end(self, name):
        self.is_text = False
        if name == "rPh":
            self.is_reading = False
        elif name == "si":
            if len(self.found) >= self.most:
                raise Refused(f"The workbook has more than {self.most:,} texts.")
            self.found.append(self.gathered())


class _Cells(_Texts):
    """The cells of one sheet, given to a ``SheetMaker`` row by row."""

    def __init__(self, sheet, strings, dates):
        super().__init__()
        self.sheet, self.strings, self.dates = sheet, strings, dates
        self.row, self.place, self.values = 0, -1, {}
        self.kind, self.style = "", ""

    def begin(self, name, attrs):
        if name == "row":
            self._begin_row(attrs.get("r", ""))
        elif name == "c":
            self._begin_cell(attrs)
        elif name == "f":
            self.sheet.complain("holds a formula. Copy the cell and paste it as a value.", self.row, max(self.place, 0))
        elif name == "mergeCell":
            match = _CELL.match(attrs.get("ref", ""))
            row = int(match[2]) if match else None
            self.sheet.complain(f"The cells {attrs.get('ref', '')[:20]} are merged. Unmerge them.", row)
        else:
            self.is_reading = self.is_reading or name == "rPh"
            self.is_text = name == "v" or (name == "t" and not self.is_reading)

    def end(self, name):
        if name == "c":
            text = self._value(self.gathered())
            if text:
                self.values[self.place] = text
        elif name == "row":
            self.sheet.add(self.row, self.values)
            self.values = {}
        elif name == "rPh":
            self.is_reading = False
        self.is_text = False

    def far_too_long(self):
        says = f"has more than {_FAR_TOO_LONG:,} characters; a cell may have {LONGEST_TEXT:,}."
        return Problem(says, self.sheet.name, self.row, self.sheet.column(max(self.place, 0)))

    def _begin_row(self, number):
        number = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else self.row + 1
        if number <= self.row:
            raise Refused(DAMAGED)
        self.row, self.place = number, -1
        self.sheet.sizes.refuse_rows(self.sheet.name, number)

    def _begin_cell(self, attrs):
        match = _CELL.fullmatch(attrs.get("r", ""))
        place = _place(match[1]) if match else self.place + 1
        if place <= self.place or not self.row:
            raise Refused(DAMAGED)
        self.sheet.sizes.refuse_columns(self.sheet.name, self.row, place + 1)
        self.place, self.kind, self.style = place, attrs.get("t", "n"), attrs.get("s", "")

    def _value(self, text):
        if not text:
            return ""
        if self.kind == "s":
            if not text.isdecimal() or len(text) > 9 or int(text) >= len(self.strings):
                raise Refused(DAMAGED)
            return self.strings[int(text)]
        if self.kind in ("inlineStr", "str"):
            return text
        if self.kind == "b":
            return "Yes" if text == "1" else "No"
        if self.kind == "n" and self.style not in self.dates:
            return _number(text)
        what = (
            f"holds the error {text[:20]}."
            if self.kind == "e"
            else "holds a date. Format it as text and type it again."
        )
        self.sheet.complain(what, self.row, self.place)
        return ""


def _place(name):
    place = 0
    for letter in name:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _number(text):
    try:
        value = float(text)
    except ValueError:
        raise Refused(DAMAGED) from None
    if not math.isfinite(value):
        raise Refused(DAMAGED)
    return NumberText(int(value) if value.is_integer() and abs(value) < 1e15 else value)
