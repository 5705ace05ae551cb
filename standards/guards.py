"""Database triggers that keep what is frozen frozen, whichever way a change comes: admin, ORM, ``update()`` or raw SQL.

A migration that touches a guarded table ends with ``install``: SQLite drops a table's triggers silently when Django remakes it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses insert, update and delete of a table's rows while the row's ``state`` is one of ``frozen_states``.

    ``state`` is SQL that gives the state for a row called ``{row}``. ``columns`` are those that may not change; the rest of a
    frozen row stays editable. ``is_root``: the row holds the state itself, so that new rows are free; ``exit_state`` is the one
    that a frozen row may go to, whatever changes of it on the way. ``forgets`` are columns that may become empty, and nothing else.
    """

    table: str
    state: str
    frozen_states: tuple[str, ...]
    columns: tuple[str, ...]
    is_root: bool = False
    exit_state: str = ""
    forgets: tuple[str, ...] = ()

    def is_frozen(self, row: str) -> str:
        states = ", ".join(f"'{state}'" for state in self.frozen_states)
        return f"({self.state.format(row=row)}) IN ({states})"

    def changed(self, distinct: str) -> str:
        others = (f"(NEW.{column} IS NOT NULL AND OLD.{column} {distinct} NEW.{column})" for column in self.forgets)
        return " OR ".join([*(f"OLD.{column} {distinct} NEW.{column}" for column in self.columns), *others])

    def refusals(self, distinct: str) -> dict[str, str]:
        """What makes each kind of statement be refused, by the statement's name."""
        update = f"({self.is_frozen('OLD')} OR {self.is_frozen('NEW')}) AND ({self.changed(distinct)})"
        if self.is_root:
            leaves = f" AND NEW.state {distinct} '{self.exit_state}'" if self.exit_state else ""
            return {
                "UPDATE": f"{self.is_frozen('OLD')}{leaves} AND ({self.changed(distinct)})",
                "DELETE": self.is_frozen("OLD"),
            }
        return {"INSERT": self.is_frozen("NEW"), "UPDATE": update, "DELETE": self.is_frozen("OLD")}

    def trigger(self, event: str) -> str:
        return f"guard_{self.table}_{event.lower()}"

    @property
    def message(self) -> str:
        return f"{self.table} is frozen"


@dataclass(frozen=True, slots=True)
class Steps:
    """Refuses a row that does not begin in the state ``first``, and every change of state but those ``allowed``.

    ``conditions`` maps a state to SQL over a row called NEW, which must hold for a row to come into that state.
    """

    table: str
    first: str
    allowed: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...] = ()

    def refusals(self, distinct: str) -> dict[str, str]:
        """What makes each kind of statement be refused, by the statement's name."""
        steps = " OR ".join(f"(OLD.state = '{before}' AND NEW.state = '{after}')" for before, after in self.allowed)
        unmet = "".join(f" OR (NEW.state = '{state}' AND NOT ({holds}))" for state, holds in self.conditions)
        return {
            "INSERT": f"NEW.state {distinct} '{self.first}'",
            "UPDATE": f"OLD.state {distinct} NEW.state AND (NOT ({steps}){unmet})",
        }

    def trigger(self, event: str) -> str:
        return f"steps_{self.table}_{event.lower()}"

    @property
    def message(self) -> str:
        return f"{self.table} cannot come into that state from there"


def _sqlite(guard):
    for event, condition in guard.refusals("IS NOT").items():
        yield f"DROP TRIGGER IF EXISTS {guard.trigger(event)}"
        yield (
            f"CREATE TRIGGER {guard.trigger(event)} BEFORE {event} ON {guard.table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
        )


def _postgresql(guard):
    for event, condition in guard.refusals("IS DISTINCT FROM").items():
        name = guard.trigger(event)
        row = "OLD" if event == "DELETE" else "NEW"
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$"
        )
        yield f"DROP TRIGGER IF EXISTS {name} ON {guard.table}"
        yield f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def install(schema_editor, guards):
    """Put the triggers of ``guards`` on their tables, in place of what was there."""
    statements = {"sqlite": _sqlite, "postgresql": _postgresql}[schema_editor.connection.vendor]
    for guard in guards:
        for statement in statements(guard):
            schema_editor.execute(statement, params=None)


