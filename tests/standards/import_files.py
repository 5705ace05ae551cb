"""Files that editors might upload, ordinary and hostile, made on the fly."""

import io
import zipfile
from functools import cache

import openpyxl

from standards.importing import make_editors_workbook

_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
)
_PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Sources" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row>'


def workbook(sheets) -> bytes:
    """A workbook with these sheets, each a list of rows, the names of the columns first; written by openpyxl."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return saved(book)


def saved(book) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def edited(version, edit) -> bytes:
    """The editors' workbook of ``version`` after ``edit(openpyxl workbook)``."""
    book = openpyxl.load_workbook(io.BytesIO(make_editors_workbook(version)))
    edit(book)
    return saved(book)


def cell(page, key, title):
    """The cell in the column ``title`` of the first row that holds ``key``."""
    titles = [each.value for each in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if any(each.value == key for each in row))
    return row[titles.index(title)]


def raw_workbook(sheet="", *, parts=(), kind=_PLAIN, level=6) -> bytes:
    """A workbook with one sheet of this XML, "Sources", and further ``parts``, pairs of a name and content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES.format(kind=kind))
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        archive.writestr("xl/workbook.xml", _BOOK)
        if sheet is not None:
            archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, each in parts:
            archive.writestr(name, each)
    return content.getvalue()


def sheet_of(*rows, after="") -> str:
    return _SHEET.format(f"<sheetData>{HEAD}{''.join(rows)}</sheetData>{after}")


def row_of(number, inner) -> str:
    return f'<row r="{number}"><c r="A{number}"{inner}</c></row>'


def encrypted_workbook() -> bytes:
    content = bytearray(raw_workbook(sheet_of()))
    # The flag that an entry is encrypted, in the headers before the files and in the directory.
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(sign, place + 1)
    return bytes(content)


@cache
def bomb() -> bytes:
    """63 MB of rows in a file of less than 188 KB."""
    row = f'<row><c t="inlineStr"><is><t>{"a" * 1000}</t></is></c></row>'
    content = raw_workbook(_SHEET.format(f"<sheetData>{row * (63 * 1024 * 1024 // len(row))}</sheetData>"))
    assert len(content) < 188 * 1024
    return content


# What makes each file hostile, how it is called, how it is made, and how the first reason for refusing it begins.
HOSTILE = {
    "188 KB that unpack to 63 MB": ("a.xlsx", bomb, "The workbook of 1"),
    "a million rows": (
        "a.xlsx",
        lambda: raw_workbook(_SHEET.format(f"<sheetData>{HEAD}{'<row/>' * 1_000_000}</sheetData>")),
        "Sources, row 2,001: The sheet goes on here; the most are 2,000 rows.",
    ),
    "a row far down": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(row_of(1_048_576, "><v>1</v>"))),
        "Sources, row 1,048,576: The sheet goes on here; the most are 2,000 rows.",
    ),
    "a column far out": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of('<row r="2"><c r="XFD2"><v>1</v></c></row>')),
        "Sources, row 2: The row has 16,384 columns; the most are 200.",
    ),
    "180,000 cells": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(*(f"<row>{'<c/>' * 180}</row>" for _ in range(1_000)))),
        "The workbook has more than 120,000 cells and other elements.",
    ),
    "a formula": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(row_of(2, "><f>1+1</f><v>2</v>"))),
        "Sources, row 2, Title: holds a formula.",
    ),
    "an error": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(row_of(2, ' t="e"><v>#REF!</v>'))),
        "Sources, row 2, Title: holds the error #REF!",
    ),
    "macros": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(), parts=[("xl/vbaProject.bin", b"x")]),
        "The workbook holds macros.",
    ),
    "macros by its kind": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(), kind=_MACROS),
        "The workbook is of the kind that holds macros",
    ),
    "macros by its name": ("a.xlsm", lambda: raw_workbook(sheet_of()), "The workbook is of the kind that holds macros"),
    "links to other workbooks": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(), parts=[("xl/externalLinks/externalLink1.xml", b"<a/>")]),
        "The workbook holds links to other workbooks.",
    ),
    "merged cells": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(after='<mergeCells><mergeCell ref="A2:B3"/></mergeCells>')),
        "Sources, row 2: The cells A2:B3 are merged.",
    ),
    "entities": (
        "a.xlsx",
        lambda: raw_workbook(
            '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]>'
            + sheet_of(row_of(2, ' t="inlineStr"><is><t>&d;</t></is>'))
        ),
        "The workbook’s XML declares a document type or entities",
    ),
    "an entity from elsewhere": (
        "a.xlsx",
        lambda: raw_workbook('<!DOCTYPE a SYSTEM "file:///etc/passwd">' + sheet_of()),
        "The workbook’s XML declares a document type or entities",
    ),
    "a huge cell": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(row_of(2, f' t="inlineStr"><is><t>{"a" * 3_000_000}</t></is>'))),
        "Sources, row 2, Title: has more than 98,301 characters; a cell may have 32,767.",
    ),
    "one text in many cells": (
        "a.xlsx",
        lambda: raw_workbook(
            sheet_of(*(row_of(number, ' t="s"><v>0</v>') for number in range(2, 1_900))),
            parts=[("xl/sharedStrings.xml", f"<sst><si><t>{'a' * 32_000}</t></si></sst>")],
        ),
        "Sources, row 126: Up to here the file has 126 cells with 4,000,005 characters",
    ),
    "deep XML": (
        "a.xlsx",
        lambda: raw_workbook("<a>" * 200_000),
        "The workbook has more than 120,000 cells and other elements.",
    ),
    "a text of two million entities": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(row_of(2, f' t="inlineStr"><is><t>{"&lt;" * 1_900_000}</t></is>'))),
        "Sources, row 2, Title: has more than 98,301 characters",
    ),
    "3,000 parts": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(), parts=[(f"a{number}", b"") for number in range(3_000)]),
        "The workbook has more than 300 parts.",
    ),
    "150,000 styles": (
        "a.xlsx",
        lambda: raw_workbook(sheet_of(), parts=[("xl/styles.xml", f"<a><cellXfs>{'<xf/>' * 150_000}</cellXfs></a>")]),
        "The workbook has more than 120,000 cells and other elements.",
    ),
    "encrypted parts": ("a.xlsx", encrypted_workbook, "Parts of the workbook are encrypted."),
    "a password, or an old kind": (
        "a.xlsx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        "The workbook has a password",
    ),
    "not a zip": ("a.xlsx", lambda: b"%PDF-1.7 and so on", "The file is no Excel workbook"),
    "half a zip": ("a.xlsx", lambda: raw_workbook(sheet_of())[:400], "The workbook is damaged."),
    "a part that is missing": ("a.xlsx", lambda: raw_workbook(None), "The workbook is damaged."),
    "XML that is none": ("a.xlsx", lambda: raw_workbook("<a><b></a>"), "The workbook is damaged."),
    "another ending": ("a.exe", lambda: raw_workbook(sheet_of()), "The file must be an Excel workbook (.xlsx)"),
    "a workbook called CSV": (
        "a.csv",
        lambda: raw_workbook(sheet_of()),
        "The file is a workbook, whatever its name says.",
    ),
    "CSV with NUL": ("a.csv", lambda: b"Title\na\0b\n", "row 2: holds a NUL character"),
    "CSV in another encoding": ("a.csv", lambda: "Title\ncafé\n".encode("latin-1"), "row 2: is not in UTF-8."),
    "CSV in UTF-16": ("a.csv", lambda: "Title\na\n".encode("utf-16"), "row 1: is not in UTF-8."),
    "CSV with a quotation mark too few": ("a.csv", lambda: b'Title\n"a\n', "Sources, row 2: cannot be read"),
    "CSV with a formula": ("a.csv", lambda: b"Title\n=1+1\n", "Sources, row 2, Title: holds a formula."),
    "CSV with a million rows": (
        "a.csv",
        lambda: b"Title\n" + b"a\n" * 1_000_000,
        "Sources, row 2,001: The sheet goes on here",
    ),
    "CSV with a million cells": (
        "a.csv",
        lambda: b"Title\n" + b"," * 1_000_000,
        "Sources, row 2: The row has 1,000,001 columns",
    ),
    "deep JSON": ("a.json", lambda: b"[" * 100_000, "The JSON has far more parts"),
    "JSON deeper than Python goes": ("a.json", lambda: b"[" * 20_000, "The JSON is nested far deeper"),
    "JSON with a huge number": (
        "a.json",
        lambda: b'{"CFDocument": {"a": ' + b"1" * 10_000 + b"}}",
        "The file cannot be read as JSON.",
    ),
    "JSON with 10,000 items": (
        "a.json",
        lambda: b'{"CFDocument": {}, "CFItems": [' + b"{}," * 9_999 + b"{}]}",
        "The CASE package has 10,000 items; the most are 4,000.",
    ),
    "JSON of something else": ("a.json", lambda: b'{"a": 1}', "The file is no CASE package"),
    "JSON that is none": ("a.json", lambda: b'{"a": ', "The file cannot be read as JSON, from line 1"),
    "5 MB": ("a.csv", lambda: b"a" * (5 * 1024 * 1024), "The file is larger than 4 MB."),
    "nothing": ("a.xlsx", lambda: b"", "The file is empty."),
}
