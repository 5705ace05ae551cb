"""Texts that are written in Markdown, as HTML of the design system and as plain words.

Written words are kept as they are: no quotation mark is curled and no address made a link of its own accord. Raw HTML is shown as
it was typed, images are left out, and links lead to the web, to an e-mail address or within the portal.
"""

import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markupsafe import Markup

FIRST_HEADING = 2
SCHEMES = {"http", "https", "mailto"}
CLASSES = {
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "h4": "govuk-heading-s",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "blockquote": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
}


def _is_allowed(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.scheme:
        # An address with a colon in its first step only looks like one of the portal's own.
        return not parts.netloc and ":" not in parts.path.split("/")[0]
    return parts.scheme in SCHEMES


_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
_markdown.validateLink = _is_allowed


def prose_html(text: str) -> Markup:
    """``text``, which is Markdown, as HTML. Headings begin at the second level, and none is skipped on the way down."""
    tokens = _markdown.parse(text)
    _step_headings(tokens)
    for token in tokens:
        for each in (token, *(token.children or ())):
            if each.nesting >= 0 and each.tag in CLASSES:
                each.attrSet("class", CLASSES[each.tag])
    # The renderer escapes every word, and raw HTML is off.
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704


def _step_headings(tokens):
    before = FIRST_HEADING - 1
    for opening, closing in zip(
        [token for token in tokens if token.type == "heading_open"],
        [token for token in tokens if token.type == "heading_close"],
        strict=True,
    ):
        before = min(max(int(opening.tag[1]), FIRST_HEADING), before + 1)
        opening.tag = closing.tag = f"h{before}"


def prose_words(text: str) -> str:
    """The words of ``text``, which is Markdown, without its marks: a line for each paragraph, heading and item of a list."""
    lines = []
    for token in _markdown.parse(text):
        if token.type == "inline":
            lines.append(
                "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children)
            )
        elif token.type in ("fence", "code_block"):
            lines.append(token.content)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in lines)


def prose_links(text: str) -> list[str]:
    """The addresses that ``text``, which is Markdown, links to, in their order."""
    return [
        child.attrGet("href")
        for token in _markdown.parse(text)
        for child in token.children or ()
        if child.type == "link_open"
    ]


def prose_headings(text: str) -> list[int]:
    """How deep each heading of ``text``, which is Markdown, is as it was written: 1 for #, 2 for ##."""
    return [int(token.tag[1]) for token in _markdown.parse(text) if token.type == "heading_open"]
