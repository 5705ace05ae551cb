"""The standards as JSON in the format of 1EdTech CASE 1.1: the body of its ``getCFPackage``.

The framework is the CFDocument. Below it hang, each by an ``isChildOf`` with its place, the sections, their areas, the areas' named
parts and statements, and the words of each statement at each level, tied to their level by ``hasSkillLevel``. The levels
hang below the document too. The glossary's terms are CFConcepts.

Identifiers are UUIDs made from the framework's slug, the version's number and the natural key of each part, a statement's being its
lineage: the same in every export and on every portal. What a statement became since the version before is an
association from the earlier item, ``exactMatchOf`` where its words are the same and ``replacedBy`` where they are not. No
address is claimed that nobody answers at: each ``uri`` is the identifier as a URN.
"""

import json
from datetime import UTC
from uuid import UUID, uuid5

from django.utils import timezone

from ..models import Area, Version
from .changes import word_changes
from .material import Material

NAMESPACE = UUID("5a0e3f0c-9d0d-5b4e-8c55-6a2f1f5b7d21")
CASE_VERSION = "1.1"
LANGUAGE = "en-GB"
ADOPTION = {
    Version.State.DRAFT: "Draft",
    Version.State.IN_REVIEW: "Draft",
    Version.State.PUBLISHED: "Adopted",
    Version.State.RETIRED: "Deprecated",
}
ITEM_TYPES = {
    "Section": "A group of capability areas.",
    "Capability area": "An area of capability with its own table of statements.",
    "Part": "A named part of a capability area.",
    "Statement": "A row of an area's table. Its label is the portal's own; the published words are its level descriptors.",
    "Level descriptor": "The published words of a statement at one level.",
    "Level": "A level of the standards.",
}


def make_case_json(material: Material) -> bytes:
    """Return the CFPackage."""
    return (json.dumps(_Package(material).whole(), ensure_ascii=False, indent=1) + "\n").encode()


def document_id(version) -> UUID:
    """The identifier of a version's CFDocument, from which all others of it are made."""
    return uuid5(NAMESPACE, f"{version.framework.slug}/{version.number}")


def statement_id(version, statement, rank=None) -> UUID:
    """The identifier of a statement, or of its words at a level."""
    key = f"statement/{statement.area_code}/{statement.lineage}"
    return uuid5(document_id(version), key if rank is None else f"{key}/{rank}")


