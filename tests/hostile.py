"""Texts that do harm where they are taken for more than text, and what each of the portal's formats would show if one were."""

import csv
import re
from html.parser import HTMLParser
from io import BytesIO, StringIO
from urllib.parse import urlsplit

from openpyxl import load_workbook

from tests.privacy import plants

# Each is known by its number wherever it is shown. A page that is taken in asks for an address or sets the window's title.
BEACON = "https://beacon.example/"
STORABLE = (
    "<script>document.title='ran'</script>h00",
    "<img src=x onerror=\"document.title='ran'\">h01",
    f"<svg onload=document.title='ran'><image href='{BEACON}svg.png'/></svg>h02",
    '"><script src="https://beacon.example/a.js"></script>h03',
    "'-document.title='ran'-'</textarea><script>document.title='ran'</script>h04",
    "{{ 7*7 }}{% debug %}{{ config }}${7*7}#{7*7}h05",
    "{{ ''.__class__.__mro__ }}{%- include 'x' -%}{#h06#}h06",
    "=cmd|' /C calc'!A0h07",
    '+HYPERLINK("https://beacon.example/","h08")h08',
    "-2+3+cmd|' /C calc'!A0h09",
    "@SUM(1+1)*cmd|' /C calc'!A0h10",
    "\t=1+1h11",
    "\r=1+1h12",
    "\n=1+1h13",
    "h14\r\nBcc: everybody@beacon.example\r\nX-Added: 1\r\n\r\nA body",
    "h15\nBEGIN:VALARM\nATTACH:https://beacon.example/\nEND:VEVENT\nX-ADDED:1",
    "h16\r\nATTACH;VALUE=URI:file:///etc/passwd\r\nURL:javascript:alert(1)",
    "h17 \u202egnp.exe\u202c \u2066reversed\u2069",
    "h18 zero\u200bwidth\u200d\ufeff\u2060",
    "h19 👩🏽‍👩🏽‍👧🏽‍👦🏽 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ŵŷ e\u0301\u0301\u0301",
    "h20 [click](javascript:alert(1)) ![x](https://beacon.example/x.png) **bold** <https://beacon.example>",
    "javascript:document.title='ran'//h21",
    "data:text/html,<script>document.title='ran'</script>h22",
    "file:///etc/passwd h23",
    "h24 background:url(https://beacon.example/b.png);}</style><style>*{background:url(https://beacon.example/c.png)}",
    '<!DOCTYPE a [<!ENTITY h SYSTEM "file:///etc/passwd">]>&h;&lt;script&gt;h25',
    "<link rel=stylesheet href=https://beacon.example/a.css><meta http-equiv=refresh content='0;url=https://beacon.example/'>h26",
    "<iframe src=https://beacon.example/></iframe><object data=file:///etc/passwd></object><base href=https://beacon.example/>h27",
    "<a href=\"javascript:document.title='ran'\" onmouseover=document.title='ran' style=color:red>h28</a>",
    "h29 _x000D_=1+1 external:\\\\beacon.example\\share internal:Sheet1!A1 mailto:a@beacon.example",
    "' OR 1=1 --h30'; DROP TABLE people_user; --",
    "h31 ]]><![CDATA[<script>document.title='ran'</script>]]>",
    "<math><mtext></math><style><img src=x onerror=document.title='ran'>h32",
    f"h33 {'w' * 110}",
)
VERY_LONG = "h34 " + "long words and no end of them, " * 55
# No database of ours keeps these; what makes files is given them all the same.
UNSTORABLE = ("a\0b", "a\ud800b", "\udfff=1+1", "\x1b]0;ran\x07", "\x7f\x85\u2028\u2029")

# Fields that hold more than a line.
LONG = {
    "note",
    "their-note",
    "example-text",
    "points",
    "disagreement",
    "goal-note",
    "earlier-note",
    "said",
    "given-note",
}
NUMBERED = re.compile(r"h(\d\d)")
SHORT = {"file"}


