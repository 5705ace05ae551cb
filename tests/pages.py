"""Reads a page as a browser without scripts does: its forms as they would be sent, its ids, the links of its error summary."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

IN_TEXT = {"a", "abbr", "b", "em", "i", "span", "strong"}


@dataclass
class Form:
    """A form of a page. ``fields`` maps each name to the list of values that would be sent as the form stands."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def data(self, **changes) -> dict:
        """What the test client posts: the fields as they stand, with ``changes`` by name; None leaves a field out."""
        data = self.fields | changes
        return {name: value for name, value in data.items() if value is not None}


class Page(HTMLParser):
    """A response's page. ``ids`` are all ids in it, ``errors`` maps the fragment of each error-summary link to its text."""

    def __init__(self, response):
        super().__init__()
        self.response = response
        self.html = response.content.decode()
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.errors: dict[str, str] = {}
        self.words: list[str] = []
        self._form = self._select = self._area = self._link = None
        self._summary_depth = 0
        self.feed(self.html)
        self.close()

    def form(self, name="") -> Form:
        """The form that has a field called ``name``; without a name the only one that is not for signing out."""
        found = [form for form in self.forms if (name in form.fields if name else "logout" not in form.action)]
        assert len(found) == 1, f"{len(found)} forms with a field {name!r}"
        return found[0]

    @property
    def text(self) -> str:
        """The page's words, white space as single spaces."""
        return " ".join("".join(self.words).split())

    def check(self):
        """Every id is there once, and every link of the error summary leads to one; returns the page."""
        assert len(self.ids) == len(set(self.ids)), sorted({each for each in self.ids if self.ids.count(each) > 1})
        assert set(self.errors) <= set(self.ids), set(self.errors) - set(self.ids)
        return self

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        self._apart(tag)
        if "id" in has:
            self.ids.append(has["id"])
        if tag == "form":
            self._form = Form(has.get("action") or "", has.get("method") or "get")
            self.forms.append(self._form)
        elif tag == "input":
            is_choice = has.get("type") in ("radio", "checkbox")
            if "name" in has and "disabled" not in has and (not is_choice or "checked" in has):
                self._add(has["name"], has.get("value", "on" if is_choice else ""))
        elif tag == "textarea":
            self._area = (has.get("name"), [])
        elif tag == "select":
            self._select = has.get("name")
        elif tag == "option" and self._select and "selected" in has:
            self._add(self._select, has.get("value", ""))
        if self._summary_depth:
            self._summary_depth += tag == "div"
            if tag == "a":
                self._link = has.get("href", "").removeprefix("#")
                self.errors[self._link] = ""
        elif tag == "div" and "govuk-error-summary" in has.get("class", "").split():
            self._summary_depth = 1

    def handle_endtag(self, tag):
        self._apart(tag)
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            name, words = self._area
            # HTML drops one line break straight after the opening tag.
            self._add(name, "".join(words).removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "a":
            self._link = None
        if self._summary_depth and tag == "div":
            self._summary_depth -= 1

    def handle_data(self, data):
        if self._area:
            self._area[1].append(data)
        if self._link is not None:
            self.errors[self._link] += data
        self.words.append(data)

    def _apart(self, tag):
        if tag not in IN_TEXT:
            self.words.append(" ")

    def _add(self, name, value):
        if self._form is not None and name:
            self._form.fields.setdefault(name, []).append(value)
