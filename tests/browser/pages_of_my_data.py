"""One's own data, and being erased, in every state; and what brings the pages into it."""

from tests.browser.states import State, fill

asks = fill("Erase me", word="erase")


def asks_and_goes(path):
    def prepare(page):
        asks(page)
        page.goto(path)

    return prepare


STATES = [
    State("my-data-detail", "/my-data/", "begun", "little"),
    State("my-data-detail", "/my-data/", "agreed", "much"),
    State("my-data-detail", "/erase-me/", "new", "to be erased", asks_and_goes("/my-data/")),
    State("account-detail", "/erase-me/", "new", "to be erased", asks_and_goes("/account/")),
    State("erasure-ask", "/erase-me/", "begun"),
    State("erasure-ask", "/erase-me/", "new", "no word", fill("Erase me", word=""), is_refused=True),
    State("erasure-ask", "/erase-me/", "new", "another word", fill("Erase me", word="never " * 40), is_refused=True),
    State("erasure-cancel", "/erase-me/", "new", "asked", asks),
]
NO_PAGE = {"my-data-json": "a download", "my-data-workbook": "a download"}
