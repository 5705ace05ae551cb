"""The areas of a version and all that they ask, in a few queries and remembered by the process: what rating pages and reports draw.

What the document says beside them is in ``standards.library``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from types import MappingProxyType
from uuid import UUID

from .models import AreaVariant, Attribute, GlossaryTerm, Level, Part, RoleProfile, Section, Statement, Version
from .remembering import Remembered
from .statement_cells import NOT_YET, Cell, TreeStatement
from .wording import Term, descriptor_html, is_mostly_new, joined_ranks, terms_in


@dataclass(frozen=True)
class TreeLevel:
    """A level; ``definition`` is the glossary's, ``summary`` the short one."""

    pk: int
    rank: int
    name: str
    definition: str
    summary: str


@dataclass(frozen=True)
class TreeVariant:
    """Another title that the document gives an area, and where it does so."""

    title: str
    where: str


@dataclass(frozen=True)
class TreePart:
    """A named part of an area."""

    pk: int
    code: str
    title: str


@dataclass(frozen=True)
class TreeArea:
    """A capability area with its statements in published order; ``attributes`` are names."""

    pk: int
    code: str
    title: str
    short_title: str
    summary: str
    kind: str
    section_code: str
    chosen_by_role: bool
    parts: tuple[TreePart, ...]
    variants: tuple[TreeVariant, ...]
    attributes: tuple[str, ...]
    statements: tuple[TreeStatement, ...]


@dataclass(frozen=True)
class TreeSection:
    """A group of areas; ``chosen_by_role`` says whether its areas may be left out."""

    pk: int
    code: str
    title: str
    summary: str
    chosen_by_role: bool
    areas: tuple[TreeArea, ...]


@dataclass(frozen=True)
class TreeRoleProfile:
    """A named role; ``targets`` is the rank that it needs by area code."""

    pk: int
    slug: str
    title: str
    setting: str
    pathway: str
    description: str
    name: str
    targets: Mapping[str, int]


@dataclass(frozen=True)
class VersionTree:
    """A version as it was at ``edited_at``, in published order throughout."""

    pk: int
    number: str
    issued: str
    edited_at: datetime
    levels: tuple[TreeLevel, ...]
    sections: tuple[TreeSection, ...]
    role_profiles: tuple[TreeRoleProfile, ...]
    terms: tuple[Term, ...]

    @cached_property
    def areas(self) -> tuple[TreeArea, ...]:
        return tuple(area for section in self.sections for area in section.areas)

    @cached_property
    def statements(self) -> tuple[TreeStatement, ...]:
        return tuple(statement for area in self.areas for statement in area.statements)

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        return tuple(level.rank for level in self.levels)

    @cached_property
    def _areas_by_code(self):
        return {area.code: area for area in self.areas}

    @cached_property
    def _statements_by_pk(self):
        return {statement.pk: statement for statement in self.statements}

    @cached_property
    def _names_by_rank(self):
        names = {level.rank: level.name for level in self.levels}
        return {NOT_YET: f"Not yet at {self.levels[0].name}" if self.levels else "Not yet"} | names

    @cached_property
    def codes_by_lineage(self) -> dict[UUID, str]:
        """What a statement is called here, by its lineage: a code of another version may be another statement's."""
        return {statement.lineage: statement.code for statement in self.statements}

    def area(self, code: str) -> TreeArea:
        """Raises KeyError when the version has no area with that code."""
        return self._areas_by_code[code]

    def statement_by_pk(self, pk: int) -> TreeStatement:
        """Raises KeyError when the statement is not one of this version."""
        return self._statements_by_pk[pk]

    def level_name(self, rank: int) -> str:
        """The name of a level; that of rank 0 is "Not yet at" the first. Raises KeyError outside the scale."""
        return self._names_by_rank[rank]

    def answer_name(self, statement: TreeStatement, rank: int) -> str:
        """What an answer to a statement is called, which for rank 0 depends on where its words begin."""
        return self.level_name(rank) if rank else statement.not_yet

    def role_profile(self, pk: int | None) -> TreeRoleProfile | None:
        """The role profile with that primary key; None when there is none, as in a round without a role profile."""
        return next((profile for profile in self.role_profiles if profile.pk == pk), None)

    def proposed_ranks(self, role_profile_pk: int | None) -> dict[str, int]:
        """The rank that a role profile proposes, by area code; the lowest level where the profile says nothing."""
        profile = self.role_profile(role_profile_pk)
        lowest = dict.fromkeys(self._areas_by_code, self.ranks[0])
        return lowest | dict(profile.targets) if profile else lowest


# Remembering

_trees = Remembered(8)


def version_tree(version: Version) -> VersionTree:
    """The tree of ``version``. One that is published or retired is remembered until the version is touched."""
    return _trees.get(version, read_tree)


def forget_trees():
    """Read every tree again when it is next asked for."""
    _trees.forget()


# Reading


