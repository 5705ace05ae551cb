"""Reading a CASE package (1EdTech, version 1.1), our own or another's, as the tables of a version.

What a package carries: areas in sections, their statements, levels, the words of a statement at a level, and terms. Whose tree is
of another height is fitted in: what has nothing beneath it is a statement, what it stands under is its area, what stands
topmost is the section. Levels are what items lead to by ``hasSkillLevel``, or the columns of rubrics; where there are neither,
one level is made up, and the editor is told. What the package cannot say counts only for rows that are new (``Upload.advice``).
"""

import json
import re
from dataclasses import dataclass, field

from django.utils.text import slugify

from .about import NUMBER, VALUE, WHAT
from .problems import Refused
from .sheets import SheetMaker, Sizes, Upload

ONLY_LEVEL = "Met"
ADVICE = {
    "About": (),
    "Levels": ("In short",),
    "Sections": ("Order",),
    "Areas": ("Short title", "Order"),
    "Parts": ("Order",),
    "Statements": ("Lineage", "Order"),
    "Glossary": ("Order",),
}
_CODE_LIMIT, _TITLE_LIMIT, _TOPIC_LIMIT = 10, 200, 60
_NO_CASE = "The file is no CASE package: it must hold CFDocument, CFItems and CFAssociations."


@dataclass
class _Item:
    """An item of the package, or the whole document; ``number`` is its place among the items."""

    identifier: str
    number: int = 0
    kind: str = ""
    code: str = ""
    title: str = ""
    text: str = ""
    parent: "_Item | None" = None
    place: float = 0
    part: "_Item | None" = None
    children: list = field(default_factory=list)
    words: dict = field(default_factory=dict)  # by the identifier of the level


def read_case(content: bytes, limits) -> Upload:
    """The tables in a CASE package. Raises ``Refused``."""
    return _Reader(_package(content, limits), limits).upload()


