"""What a conversation's pages draw of a statement that changes only with the standards: drawn once per version, then remembered.

Dozens of statements stand on those pages, each with its words at every level and a radio for each; what a person said is put
between these pieces by ``_conversation_rows.html``.
"""

from dataclasses import dataclass, field

from django.template.loader import get_template
from markupsafe import Markup

from standards.remembering import Remembered
from standards.tree import NOT_YET, version_tree

from .answers import NOT_RELEVANT

NOT_YET_IN_SHORT = "Not yet"
_TEMPLATE = "assessments/_conversation_segments.html"
_drawn = Remembered(8)


@dataclass(frozen=True, slots=True)
class Segments:
    """The pieces of one statement's row: ``opening`` and ``reason``, each up to a value, and the standards' ``words``."""

    opening: Markup
    reason: Markup
    words: Markup
    statement: object
    _macros: object
    _radios: dict = field(default_factory=dict)

    def radios(self, choice: str) -> Markup:
        """The radios with the one of this value chosen; none for a value that is not offered."""
        found = self._radios.get(choice)
        if found is None:
            statement = self.statement
            counts = f" (counts as {statement.undefined[-1]})" if statement.undefined else ""
            levels = (
                (str(NOT_YET), NOT_YET_IN_SHORT + counts),
                *((str(cell.rank), cell.name) for cell in statement.cells),
            )
            found = self._macros.radios(str(statement.pk), levels, choice)
            if choice in ("", NOT_RELEVANT, *(value for value, _ in levels)):
                self._radios[choice] = found
        return found


def segments_of(version) -> dict[int, Segments]:
    """The segments of each statement of ``version``, by its primary key."""
    return _drawn.get(version, _draw)


def _draw(version):
    macros = get_template(_TEMPLATE).template.module
    return {
        statement.pk: Segments(
            opening=macros.opening(statement, str(statement.pk)),
            reason=macros.reason(statement, str(statement.pk)),
            words=macros.words(statement),
            statement=statement,
            _macros=macros,
        )
        for statement in version_tree(version).statements
    }
