"""Values are written as MarkupSafe escapes them, whatever kind they are."""

import markupsafe
import pytest
from django.template import engines
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from govuk.environment import escape

HOSTILE = """<b>&"'{{7*7}}</b>"""


class Drawn:
    def __html__(self):
        return "<i>drawn</i>"


@pytest.mark.parametrize(
    "value",
    [HOSTILE, "", 5, None, 1.5, Drawn(), lazystr(HOSTILE), mark_safe("<i>"), markupsafe.Markup("<i>"), ["<b>"]],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_escaped_as_markupsafe_does(value):
    assert str(escape(value)) == str(markupsafe.escape(value))


def test_a_template_escapes_once_through_macros_captures_and_filters():
    source = (
        "{% macro said(text) %}<p>{{ text }}</p>{% endmacro %}"
        "{% set kept %}{{ said(value) }}{% endset %}{{ kept }}{{ value|upper }}{{ [value, value]|join('<br>') }}{{ '<' ~ kept }}"
    )
    drawn = engines["jinja2"].from_string(source).render({"value": "<&"})
    paragraph = "<p>&lt;&amp;</p>"
    assert drawn == f"{paragraph}&lt;&amp;&lt;&amp;&lt;br&gt;&lt;&amp;&lt;{paragraph}"
