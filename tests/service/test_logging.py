import logging
import sys

from service.logging import NoPersonalText

NOTE = "I never read the contract"
QUOTED = f'new row violates check constraint "rating_note"\nDETAIL:  Failing row contains (1, {NOTE}).\n'


def logged(message, *args, exc_info=None):
    """What a handler with the filter writes."""
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, args, exc_info)
    assert NoPersonalText().filter(record)
    return logging.Formatter("{levelname} {message}", style="{").format(record)


def test_the_row_that_postgresql_quotes_is_cut_out_of_a_traceback():
    try:
        try:
            raise ValueError(QUOTED)
        except ValueError as error:
            raise RuntimeError("Could not save") from error
    except RuntimeError:
        written = logged("Internal Server Error: %s", "/assessments/", exc_info=sys.exc_info())
    assert NOTE not in written
    assert "ERROR Internal Server Error: /assessments/" in written
    assert 'violates check constraint "rating_note"' in written
    assert "RuntimeError: Could not save" in written


def test_the_row_is_cut_out_of_a_message_too():
    assert NOTE not in logged("Not saved: %s", QUOTED)


def test_other_lines_stay_as_they_are():
    assert logged("Not Found: %s", "/nonsense") == "ERROR Not Found: /nonsense"
