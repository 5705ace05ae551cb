"""Reads a tagged PDF back: what a screen reader is given, and what the 104 rules do not look at."""

import html as html_module
import re
from functools import lru_cache
from io import BytesIO

import page as page_validation
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

SHOWS_TEXT = (b"Tj", b"TJ", b"'", b'"')


class TaggedPdf:
    """One PDF, opened. Text has no white space: what is compared is letters and their order."""

    def __init__(self, data: bytes):
        self.data = data
        self.reader = PdfReader(BytesIO(data))
        self.root = self.reader.trailer["/Root"]
        self.fonts = {name: font.get_object() for name, font in self.reader.pages[0]["/Resources"]["/Font"].items()}
        self.characters = {name: _to_unicode(font) for name, font in self.fonts.items()}
        self._numbers = {page.indirect_reference.idnum: number for number, page in enumerate(self.reader.pages)}
        self._marked = {}  # (page number, MCID) -> text
        self.artifacts = []  # (page number, artifact's /Type or "", text)
        for number, page in enumerate(self.reader.pages):
            self._read_content(number, page)

    def _read_content(self, number, page):
        font, stack = None, []
        for operands, operator in ContentStream(page["/Contents"], self.reader).operations:
            if operator == b"Tf":
                font = operands[0]
            elif operator in (b"BMC", b"BDC"):
                properties = operands[1] if len(operands) > 1 else {}
                stack.append((operands[0], properties, []))
            elif operator in SHOWS_TEXT:
                strings = operands[0] if isinstance(operands[0], list) else operands
                stack[-1][2].extend(self._decoded(font, part) for part in strings if isinstance(part, str | bytes))
            elif operator == b"EMC":
                tag, properties, text = stack.pop()
                if tag == "/Artifact":
                    self.artifacts.append((number, properties.get("/Type", ""), "".join(text)))
                else:
                    self._marked[number, int(properties["/MCID"])] = "".join(text)

    def _decoded(self, font, part):
        raw = getattr(part, "original_bytes", part)
        codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
        return "".join("".join(self.characters[font].get(code, "�") for code in codes).split())

    def elements(self):
        """Yield every structure element that hangs in the tree, in reading order, as (element, ancestors)."""
        yield from self._below(self.root["/StructTreeRoot"], ())

    def _below(self, element, ancestors):
        for kid in _kids(element):
            kid = kid.get_object()
            if isinstance(kid, DictionaryObject) and "/S" in kid:
                yield kid, ancestors
                yield from self._below(kid, (*ancestors, kid))

    def tags(self) -> list[str]:
        return [element["/S"] for element, _ in self.elements()]

    def text(self, wanted=lambda element, ancestors: True) -> str:
        """Return the text of the elements that are `wanted`, in the order of the tree."""
        return "".join(
            self._marked[key]
            for element, ancestors in self.elements()
            if wanted(element, ancestors)
            for key in self._contents(element)
        )

    def _contents(self, element):
        for kid in _kids(element):
            if isinstance(kid, int):
                yield self._numbers[element.raw_get("/Pg").idnum], int(kid)

    def own_text(self, element) -> str:
        """Return the text of an element without that of the elements beneath it."""
        return "".join(self._marked[key] for key in self._contents(element))

    def text_below(self, tag: str) -> list[str]:
        """Return the text under each element of this tag."""
        found = []
        for element, _ in self.elements():
            if element["/S"] == tag:
                inside = [element, *(below for below, _ in self._below(element, ()))]
                found.append("".join(self._marked[key] for part in inside for key in self._contents(part)))
        return found

    def hanging_text(self) -> list[str]:
        """Return marked text that no element of the tree claims."""
        claimed = {key for element, _ in self.elements() for key in self._contents(element)}
        return [text for key, text in self._marked.items() if key not in claimed and text]

    def annotations(self):
        return [a.get_object() for page in self.reader.pages for a in page.get("/Annots", ())]

    def outline(self) -> list[str]:
        def flat(items):
            return [title for i in items for title in (flat(i) if isinstance(i, list) else [i.title])]

        return [re.sub(r"\s", "", title) for title in flat(self.reader.outline)]

    def font_names(self) -> set[str]:
        return {font["/BaseFont"].partition("+")[2] for font in self.fonts.values()}

    def undrawn(self, characters: str) -> dict[str, set[str]]:
        """Return for each font those of `characters` that it maps to no glyph, to .notdef or to a glyph without outline."""
        missing = {}
        for name, font in self.fonts.items():
            glyphs = {text: code for code, text in self.characters[name].items()}
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            embedded = TTFont(BytesIO(descriptor["/FontFile2"].get_data()))
            order, outlines = embedded.getGlyphOrder(), embedded["glyf"]
            missing[font["/BaseFont"].partition("+")[2]] = {
                c
                for c in characters
                if not glyphs.get(c) or glyphs[c] >= len(order) or not outlines[order[glyphs[c]]].numberOfContours
            }
        return missing


@lru_cache(4)
def read_back(data: bytes) -> TaggedPdf:
    """The PDF, opened; the same one for the tests of a file that is the same."""
    return TaggedPdf(data)


def _kids(element) -> list:
    kids = element.get("/K", [])
    kids = kids.get_object() if isinstance(kids, IndirectObject) else kids
    return list(kids) if isinstance(kids, ArrayObject) else [kids]


def _to_unicode(font) -> dict[int, str]:
    cmap = font["/ToUnicode"].get_data().decode("ascii")
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", cmap.partition("beginbfchar")[2])
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def unscoped_headers(tagged: TaggedPdf) -> list[str]:
    """Return what is wrong with the header cells: /Scope must say column in a THead and row elsewhere."""
    faults = []
    for element, ancestors in tagged.elements():
        if element["/S"] == "/TH":
            wanted = "/Column" if any(a["/S"] == "/THead" for a in ancestors) else "/Row"
            scope = element.get("/A", {}).get("/Scope")
            if scope != wanted:
                faults.append(f"TH with scope {scope}, not {wanted}")
    return faults


def unmarked_furniture(tagged: TaggedPdf, running: list[str]) -> list[str]:
    """Return what is wrong with the running heads and feet: on every page each text of `running`, as pagination artifact."""
    faults = [f"hangs nowhere: {text}" for text in tagged.hanging_text()]
    for number in range(len(tagged.reader.pages)):
        there = [text for page, kind, text in tagged.artifacts if page == number and kind == "/Pagination"]
        faults += [f"page {number + 1} lacks {text}" for text in running if not any(text in t for t in there)]
    return faults


def unprinted_links(tagged: TaggedPdf) -> list[str]:
    """Return the links whose Print flag (bit 3 of /F) is off."""
    return [
        str(a.get("/Contents")) for a in tagged.annotations() if a["/Subtype"] == "/Link" and not a.get("/F", 0) & 4
    ]


def letters(source: str) -> str:
    """Return the text of an HTML source without white space, without what is not read aloud (head, SVG)."""
    source = re.sub(r"<head>.*?</head>|<svg.*?</svg>", "", source, flags=re.S)
    return re.sub(r"\s", "", html_module.unescape(re.sub(r"<[^>]*>", "", source)))


def not_a_marker(element, ancestors) -> bool:
    """Say whether the element's text stands in the source, as list bullets and numbers do not."""
    return "/Lbl" not in [element["/S"], *(ancestor["/S"] for ancestor in ancestors)]


def broken_rules(data: bytes) -> list[str]:
    return [f"{f.rule_id} {f.message}" for f in page_validation.validate_pdf_bytes(data).failures]