class HostileCast(plants.Cast):
    """Somebody as ``plants.Cast`` has them, with a hostile text in place of each plant: the one ``offset`` after it in the list."""

    def __init__(self, monkeypatch, offset=0):
        self.texts = {}
        self.offset = offset
        monkeypatch.setattr(plants, "plant", self.text)
        super().__init__()
        for person in (self.line_manager, self.member):
            person.name = self.text(f"name of {person.pk}")
            person.save(update_fields=["name"])
        self.organisation = self.person.organisation
        self.organisation.name = self.text("name of the organisation")
        self.organisation.save(update_fields=["name"])

    def text(self, name):
        """The text for the field of this name, the same each time."""
        if name not in self.texts:
            number = (len(self.texts) + self.offset) % (len(STORABLE) + 1)
            text = (*STORABLE, VERY_LONG)[number]
            self.texts[name] = text[: 1000 if name in LONG else 100 if name in SHORT else 150]
        return self.texts[name]


OWN_SCRIPTS = ("/static/", "/admin/jsi18n/")


class Drawn(HTMLParser):
    """A page as a browser takes it: ``faults`` are elements, attributes and addresses that no page of the portal has."""

    NEVER = {"iframe", "object", "embed", "base", "math", "style", "frame", "applet", "animate", "foreignobject"}

    def __init__(self, html):
        super().__init__()
        self.faults = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag in self.NEVER or (tag == "meta" and "http-equiv" in has):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not is_data(has) and not (has.get("src") or "").startswith(OWN_SCRIPTS):
            self.faults.append(f"<script {has}>")
        self.faults += [f"{tag} {name}" for name in has if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "background", "srcset"):
            if has.get(name) and not is_fit(tag, name, has[name]):
                self.faults.append(f"{tag} {name}={has[name]}")


def is_data(attributes):
    return attributes.get("type") in ("application/json", "text/template") or attributes.get("id", "").startswith(
        "django-admin"
    )


def is_fit(tag, name, address):
    """Whether a page may lead to an address, or load it: it loads only what is the portal's own."""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return False
    if tag == "a" and name == "href":
        return scheme in ("", "http", "https", "mailto")
    return scheme == "" and not address.startswith("//")


def page_faults(content: bytes):
    html = content.decode()
    executed = ["49"] if re.search(r"(?<![\d.])49h05", html) else []
    return Drawn(html).faults + executed


def workbook_faults(content: bytes):
    """Formulas and links in any cell of a workbook."""
    book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" or cell.hyperlink:
                    yield f"{sheet.title}!{cell.coordinate}: {cell.value!r}"


def csv_faults(content: bytes):
    """Cells of a CSV file that a spreadsheet would run."""
    for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline="")):
        for cell in row:
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell):
                yield repr(cell)


PROPERTIES = {
    *(
        "BEGIN",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "X-WR-CALNAME",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SEQUENCE",
        "SUMMARY",
    ),
    *("DESCRIPTION", "URL", "TRANSP", "CLASS", "ACTION", "TRIGGER", "END"),
}


def calendar_faults(content: bytes):
    """Lines of a calendar file that are no property of the portal's making, and addresses that lead elsewhere."""
    for line in re.sub(r"\r\n[ \t]", "", content.decode()).split("\r\n"):
        name = re.split("[:;]", line)[0]
        if line and (name not in PROPERTIES or re.search(r"[\r\n\x00]", line)):
            yield line
        if (name == "URL" and "beacon" in line) or line.startswith("URL:javascript"):
            yield line


HEADERS = {
    *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID"),
    "Auto-Submitted",
}


def letter_faults(message):
    """Headers of an e-mail that the portal did not mean, a subject that is more than a line, and recipients beside the one."""
    made = message.message()
    text = made.as_bytes().partition(b"\n\n")[0].decode("ascii", "replace")
    names = {line.partition(":")[0] for line in text.split("\n") if line and line[0] not in " \t"}
    yield from (f"header {name}" for name in sorted(names - HEADERS))
    if re.search(r"[\r\n]", str(message.subject)):
        yield f"subject {message.subject!r}"
    if len(message.recipients()) != 1:
        yield f"recipients {message.recipients()}"


CHECKS = {
    "text/html": page_faults,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": workbook_faults,
    "text/csv": csv_faults,
    "text/calendar": calendar_faults,
}


def faults_of(response) -> list[str]:
    """What of a response would be taken for more than text, by what it says it is."""
    kind = response.get("Content-Type", "").partition(";")[0]
    content = b"".join(response) if response.streaming else response.content
    if kind == "application/json":
        assert response["X-Content-Type-Options"] == "nosniff"
    check = CHECKS.get(kind)
    return list(check(content)) if check else []
