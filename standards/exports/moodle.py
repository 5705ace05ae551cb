"""The standards as a competency framework for Moodle, in the CSV that its "Import competency framework" reads.

The columns and their order are those of Moodle's ``tool_lpimportcsv`` (``framework_importer::list_required_headers``). The first
row is the framework, the rows after it are a tree: sections, areas, statements. A statement has the words of every level in its
description, and is rated on the framework's scale: "not yet", then the levels. Nothing is changed for spreadsheets,
since the file is for Moodle. Descriptions are HTML (Moodle's format 1).
"""

import json

from markupsafe import Markup, escape

from .material import Material
from .tables import csv_bytes

COLUMNS = (
    "Parent ID number",
    "ID number",
    "Short name",
    "Description",
    "Description format",
    "Scale values",
    "Scale configuration",
    "Rule type (optional)",
    "Rule outcome (optional)",
    "Rule config (optional)",
    "Cross-referenced competency ID numbers",
    "Exported ID (optional)",
    "Is framework",
    "Taxonomy",
)
FORMAT_HTML = 1
NO_OUTCOME = 0
# What Moodle calls the four levels of the tree; the words are from its own list.
TAXONOMIES = "domain,competency,behaviour,behaviour"


def make_moodle_csv(material: Material) -> bytes:
    """Return the framework, its sections, areas and statements."""
    rows = [COLUMNS, _framework_row(material)]
    for section in material.tree.sections:
        rows.append(_row("", section.code, f"Section {section.code}: {section.title}", _paragraph(section.summary)))
        for area in section.areas:
            rows.append(_row(section.code, area.code, f"{area.code} {area.title}", _paragraph(area.summary)))
            for statement in area.statements:
                short_name = f"{statement.code} {statement.topic}"
                rows.append(_row(area.code, statement.code, short_name, _levels(material, statement)))
    return csv_bytes(rows)


def _row(parent, code, short_name, description):
    return (parent, code, short_name, description, FORMAT_HTML, "", "", "", NO_OUTCOME, "null", "", "", "", "")


def _framework_row(material):
    facts = Markup("").join(Markup("<li>{}: {}</li>").format(name, value) for name, value in material.facts if value)
    levels = Markup("").join(
        Markup("<p><strong>{}:</strong> {}</p>").format(level.name, level.definition) for level in material.tree.levels
    )
    return (
        "",
        f"{material.framework.slug}-{material.version.number}",
        material.name,
        levels + Markup("<ul>{}</ul>").format(facts),
        FORMAT_HTML,
        ",".join(["Not yet", *(level.name for level in material.tree.levels)]),
        _scale_configuration(len(material.tree.levels)),
        *("", "", "", "", "", 1, TAXONOMIES),
    )


def _scale_configuration(levels):
    """Every level is proficiency at that level, and the lowest is what Moodle proposes; place 1 of the scale is "not yet"."""
    places = [{"id": place, "scaledefault": int(place == 2), "proficient": 1} for place in range(2, levels + 2)]
    return json.dumps([{"scaleid": "1"}, *places], separators=(",", ":"))


def _paragraph(text):
    return Markup("<p>{}</p>").format(escape(text)) if text else ""


def _levels(material, statement):
    names = {level.rank: level.name for level in material.tree.levels}
    return Markup("").join(
        Markup("<p><strong>{}:</strong> {}</p>").format(names[rank], text)
        for rank, text in material.words.get(statement.pk, {}).items()
    )
