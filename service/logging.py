"""What may stand in a log line."""

import logging
import re
import traceback

# PostgreSQL prints the failing row, notes and all, after DETAIL; it ends where the next traceback of the chain begins.
_DETAIL = re.compile(r"\n(DETAIL|CONTEXT|HINT):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


class NoPersonalText(logging.Filter):
    """Takes the row that PostgreSQL quotes out of the tracebacks of database errors."""

    def filter(self, record):
        if record.exc_info and record.exc_info[0]:
            record.exc_text = _DETAIL.sub("", "".join(traceback.format_exception(*record.exc_info)).rstrip())
        record.msg = _DETAIL.sub("", record.getMessage())
        record.args = ()
        return True
