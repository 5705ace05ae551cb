"""What of a version's texts stands between it and publication: letters that cannot be shown, headings and links.

Every finding is (text, model name, key) of the row on whose page it is mended.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from django.db.models import CharField, TextField
from django.urls import Resolver404, resolve
from django.utils.text import slugify

from .models import (
    Area,
    AreaVariant,
    CaseStudy,
    CaseStudyStage,
    GlossaryTerm,
    Level,
    LifecycleStage,
    Part,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    Statement,
    Version,
)
from .prose import prose_headings, prose_links

IN_MARKDOWN = {
    ReferencePage: "body",
    PeopleProfile: "body",
    LifecycleStage: "involvement",
    CaseStudy: "introduction",
    CaseStudyStage: "text",
}
# Rows without a page of their own are mended on that of the row above them.
MENDED_ON = {AreaVariant: (Area, "area_id"), Part: (Area, "area_id"), CaseStudyStage: (CaseStudy, "case_study_id")}
SPACES = "\n\r\t"
# They turn the order of what follows, so that people read other words than a program does.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LATEST = "latest"

Finding = tuple[str, str, int]


def text_problems(version: Version, rows) -> Iterator[Finding]:
    """What is wrong with the texts of ``rows``, which holds the version's rows by model."""
    yield from _letters(rows)
    yield from _glossary(rows)
    linked = _Linked(version, rows)
    for model, name in IN_MARKDOWN.items():
        for row in rows[model]:
            text = getattr(row, name)
            wrong = _wrong_heading(prose_headings(text))
            if wrong:
                yield _finding(row, wrong)
            for address in prose_links(text):
                reason = linked.why_dead(address)
                if reason:
                    yield _finding(row, f"the link to {address} {reason}")


def _finding(row, says) -> Finding:
    model, key = MENDED_ON.get(type(row), (type(row), "pk"))
    what = row._meta.verbose_name.capitalize()
    return f"{what} “{row}”: {says}.", model._meta.model_name, getattr(row, key)


# Letters


def bad_letter(text: str) -> str:
    """The first character that is not for texts, as U+0007; "" when there is none.

    Such are control characters other than tabs and ends of lines, halves of surrogate pairs, what Unicode keeps for no
    character, and what turns the direction of reading.
    """
    for letter in text:
        number = ord(letter)
        is_no_character = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
        is_control = unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter not in SPACES
        if is_control or is_no_character or letter in TURNING:
            return f"U+{number:04X}"
    return ""


def _letters(rows):
    for model, found in rows.items():
        fields = [field for field in model._meta.fields if isinstance(field, CharField | TextField)]
        for row in found:
            for field in fields:
                letter = bad_letter(getattr(row, field.attname))
                if letter:
                    yield _finding(row, f"its {field.verbose_name} holds the control character {letter}")


# The glossary


def _glossary(rows):
    terms = defaultdict(list)
    for row in rows[GlossaryTerm]:
        for form in {form.strip().casefold() for form in (row.term, *row.other_forms.splitlines())}:
            if form:
                terms[form].append(row)
    for form, owners in terms.items():
        if len(owners) > 1:
            others = " and ".join(f"“{row.term}”" for row in owners)
            yield _finding(owners[-1], f"“{form}” is a form of more than one term: {others}")
    anchors = defaultdict(list)
    for row in rows[GlossaryTerm]:
        anchors[slugify(row.term)].append(row)
    for anchor, owners in anchors.items():
        if not anchor:
            yield _finding(owners[0], "it has no letter that its address could be made of")
        elif len(owners) > 1 and len({row.term.casefold() for row in owners}) > 1:
            yield _finding(owners[-1], f"it has the same address, #{anchor}, as “{owners[0].term}”")


# Headings and links


def _wrong_heading(levels) -> str:
    before = 1
    for level in levels:
        if level < 2:
            return "a heading begins with one #, or is underlined with =: the page's own title is above it, so begin with ##"
        if level > before + 1:
            return f"a heading begins with {'#' * level} where {'#' * (before + 1)} is next: leave none out"
        before = level
    return ""


class _Linked:
    """Where links of a version's texts may lead."""

    def __init__(self, version, rows):
        self.version = version
        codes = {model: {row.code for row in rows[model]} for model in (Area, Statement)}
        slugs = {
            model: {row.slug for row in rows[model]} for model in (ReferencePage, RoleProfile, PeopleProfile, CaseStudy)
        }
        self.anchors = {slugify(row.term) for row in rows[GlossaryTerm]}
        ranks = {level.rank for level in rows[Level]}
        # What the address of a page may hold, by the page's name: the argument and its values.
        self.pages = {
            "area-detail": ("area_code", codes[Area]),
            "statement-detail": ("statement_code", codes[Statement]),
            "level-detail": ("rank", ranks),
            "role-detail": ("slug", slugs[RoleProfile]),
            "page-detail": ("slug", slugs[ReferencePage]),
            "people-detail": ("slug", slugs[PeopleProfile]),
            "casestudy-detail": ("slug", slugs[CaseStudy]),
        }

    def why_dead(self, address: str) -> str:
        """Why a link leads nowhere, to be read after its address; "" where it leads out of the portal, or to a page."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return ""
        if not parts.path.startswith("/"):
            return "depends on the page that it stands on: begin it with /standards/, or with https:// for another site"
        try:
            match = resolve(unquote(parts.path))
        except Resolver404:
            return "leads to no page of the portal"
        number = match.kwargs.get("version")
        if number is None:
            return ""
        framework = match.kwargs["framework"]
        if framework != self.version.framework.slug or number not in (self.version.number, LATEST):
            frozen = Version.objects.filter(framework__slug=framework, state__in=Version.FROZEN_STATES)
            is_there = frozen.exists() if number == LATEST else frozen.filter(number=number).exists()
            return "" if is_there else "leads to a version that is not published"
        name, values = self.pages.get(match.url_name, ("", ()))
        if name and match.kwargs[name] not in values:
            return "leads to something that this version does not have"
        if match.url_name == "glossary-list" and parts.fragment and unquote(parts.fragment) not in self.anchors:
            return "leads to a term that this version does not define"
        return ""
