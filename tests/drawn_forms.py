"""Reads the forms of any page as a browser would offer them, and makes of each what hypothesis may send."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from hypothesis import strategies as st

from .factories import PASSWORD

WORDS = ("A few words", "Tŷ Gŵyr, Żółć", "Line one\r\nline two", "5 < 6 & 7 > 2")
# What a person would type into a field of that name.
TYPED = (
    (r"email|login$", ("nia@example.com", "new.person@example.com", "A@EXAMPLE.COM")),
    (r"password", (PASSWORD, "another horse battery")),
    (r"_day$", ("27",)),
    (r"_month$", ("3",)),
    (r"_year$", ("2027",)),
    (r"(_at|_on|date)_?0?$", ("2027-03-27",)),
    (r"_at_1$|time", ("09:00:00",)),
    (r"url|link|address", ("https://example.gov.uk/1",)),
    (r"slug|^key$", ("a-name", "name-2")),
    (r"order|rank|page$|_from$|_to$", ("1", "2", "30")),
    (r"code", ("123456", "A1.9", "A7")),
)


@dataclass
class Field:
    """A field as it is drawn; ``values`` are those that it offers, ``chosen`` those that it stands at."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Drawn:
    """A form. ``buttons`` are what sends it: the address that each names, or "", and its name and value."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that are sent with POST."""

    def __init__(self, html):
        super().__init__()
        self.forms = []
        self._form = self._select = self._area = None
        self.feed(html)
        self.close()

    @property
    def posted(self):
        return [form for form in self.forms if form.method == "post"]

    def handle_starttag(self, tag, attributes):
        has = {name: value or "" for name, value in attributes}
        name, value = has.get("name", ""), has.get("value")
        if tag == "form":
            self._form = Drawn(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None or "disabled" in has:
            return
        elif tag == "button" or (tag == "input" and has.get("type") in ("submit", "image", "button")):
            if has.get("type", "submit") == "submit":
                self._form.buttons.append((has.get("formaction", ""), name, value or ""))
        elif tag == "input" and name:
            self._add_input(name, has.get("type", "text"), value, "checked" in has)
        elif tag == "textarea" and name:
            self._area = self._field(name, "text")
            self._area.chosen.append("")
        elif tag == "select" and name:
            self._select = self._field(name, "many" if "multiple" in has else "one")
        elif tag == "option" and self._select:
            self._select.values.append(value or "")
            if "selected" in has:
                self._select.chosen.append(value or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._area:
            self._area.chosen[-1] += data

    def _field(self, name, kind):
        return self._form.fields.setdefault(name, Field(name, kind))

    def _add_input(self, name, kind, value, is_checked):
        if kind in ("radio", "checkbox"):
            drawn = self._field(name, "one" if kind == "radio" else "many")
            drawn.values.append("on" if value is None else value)
            if is_checked:
                drawn.chosen.append(drawn.values[-1])
        else:
            self._field(name, kind).chosen.append(value or "")


class Upload(str):
    """The text of a file that is sent."""


class Sent(list):
    """Names and values in their order; a name may come twice."""

    def items(self):
        return self


def targets(form, page):
    """The addresses that the form may be sent to from the page at ``page``, each with the buttons that do."""
    found = {}
    for action, name, value in form.buttons or [("", "", "")]:
        address = action or form.action or page
        if address.startswith("?"):
            address = urlsplit(page).path + address
        found.setdefault(address, []).append((name, value))
    return found


def filled(form, buttons, more=None):
    """What a browser might send: mostly what stands, or what a person would choose or type. ``more`` is typed by hand."""
    more = more or {}
    parts = [_values(each) for each in form.fields.values() if each.name not in more]
    parts += [st.sampled_from(values).map(lambda value, name=name: [(name, value)]) for name, values in more.items()]
    pressed = st.sampled_from([[button] if button[0] else [] for button in buttons])
    return st.tuples(*parts, pressed).map(lambda each: Sent(pair for pairs in each for pair in pairs))


def _values(drawn):
    """A strategy for the pairs that one field sends."""
    name, standing = drawn.name, [(drawn.name, value) for value in drawn.chosen]
    if drawn.kind == "hidden" or name == "csrfmiddlewaretoken":
        return st.just(standing)
    if drawn.kind == "file":
        return st.just([(name, Upload("person,line_manager\nnia@example.com,tomasz@example.com\n"))])
    if drawn.kind == "one" and drawn.values:
        fresh = st.sampled_from([[(name, value)] for value in drawn.values if value] or [[(name, "")]])
    elif drawn.kind == "many" and drawn.values:
        fresh = st.lists(st.sampled_from(drawn.values), unique=True, max_size=3).map(
            lambda values: [(name, value) for value in values]
        )
    else:
        likely = next((values for pattern, values in TYPED if re.search(pattern, name)), WORDS)
        fresh = st.sampled_from([[(name, value)] for value in likely])
    stands = any(drawn.chosen)
    return st.sampled_from((True, True, True, False) if stands else (False,)).flatmap(
        lambda keep: st.just(standing) if keep else fresh
    )
