"""What a reader finds on a round's page: its words, its links, what its fields hold, what is said to be wrong."""

import re
from html import unescape

from tests.pages import Page

LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def words_of(response) -> str:
    """The words of the page, also those for screen readers, with single spaces."""
    return Page(response).check().text


def links_of(response) -> dict:
    """Where the links of the page's main part lead, by their words."""
    main = response.text.partition("<main")[2].partition("</main>")[0]
    return {" ".join(unescape(TAG.sub("", words)).split()): unescape(href) for href, words in LINK.findall(main)}


def fields_of(response) -> dict:
    """What the fields of the page's forms hold, by name, as lists; a group in which nothing is chosen is left out."""
    return {name: values for form in Page(response).forms for name, values in form.fields.items()}


def summary_of(response) -> list:
    """The lines of the error summary and where each leads; the page's title says so when there are any."""
    errors = Page(response).check().errors
    assert bool(errors) == ("<title>Error: " in response.text)
    return [(text, f"#{fragment}") for fragment, text in errors.items()]
