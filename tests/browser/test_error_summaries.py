"""The check of error summaries, which ``test_pages.py`` makes of every refused form, finds a line that leads nowhere."""

import pytest

from tests.browser.pages import STATES
from tests.browser.summaries import check_summary
from tests.browser.test_pages import opened

REFUSED = [state for state in STATES if state.is_refused]


def test_a_line_that_leads_nowhere_is_found(windows, cast):
    state = next(each for each in REFUSED if each.route == "account-detail")
    page = opened(windows, cast, state)
    page.evaluate("document.getElementById('id_name').id = 'elsewhere'")
    with pytest.raises(AssertionError, match="id_name"):
        check_summary(page)
