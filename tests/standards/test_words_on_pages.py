"""The words of the document on the portal's own pages, as somebody who is not signed in reads them."""

import re
from html.parser import HTMLParser

import pytest

from tests.pages import IN_TEXT
from tests.standards.document import pieces, running_words, words_nowhere

pytestmark = pytest.mark.django_db

START = "/standards/contract-management/2.0/"
# Found by their pages or from a version's data; not the pages on which the document is read.
NOT_READ = re.compile(r"/(?:search|download)/")
# Labels of drawings and tables, sentences that only point downwards, words that the portal writes out or in another order.
ON_NO_PAGE = {
    "example career pathway for a contract manager in operational delivery "
    "example career pathway for a contract manager in hr",
    "in a dept or function",
    "a acumen relationships and leadership",
    "further detail on these can be found below b technical expertise",
    "further detail on these can be found below",
    "a2 relationships and leadership capability",
    "risk management",
    "case study 1",
    "case study 2 acumen relationships and leadership a1 business acumen",
    "term definition",
    "options appraisal is down as operations appraisal in online training",
}


class Read(HTMLParser):
    """The texts within a page's main element, a line for each block, and the addresses that it links to."""

    def __init__(self, text):
        super().__init__()
        self.parts, self.links, self.is_main = [], [], False
        self.feed(text)
        # A whole block, and each of the pieces that emphasis and links cut it into.
        self.texts = [" ".join(part.split()) for part in self.parts if part.strip("\0 \n")]
        self.texts += [" ".join(line.split()) for line in "".join(self.parts).split("\0") if line.strip()]

    def handle_starttag(self, tag, attributes):
        self.is_main = self.is_main or tag == "main"
        self.parts.append("" if tag in IN_TEXT else "\0")
        if tag == "a" and self.is_main:
            self.links.append(dict(attributes).get("href") or "")

    def handle_endtag(self, tag):
        self.is_main = self.is_main and tag != "main"
        self.parts.append("" if tag in IN_TEXT else "\0")

    def handle_data(self, data):
        if self.is_main:
            self.parts.append(data)


@pytest.fixture
def texts_on_pages(client, published_version):
    """Every text of every page that links lead to from the contents of the version."""
    texts, open_addresses, seen = set(), [START], {START}
    while open_addresses:
        response = client.get(open_addresses.pop())
        assert response.status_code == 200
        page = Read(response.text)
        texts.update(piece for text in page.texts for piece in pieces(text))
        for link in page.links:
            address = link.split("#")[0].split("?")[0]
            if address.startswith(START) and address not in seen and not NOT_READ.search(address):
                seen.add(address)
                open_addresses.append(address)
    assert len(seen) > 66 + 8
    return texts


def test_at_least_99_of_100_words_of_the_document_are_on_a_page(texts_on_pages):
    rest = words_nowhere(texts_on_pages)
    assert set(rest) <= ON_NO_PAGE
    assert sum(len(run.split()) for run in rest) * 100 <= sum(1 for _ in running_words())


def test_a_page_that_is_left_out_is_noticed(texts_on_pages):
    foreword = {text for text in texts_on_pages if "well-maintained motorways" in text or "£49 billion" in text}
    assert foreword
    assert set(words_nowhere(texts_on_pages - foreword)) - ON_NO_PAGE


def test_texts_are_read_by_block_and_by_piece():
    page = Read("<h1>No</h1><main><p>One <b>two</b><br>three</p><ul><li>four</ul></main><p>No</p>")
    assert page.texts == ["One", "two", "three", "four", "One two", "three", "four"]