def read_tree(version: Version) -> VersionTree:
    """Read the tree of ``version`` from the database, in eight queries whatever its size."""
    levels = tuple(
        TreeLevel(*row)
        for row in Level.objects.filter(version=version)
        .order_by("rank")
        .values_list("pk", "rank", "name", "definition", "summary")
    )
    terms = tuple(
        Term(term, definition, tuple(form.strip() for form in forms.splitlines() if form.strip()))
        for term, definition, forms in GlossaryTerm.objects.filter(version=version)
        .order_by("order", "pk")
        .values_list("term", "definition", "other_forms")
    )
    return VersionTree(
        pk=version.pk,
        number=version.number,
        issued=version.issued,
        edited_at=version.edited_at,
        levels=levels,
        sections=_read_sections(version, _read_statements(version, levels, terms)),
        role_profiles=_read_role_profiles(version),
        terms=terms,
    )


def _read_statements(version, levels, terms) -> dict[int, tuple[TreeStatement, ...]]:
    """The statements of each area, by the area's primary key."""
    rows = (
        Statement.objects.filter(area__section__version=version)
        .order_by("area_id", "order", "pk")
        .values_list(
            "area",
            "pk",
            "code",
            "topic",
            "lineage",
            "area__code",
            "part__code",
            "descriptors__level__rank",
            "descriptors__text",
        )
    )
    by_area = {}
    for (area, pk, *fields, part_code), group in groupby(rows, key=lambda row: row[:-2]):
        texts = dict.fromkeys((level.rank for level in levels), "")
        texts |= {rank: text for *_, rank, text in group if rank in texts}
        cells = _cells(texts, levels, terms)
        statement = TreeStatement(
            pk,
            *fields,
            part_code or "",
            joined_ranks(texts),
            cells,
            terms_in([cell.text for cell in cells], terms),
            tuple(level.name for level in levels if not cells or level.rank < cells[0].ranks[0]),
        )
        by_area.setdefault(area, []).append(statement)
    return {area: tuple(statements) for area, statements in by_area.items()}


def _cells(texts, levels, terms) -> tuple[Cell, ...]:
    names = {level.rank: level.name for level in levels}
    joined = joined_ranks(texts)
    groups = []
    for rank in sorted(texts):
        if rank not in joined:
            groups.append([rank])
        elif groups:
            groups[-1].append(rank)
    cells, below = [], ""
    for ranks in groups:
        text = texts[ranks[0]]
        cells.append(
            Cell(
                ranks=tuple(ranks),
                names=tuple(names[rank] for rank in ranks),
                text=text,
                html=descriptor_html(below, text, terms),
                is_first=not below,
                is_mostly_new=bool(below) and is_mostly_new(below, text),
                without=tuple(names[rank] for rank in ranks if not texts[rank].strip()),
            )
        )
        below = text
    return tuple(cells)


def _read_sections(version, statements) -> tuple[TreeSection, ...]:
    in_areas = {"area__section__version": version}
    parts = _by_area(TreePart, Part.objects.filter(**in_areas).order_by("order", "pk"), "area", "pk", "code", "title")
    variants = _by_area(TreeVariant, AreaVariant.objects.filter(**in_areas).order_by("pk"), "area", "title", "where")
    attributes = _by_area(str, Attribute.objects.filter(version=version).order_by("order", "pk"), "areas", "name")
    rows = (
        Section.objects.filter(version=version)
        .order_by("order", "pk", "areas__order", "areas__pk")
        .values_list(
            *("pk", "code", "title", "summary", "chosen_by_role"),
            *("areas__pk", "areas__code", "areas__title", "areas__short_title", "areas__summary", "areas__kind"),
        )
    )
    sections = []
    for section, group in groupby(rows, key=lambda row: row[:5]):
        areas = tuple(
            TreeArea(
                *row[5:],
                section_code=section[1],
                chosen_by_role=section[4],
                parts=parts.get(row[5], ()),
                variants=variants.get(row[5], ()),
                attributes=attributes.get(row[5], ()),
                statements=statements.get(row[5], ()),
            )
            for row in group
            if row[5]
        )
        sections.append(TreeSection(*section, areas))
    return tuple(sections)


def _by_area(make, rows, area, *fields) -> dict[int, tuple]:
    """What ``make`` makes of the ``fields`` of each row, by the area that the row names."""
    grouped = {}
    for key, *values in rows.values_list(area, *fields):
        grouped.setdefault(key, []).append(make(*values))
    return {key: tuple(made) for key, made in grouped.items()}


def _read_role_profiles(version) -> tuple[TreeRoleProfile, ...]:
    rows = (
        RoleProfile.objects.filter(version=version)
        .order_by("order", "pk", "targets__area__section__order", "targets__area__order")
        .values_list(
            *("pk", "slug", "title", "setting", "pathway", "description"),
            *("targets__area__code", "targets__level__rank"),
        )
    )
    return tuple(
        TreeRoleProfile(
            *fields,
            name=str(RoleProfile(title=fields[2], setting=fields[3])),
            targets=MappingProxyType({code: rank for *_, code, rank in group if code}),
        )
        for fields, group in groupby(rows, key=lambda row: row[:6])
    )