def _package(content, limits):
    if content.count(b"{") + content.count(b"[") > limits["most_elements"] // 4:
        raise Refused("The JSON has far more parts than a framework.")
    try:
        package = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("The JSON is not in UTF-8.") from None
    except RecursionError:
        raise Refused("The JSON is nested far deeper than a CASE package.") from None
    except json.JSONDecodeError as error:
        raise Refused(f"The file cannot be read as JSON, from line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise Refused("The file cannot be read as JSON.") from None
    if not isinstance(package, dict) or not isinstance(package.get("CFDocument"), dict):
        raise Refused(_NO_CASE)
    return package


def _dictionaries(value):
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(dictionary, *names):
    """The first of these entries that is a text with something in it."""
    for name in names:
        value = dictionary.get(name) if isinstance(dictionary, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


class _Reader:
    def __init__(self, package, limits):
        self.package, self.sizes, self.notes = package, Sizes(limits), []
        self.document = _Item(_text(package["CFDocument"], "identifier"))
        self.document.title = self.document.text = _text(package["CFDocument"], "title") or "Framework"
        self.items = {self.document.identifier: self.document}
        self.levels = {}  # names by identifier, the lowest first
        self._read_items(limits["most_rows"] * 2)
        self._read_associations()
        self._read_rubrics()

    def _read_items(self, most):
        items = _dictionaries(self.package.get("CFItems"))
        if len(items) > most:
            raise Refused(f"The CASE package has {len(items):,} items; the most are {most:,}.")
        for number, each in enumerate(items, start=1):
            identifier = _text(each, "identifier")
            if not identifier or identifier in self.items:
                raise Refused(f"Item {number:,} of the CASE package has no identifier of its own.")
            full, short = _text(each, "fullStatement"), _text(each, "abbreviatedStatement")
            kind = _text(each, "CFItemType").strip().lower()
            item = _Item(
                identifier, number, kind, _text(each, "humanCodingScheme").strip(), short or full, full or short
            )
            self.items[identifier] = item
        if len(self.items) == 1:
            raise Refused(_NO_CASE)

    def _read_associations(self):
        at_level = []
        for each in _dictionaries(self.package.get("CFAssociations")):
            ends = [
                self.items.get(_text(each.get(name), "identifier")) for name in ("originNodeURI", "destinationNodeURI")
            ]
            origin, destination = ends
            kind = _text(each, "associationType")
            if origin is None or destination is None or origin is destination:
                continue
            if kind == "isChildOf" and origin.parent is None and origin is not self.document:
                place = each.get("sequenceNumber")
                origin.parent, origin.place = destination, place if isinstance(place, int | float) else origin.number
            elif kind == "hasSkillLevel":
                at_level.append((origin, destination))
            elif kind == "isPartOf" and destination.kind == "part":
                origin.part = destination
        self._refuse_circles()
        levels = {id(level): level for _, level in at_level}
        levels |= {id(item): item for item in self.items.values() if item.kind == "level"}
        for level in sorted(levels.values(), key=lambda level: (level.place, level.number)):
            self.levels[level.identifier] = level
        for words, level in at_level:
            if words.parent is not None and words.parent is not self.document and id(words) not in levels:
                words.parent.words[level.identifier] = words.text
                words.kind = "words"
        for item in self.items.values():
            is_in_tree = item is not self.document and item.identifier not in self.levels
            if is_in_tree and item.kind not in ("words", "part", "level descriptor"):
                (item.parent or self.document).children.append(item)

    def _refuse_circles(self):
        clear = {id(self.document)}
        for item in self.items.values():
            way = []
            while item is not None and id(item) not in clear:
                if any(each is item for each in way[-50:]) or len(way) > 50:
                    raise Refused(f"Item {item.number:,} of the CASE package stands beneath itself, or too deep.")
                way.append(item)
                item = item.parent
            clear.update(map(id, way))

    def _read_rubrics(self):
        if self.levels:
            return
        for rubric in _dictionaries(self.package.get("CFRubrics")):
            for criterion in _dictionaries(rubric.get("CFRubricCriteria")):
                item = self.items.get(_text(criterion.get("CFItemURI"), "identifier"))
                if item is None or item is self.document:
                    continue
                columns = _dictionaries(criterion.get("CFRubricCriterionLevels"))
                for place, each in enumerate(sorted(columns, key=_place_of_column), start=1):
                    name = _text(each, "quality") or f"Level {place}"
                    level = _Item(name, place, "level", "", name, name)
                    self.levels.setdefault(name, level)
                    item.words[name] = _text(each, "description", "feedback")

    # As tables

    def upload(self) -> Upload:
        statements = [item for item in self._in_order(self.document) if not item.children]
        if not statements:
            raise Refused("The CASE package has no statements.")
        if not self.levels:
            self.levels[ONLY_LEVEL] = _Item(ONLY_LEVEL, 1, "level", "", ONLY_LEVEL, ONLY_LEVEL)
            self.notes.append(
                f"The package has no levels, so each statement has its words at one level, called “{ONLY_LEVEL}”."
            )
            for statement in statements:
                statement.words = {ONLY_LEVEL: statement.text}
        areas = list({id(each.parent): each.parent or self.document for each in statements}.values())
        sections = list({id(top): top for area in areas if (top := self._topmost(area))}.values())
        self._give_codes(sections, areas, statements)
        if any(area.parent and area.parent is not self.document and area.parent not in sections for area in areas):
            self.notes.append("What stands between a section and its areas in the package is left out.")
        sheets = (
            self._about(),
            self._levels(),
            self._sections(sections),
            self._areas(areas),
            self._parts(areas),
            self._statements(statements),
            self._glossary(),
        )
        return Upload(tuple(filter(None, sheets)), tuple(self.notes), ADVICE)

    def _in_order(self, item):
        waiting = [item]
        while waiting:
            item = waiting.pop()
            if item is not self.document:
                yield item
            waiting += sorted(item.children, key=lambda each: (each.place, each.number), reverse=True)

    def _topmost(self, area):
        while area.parent is not None and area.parent is not self.document:
            area = area.parent
        return area

    def _give_codes(self, sections, areas, statements):
        """Keep the package's codes, sheet by sheet, where each fits and is its own; where not, number the rows."""
        self.section_codes = self._codes(sections, lambda number, item: _letters(number))
        self.area_codes = self._codes(
            areas, lambda number, item: f"{self.section_codes[id(self._topmost(item))]}{number}"
        )
        self.codes = self._codes(
            statements, lambda number, item: f"{self.area_codes[id(item.parent or self.document)]}.{number}"
        )

    def _codes(self, items, make):
        codes = [item.code for item in items]
        if len(set(codes)) == len(codes) and all(0 < len(code) <= _CODE_LIMIT for code in codes):
            return {id(item): item.code for item in items}
        if any(codes):
            self.notes.append(
                f"Codes such as “{max(codes, key=len)[:40]}” are too long or not unique, so new ones are given."
            )
        return {id(item): make(number, item) for number, item in enumerate(items, start=1)}

    def _sheet(self, name, columns, rows):
        maker = SheetMaker(name, self.sizes)
        maker.add(1, dict(enumerate(columns)))
        for number, values in rows:
            maker.add(max(2, number), dict(enumerate(values)))
        if maker.problems:
            raise Refused(*maker.problems)
        return maker.made() if maker.rows else None

    def _about(self):
        document = self.package["CFDocument"]
        licence = document.get("licenseURI")
        facts = {
            "Name in addresses": slugify(self.document.title)[:50].strip("-"),
            "Framework": self.document.title,
            "Owner": _text(document, "creator", "publisher"),
            NUMBER: _text(document, "version") or "1",
            "Issued": _text(document, "statusStartDate", "lastChangeDateTime")[:10],
            "Source": self.document.title,
            "Source address": _text(document, "officialSourceURL"),
            "Licence": _text(licence, "title") or "Not stated",
            "Levels may be without words": "Yes" if self._has_gaps() else "No",
        }
        return self._sheet("About", (WHAT, VALUE), enumerate(facts.items(), start=2))

    def _has_gaps(self):
        return any(len(item.words) < len(self.levels) for item in self._in_order(self.document) if not item.children)

    def _levels(self):
        columns = ("Rank", "Name", "Definition", "In short")
        rows = [
            (rank + 1, (str(rank), _cut(level.title, 50), level.text, level.text))
            for rank, level in enumerate(self.levels.values(), start=1)
        ]
        return self._sheet("Levels", columns, rows)

    def _sections(self, sections):
        columns = ("Code", "Title", "Summary", "Order")
        rows = [
            (each.number, (self.section_codes[id(each)], _cut(each.title, _TITLE_LIMIT), each.text, str(place)))
            for place, each in enumerate(sections, start=1)
        ]
        return self._sheet("Sections", columns, rows)

    def _areas(self, areas):
        columns = ("Section", "Code", "Title", "Short title", "Summary", "Order")
        rows = []
        for place, each in _numbered(areas, self._topmost):
            titles = _cut(each.title, _TITLE_LIMIT), _cut(each.title, _TOPIC_LIMIT)
            codes = self.section_codes[id(self._topmost(each))], self.area_codes[id(each)]
            rows.append((each.number, (*codes, *titles, each.text, str(place))))
        return self._sheet("Areas", columns, rows)

    def _parts(self, areas):
        parts = sorted(
            (item for item in self.items.values() if item.kind == "part"), key=lambda each: (each.place, each.number)
        )
        known = {id(area) for area in areas}
        rows = [
            (each.number, (self.area_codes[id(each.parent)], each.code, _cut(each.title, _TITLE_LIMIT), str(place)))
            for place, each in _numbered([each for each in parts if id(each.parent) in known], lambda each: each.parent)
        ]
        return self._sheet("Parts", ("Area", "Code", "Title", "Order"), rows)

    def _statements(self, statements):
        names = [f"Level {rank}: {level.title}" for rank, level in enumerate(self.levels.values(), start=1)]
        columns = ("Area", "Part", "Code", "Topic", *(name[:60] for name in names), "Order", "Lineage")
        rows = []
        for place, each in _numbered(statements, lambda each: each.parent):
            area = self.area_codes[id(each.parent or self.document)]
            words = [each.words.get(level, "") for level in self.levels]
            lineage = each.identifier if re.fullmatch("[0-9a-fA-F-]{32,36}", each.identifier) else ""
            part = each.part.code if each.part else ""
            texts = (area, part, self.codes[id(each)], _cut(each.title, _TOPIC_LIMIT), *words, str(place), lineage)
            rows.append((each.number, texts))
        return self._sheet("Statements", columns, rows)

    def _glossary(self):
        definitions = self.package.get("CFDefinitions")
        concepts = _dictionaries(definitions.get("CFConcepts")) if isinstance(definitions, dict) else []
        terms = [(each, text) for each in concepts if (text := _text(each, "description")) and _text(each, "title")]
        rows = [
            (place + 1, (_text(each, "title").strip(), text, str(place)))
            for place, (each, text) in enumerate(terms, start=1)
        ]
        return self._sheet("Glossary", ("Term", "Definition", "Order"), rows)


def _place_of_column(column):
    place = column.get("position", column.get("score"))
    return place if isinstance(place, int | float) else 0


def _numbered(items, group):
    """Each item with its place, from 1, among those of its group."""
    places = {}
    for item in items:
        key = id(group(item))
        places[key] = places.get(key, 0) + 1
        yield places[key], item


def _cut(text, limit):
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _letters(number):
    return chr(ord("A") + number - 1) if number <= 26 else f"S{number}"
