"""What a browser would send for a form of a page, found with regular expressions: a parser costs more than the request."""

import re
from dataclasses import dataclass
from html import unescape

_CONTROL = re.compile(r"<(input|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_NEVER_SENT = {"submit", "button", "file"}
_ASSET = re.compile(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Form:
    """``fields`` by name as they are sent untouched; ``choices`` are the values of each group of radios, in their order."""

    fields: dict[str, str]
    choices: dict[str, list[str]]


def form_in(page: str, action: str) -> Form:
    """The form of ``page`` that is posted to ``action``. Raises ``ValueError`` where there is none."""
    begins = next((m.end() for m in re.finditer(r"<form\b[^>]*>", page) if _posts_to(m.group(), action)), None)
    if begins is None:
        raise ValueError(f"no form to {action}")
    fields, choices = {}, {}
    for kind, tag, text in _CONTROL.findall(page, begins, page.index("</form>", begins)):
        attributes = dict(_ATTRIBUTE.findall(tag))
        name, what = attributes.get("name"), attributes.get("type", "text")
        if not name or what in _NEVER_SENT:
            continue
        if kind == "textarea":
            fields[name] = unescape(text.removeprefix("\n"))
            continue
        value = unescape(attributes.get("value", "on" if what == "checkbox" else ""))
        if what == "radio":
            choices.setdefault(name, []).append(value)
        if what not in ("radio", "checkbox") or "checked" in attributes:
            fields[name] = value
    return Form(fields, choices)


def _posts_to(tag, action):
    sent_to = dict(_ATTRIBUTE.findall(tag)).get("action")
    return 'method="post"' in tag and sent_to in (action, None, "")


def assets_in(page: str) -> list[str]:
    """The addresses of the style sheets and scripts of a page, as they stand in it."""
    return [style or script for style, script in _ASSET.findall(page)]
