"""The Jinja environment: what a template may call, and what stops it."""

from datetime import UTC, date, datetime

import jinja2
import pytest
from django.template import engines


def render(source: str, **context) -> str:
    return engines["jinja2"].env.from_string(source).render(context)


def test_an_undefined_name_stops_our_templates():
    with pytest.raises(jinja2.UndefinedError):
        render("{{ nobody }}")
    with pytest.raises(jinja2.UndefinedError):
        render("{% if nobody %}yes{% endif %}")


def test_a_macro_may_read_a_parameter_that_nobody_passed():
    source = (
        '{% from "govuk_frontend_jinja/components/button/macro.html" import govukButton %}'
        '{{ govukButton({"text": text}) }}'
    )
    assert "<b>" not in render(source, text="<b>Save")
    assert "&lt;b&gt;Save" in render(source, text="<b>Save")


def test_a_page_does_not_become_lenient_by_using_a_macro():
    source = '{% from "govuk_frontend_jinja/components/button/macro.html" import govukButton %}{{ nobody }}'
    with pytest.raises(jinja2.UndefinedError):
        render(source)


def test_a_template_that_does_not_exist_is_named():
    with pytest.raises(jinja2.TemplateNotFound):
        engines["jinja2"].env.get_template("govuk_frontend_jinja/components/no-such/macro.html")


def test_text_is_escaped():
    assert render("{{ text }}", text="<b>&{{7*7}}") == "&lt;b&gt;&amp;{{7*7}}"


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ value|date }}", date(2026, 11, 22), "22 November 2026"),
        ("{{ value|date }}", datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026"),
        ("{{ value|time }}", datetime(2026, 6, 30, 13, 2, tzinfo=UTC), "14:02"),
        ("{{ value|words }}", 0, "zero"),
        ("{{ value|words }}", 1, "one"),
        ("{{ value|words }}", 10, "ten"),
        ("{{ value|words }}", 11, "11"),
        ("{{ value|words }}", 1200, "1,200"),
        ('{{ value|plural("statement") }}', 1, "statement"),
        ('{{ value|plural("statement") }}', 0, "statements"),
        ('{{ value|plural("person", "people") }}', 2, "people"),
    ],
)
def test_filters_write_as_people_do(source, value, expected):
    assert render(source, value=value) == expected


def test_static_names_a_file_under_static():
    assert render("{{ static('portal.css') }}").startswith("/static/portal")