_VERSION = "SELECT state FROM standards_version WHERE id = {row}.version_id"
_SECTION = "SELECT v.state FROM standards_version v JOIN standards_section s ON s.version_id = v.id WHERE s.id = {row}.section_id"
_AREA = (
    "SELECT v.state FROM standards_version v JOIN standards_section s ON s.version_id = v.id "
    "JOIN standards_area a ON a.section_id = s.id WHERE a.id = {row}.area_id"
)
_STATEMENT = (
    "SELECT v.state FROM standards_version v JOIN standards_section s ON s.version_id = v.id "
    "JOIN standards_area a ON a.section_id = s.id JOIN standards_statement t ON t.area_id = a.id "
    "WHERE t.id = {row}.statement_id"
)
_PROFILE = (
    "SELECT v.state FROM standards_version v JOIN standards_roleprofile p ON p.version_id = v.id "
    "WHERE p.id = {row}.profile_id"
)
_ATTRIBUTE = (
    "SELECT v.state FROM standards_version v JOIN standards_attribute t ON t.version_id = v.id "
    "WHERE t.id = {row}.attribute_id"
)
_CASE_STUDY = (
    "SELECT v.state FROM standards_version v JOIN standards_casestudy c ON c.version_id = v.id "
    "WHERE c.id = {row}.case_study_id"
)
_FROZEN = ("published", "retired")

# Left out, and so editable at any time: an area's short title, a statement's topic and part, a term's other forms; the areas
# that insights and guide sections are mapped to, and learning resources, whose tables have no guard.
GUARDS = (
    Guard(
        "standards_version",
        "{row}.state",
        _FROZEN,
        (
            *("framework_id", "follows_id", "number", "issued", "source_title", "source_url", "licence"),
            *("published_at", "fingerprint"),
        ),
        is_root=True,
    ),
    Guard("standards_level", _VERSION, _FROZEN, ("version_id", "rank", "name", "definition", "summary")),
    Guard(
        "standards_section", _VERSION, _FROZEN, ("version_id", "code", "title", "summary", "chosen_by_role", '"order"')
    ),
    Guard("standards_area", _SECTION, _FROZEN, ("section_id", "code", "title", "summary", "kind", '"order"')),
    Guard("standards_areavariant", _AREA, _FROZEN, ("area_id", "title", '"where"')),
    Guard("standards_part", _AREA, _FROZEN, ("area_id", "code", "title", '"order"')),
    Guard("standards_attribute", _VERSION, _FROZEN, ("version_id", "name", '"order"')),
    Guard("standards_attribute_areas", _ATTRIBUTE, _FROZEN, ("attribute_id", "area_id")),
    Guard("standards_statement", _AREA, _FROZEN, ("area_id", "lineage", "code", '"order"')),
    Guard("standards_leveldescriptor", _STATEMENT, _FROZEN, ("statement_id", "level_id", "text")),
    Guard("standards_glossaryterm", _VERSION, _FROZEN, ("version_id", "term", "definition", "note", '"order"')),
    Guard(
        "standards_roleprofile",
        _VERSION,
        _FROZEN,
        ("version_id", "slug", "title", "setting", "pathway", "description", '"order"'),
    ),
    Guard("standards_roletarget", _PROFILE, _FROZEN, ("profile_id", "area_id", "level_id")),
    Guard("standards_referencepage", _VERSION, _FROZEN, ("version_id", "slug", "title", "body", '"group"', '"order"')),
    Guard("standards_lifecyclestage", _VERSION, _FROZEN, ("version_id", "title", "involvement", '"order"')),
    Guard("standards_source", _VERSION, _FROZEN, ("version_id", "title", "url", '"order"')),
    Guard(
        "standards_peopleprofile",
        _VERSION,
        _FROZEN,
        ("version_id", "slug", "job_title", "organisation", "level_id", "quote", "body", '"order"'),
    ),
    Guard(
        "standards_casestudy",
        _VERSION,
        _FROZEN,
        ("version_id", "slug", "title", "organisation", "introduction", '"order"'),
    ),
    Guard("standards_casestudystage", _CASE_STUDY, _FROZEN, ("case_study_id", "title", "text", '"order"')),
    Guard("standards_insight", _VERSION, _FROZEN, ("version_id", "number", '"group"', "text")),
    Guard("standards_guidesection", _VERSION, _FROZEN, ("version_id", "code", "title", '"order"')),
    Guard("standards_statementlink", _VERSION, _FROZEN, ("version_id", "old_id", "new_id", "kind")),
)

STEPS = (
    Steps(
        "standards_version",
        "draft",
        (("draft", "in_review"), ("in_review", "draft"), ("in_review", "published"), ("published", "retired")),
    ),
)
