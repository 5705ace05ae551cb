"""What a reader finds on a page: its words, its error summary, what its fields hold."""

from html.parser import HTMLParser

VOID = {"input", "br", "meta", "link", "img", "hr"}
UNSEEN = {"script", "style", "title", "head"}


class _Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.fields, self.ids = [], [], {}, set()
        self._open, self._textarea, self._link = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        if "id" in attrs:
            assert attrs["id"] not in self.ids, f"two elements have the id {attrs['id']}"
            self.ids.add(attrs["id"])
        if tag == "textarea":
            self._textarea = attrs["name"]
            self.fields[self._textarea] = ""
        elif tag == "input" and attrs.get("type") in ("radio", "checkbox"):
            self.fields.setdefault(attrs["name"], [])
            if "checked" in attrs:
                self.fields[attrs["name"]].append(attrs["value"])
        elif tag == "input":
            self.fields[attrs["name"]] = attrs.get("value", "")
        elif tag == "a":
            self._link = [attrs.get("href", ""), ""]

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass
        if tag == "textarea":
            self.fields[self._textarea] = self.fields[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "a" and self._link:
            self.links.append((" ".join(self._link[1].split()), self._link[0]))
            self._link = None

    def handle_data(self, data):
        if self._textarea:
            self.fields[self._textarea] += data
        elif not UNSEEN & set(self._open):
            self.words.append(data)
        if self._link:
            self._link[1] += data


def words_of(response) -> str:
    """The words of the page, also those for screen readers, with single spaces."""
    return " ".join("".join(_Reader(response.text).words).split())


def links_of(response) -> dict:
    """Where the links of the page's main part lead, by their words."""
    return dict(_Reader(response.text.partition("<main")[2].partition("</main>")[0]).links)


def fields_of(response) -> dict:
    """What the page's fields hold, by name; ticked values as a list."""
    return _Reader(response.text).fields


def summary_of(response) -> list:
    """The lines of the error summary with the field each leads to, which must be on the page."""
    reader = _Reader(response.text)
    _, _, summary = response.text.partition('<ul class="govuk-list govuk-error-summary__list">')
    found = _Reader(summary.partition("</ul>")[0]).links
    for text, href in found:
        assert href.startswith("#"), f"{text} leads nowhere"
        assert href[1:] in reader.ids, f"{text} leads to {href}, which is not on the page"
    assert bool(found) == ("<title>Error: " in response.text)
    return found
