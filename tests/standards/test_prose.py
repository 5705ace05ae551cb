"""Markdown: what it comes out as, and what cannot be written in it."""

import pytest
from markupsafe import Markup

from standards.prose import prose_html, prose_words


def test_prose_is_drawn_with_the_classes_of_the_design_system():
    html = prose_html("## Why\n\nFirst *line*\nsecond\n\n- one\n- two\n\n1. a\n\n[Code](https://example.com/a?b=1&c=2)")
    assert isinstance(html, Markup)
    assert html == (
        '<h2 class="govuk-heading-m">Why</h2>\n'
        '<p class="govuk-body">First <em>line</em>\nsecond</p>\n'
        '<ul class="govuk-list govuk-list--bullet">\n<li>one</li>\n<li>two</li>\n</ul>\n'
        '<ol class="govuk-list govuk-list--number">\n<li>a</li>\n</ol>\n'
        '<p class="govuk-body"><a href="https://example.com/a?b=1&amp;c=2" class="govuk-link">Code</a></p>\n'
    )


def test_every_item_of_a_numbered_list_after_a_gap_keeps_its_number():
    assert 'start="2"' in prose_html("2. two")


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n## B\n\n### C", [2, 2, 3]),
        ("## A\n\n### B\n\n## C", [2, 3, 2]),
        ("#### A\n\n###### B", [2, 3]),
        ("A\n=\n\nB\n-", [2, 2]),
    ],
)
def test_headings_begin_at_the_second_level_and_skip_none(text, levels):
    html = prose_html(text)
    assert [int(part[0]) for part in html.split("<h")[1:]] == levels
    assert [int(part[0]) for part in html.split("</h")[1:]] == levels


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <b onclick=alert(1)>b</b>",
        "<!-- x -->",
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
    ],
)
def test_raw_html_is_shown_as_it_was_typed(text):
    html = prose_html(text)
    assert html.count("<") == 2
    assert html.startswith('<p class="govuk-body">')
    assert html.unescape() == f'<p class="govuk-body">{text}</p>\n'


def test_template_signs_and_quotes_stay_as_they_are():
    assert prose_words("{{ 7*7 }} “x” 'y' -- (c) ...") == "{{ 7*7 }} “x” 'y' -- (c) ..."
    assert "{{ 7*7 }} “x” 'y' -- (c) ..." in prose_html("{{ 7*7 }} “x” 'y' -- (c) ...")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "http://example.com",
        "HTTPS://example.com",
        "mailto:a@example.com",
        "/standards/",
        "B4.3/",
        "../glossary/",
        "#b4",
        "?q=a:b",
    ],
)
def test_links_to_the_web_to_mail_and_within_the_portal_are_made(address):
    assert f'href="{address}"' in prose_html(f"[x]({address})")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&#58;alert(1)",
        "&#x6a;avascript:alert(1)",
        "<java\tscript:alert(1)>",
        "< javascript:alert(1)>",
        "<\x01javascript:alert(1)>",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com",
        "//example.com",
        "<\t//example.com>",
    ],
)
@pytest.mark.parametrize("form", ["[x]({})", "<{}>", "[x]: {}\n\n[x]"])
def test_other_links_are_not_made(form, address):
    assert "<a" not in prose_html(form.format(address))


def test_a_backslash_does_not_lead_to_another_host():
    assert 'href="/%5Cexample.com"' in prose_html("[x](</\\example.com>)")


def test_addresses_in_running_text_are_no_links():
    assert "<a" not in prose_html("See https://example.com and a@example.com.")


def test_no_image_is_drawn():
    assert "<img" not in prose_html("![x](https://example.com/x.png) ![y](/static/y.png)")


def test_words_have_no_marks():
    assert prose_words("## Why\n\nFirst *line*\nsecond [Code](https://x.example)\n\n- **one**\n- two\n\n    code") == (
        "Why\nFirst line second Code\none\ntwo\ncode"
    )
    assert prose_words("") == prose_html("") == ""