class _Package:
    def __init__(self, material):
        self.material, self.version, self.tree = material, material.version, material.tree
        self.document = document_id(self.version)
        self.fixed, self.edited = _moment(material.fixed_at), _moment(self.version.edited_at)
        self.titles = {self.document: material.framework.title}
        self.items, self.associations = [], []

    def whole(self):
        for place, section in enumerate(self.tree.sections, start=1):
            self._add_section(section, place)
        for place, level in enumerate(self.tree.levels, start=len(self.tree.sections) + 1):
            item = self._item(
                f"level/{level.rank}", "Level", level.definition or level.name, level.name, str(level.rank)
            )
            self._child(item, self.document, place)
        # The levels stand after the words that refer to them.
        for statement in self.tree.statements:
            for rank in self.material.words.get(statement.pk, {}):
                self._associate("hasSkillLevel", statement_id(self.version, statement, rank), self._id(f"level/{rank}"))
        self._add_changes()
        return {
            "CFDocument": self._cf_document(),
            "CFItems": self.items,
            "CFAssociations": self.associations,
            "CFDefinitions": self._cf_definitions(),
        }

    # The tree

    def _add_section(self, section, place):
        item = self._item(f"section/{section.code}", "Section", section.summary, section.title, section.code)
        self._child(item, self.document, place)
        for number, area in enumerate(section.areas, start=1):
            self._add_area(area, item, number)

    def _add_area(self, area, parent, place):
        details = [f"{Area.Kind(area.kind).label}."] if area.kind else []
        if area.attributes:
            details.append(f"Attributes: {', '.join(area.attributes)}.")
        details += [f"Also called “{variant.title}” ({variant.where})." for variant in area.variants]
        item = self._item(
            f"area/{area.code}", "Capability area", area.summary, area.title, area.code, notes=" ".join(details)
        )
        self._child(item, parent, place)
        parts = {}
        for number, part in enumerate(area.parts, start=1):
            parts[part.code] = self._item(f"part/{part.code}", "Part", part.title, part.title, part.code)
            self._child(parts[part.code], item, number)
        for number, statement in enumerate(area.statements, start=len(parts) + 1):
            row = self._add_statement(statement, item, number)
            if statement.part_code:
                self._associate("isPartOf", row, parts[statement.part_code])

    def _add_statement(self, statement, parent, place):
        keywords = [term.term for term in statement.terms]
        item = self._item(
            statement_id(self.version, statement),
            "Statement",
            statement.topic,
            statement.topic,
            statement.code,
            changed=self.edited,
            **({"conceptKeywords": keywords} if keywords else {}),
        )
        self._child(item, parent, place)
        names = {level.rank: level.name for level in self.tree.levels}
        for number, (rank, text) in enumerate(self.material.words.get(statement.pk, {}).items(), start=1):
            words = self._item(
                statement_id(self.version, statement, rank),
                "Level descriptor",
                text,
                f"{statement.topic}, {names[rank]}",
                f"{statement.code}.{rank}",
                listEnumeration=str(number),
            )
            self._child(words, item, number)
        return item

    def _add_changes(self):
        previous = self.material.previous
        if previous is None:
            return
        became, whole = {}, {}
        for change in word_changes(self.material):
            # Each of several that were merged is replaced by the one; a whole that was split, by each part.
            for before in change.before if change.now else ():
                if change.words_now is not None and change.rank in previous.words.get(before.pk, {}):
                    became[before, change.now, change.rank] = change.kind
                is_same = whole.get((before, change.now, None), "same") == change.kind == "same"
                whole[before, change.now, None] = "same" if is_same else "changed"
        for (before, now, rank), kind in (whole | became).items():
            origin = statement_id(previous.version, before, rank)
            self.titles[origin] = f"{previous.name}, {before.code}"
            self._associate(
                "exactMatchOf" if kind == "same" else "replacedBy", origin, statement_id(self.version, now, rank)
            )

    # Its pieces

    def _id(self, key):
        return uuid5(self.document, key)

    def _item(self, key, kind, statement, short, code, *, changed=None, **more):
        identifier = key if isinstance(key, UUID) else self._id(key)
        self.titles[identifier] = f"{code} {short}"
        self.items.append(
            {
                **_named(identifier),
                "CFItemType": kind,
                "CFItemTypeURI": self._link(self._id(f"item type/{kind}"), kind),
                "humanCodingScheme": code,
                "fullStatement": statement or short,
                "abbreviatedStatement": short,
                "language": LANGUAGE,
                "licenseURI": self._licence_link(),
                "lastChangeDateTime": changed or self.fixed,
                **more,
            }
        )
        return identifier

    def _child(self, child, parent, place):
        self._associate("isChildOf", child, parent, sequenceNumber=place)

    def _associate(self, kind, origin, destination, **more):
        self.associations.append(
            {
                **_named(self._id(f"{kind}/{origin}/{destination}")),
                "associationType": kind,
                "originNodeURI": self._node(origin),
                "destinationNodeURI": self._node(destination),
                "lastChangeDateTime": self.fixed,
                **more,
            }
        )

    def _node(self, identifier):
        return self._link(identifier, self.titles[identifier]) | {"targetType": "CASE"}

    def _link(self, identifier, title):
        return {"title": title, **_named(identifier)}

    def _licence_link(self):
        return self._link(self._id("licence"), self.version.licence)

    def _cf_document(self):
        version, framework = self.version, self.material.framework
        document = {
            **_named(self.document),
            "frameworkType": "Professional standards",
            "caseVersion": CASE_VERSION,
            "creator": framework.owner,
            "publisher": framework.owner,
            "title": framework.title,
            "version": version.number,
            "description": f"{version.source_title}. {version.licence}.",
            "notes": ". ".join(f"{name}: {value}" for name, value in self.material.facts if value),
            "language": LANGUAGE,
            "adoptionStatus": ADOPTION[version.state],
            "licenseURI": self._licence_link(),
            "lastChangeDateTime": self.edited,
        }
        if version.source_url:
            document["officialSourceURL"] = version.source_url
        if version.published_at:
            document["statusStartDate"] = timezone.localdate(version.published_at).isoformat()
        if version.retired_at:
            document["statusEndDate"] = timezone.localdate(version.retired_at).isoformat()
        return document

    def _cf_definitions(self):
        changed = {"lastChangeDateTime": self.fixed}
        concepts = [
            {
                **_named(self._id(f"term/{term.term}")),
                "title": term.term,
                "hierarchyCode": str(number),
                "description": term.definition,
                **changed,
            }
            for number, term in enumerate(self.tree.terms, start=1)
        ]
        kinds = [
            {
                **_named(self._id(f"item type/{kind}")),
                "title": kind,
                "description": description,
                "hierarchyCode": str(number),
                **changed,
            }
            for number, (kind, description) in enumerate(ITEM_TYPES.items(), start=1)
        ]
        address = self.material.licence_address
        licence = {
            **_named(self._id("licence")),
            "title": self.version.licence,
            "licenseText": f"{self.version.licence}. {address}" if address else self.version.licence,
            **changed,
        }
        return {"CFConcepts": concepts, "CFLicenses": [licence], "CFItemTypes": kinds}


def _named(identifier):
    return {"identifier": str(identifier), "uri": identifier.urn}


def _moment(value):
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
