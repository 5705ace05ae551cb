"""What an error report holds, wherever one is made: what a log line holds, and nothing of the request or of the settings."""

from django.views.debug import ExceptionReporter

from .logging import current_id, exceptions_of, plainly


class DiscreetReporter(ExceptionReporter):
    """Class and place of an exception, and the id of the request: no message, variable, setting, cookie, header or form."""

    def get_traceback_data(self):
        return {"id": current_id.get(), "exceptions": exceptions_of(self.exc_value) if self.exc_value else []}

    def get_traceback_text(self):
        data = self.get_traceback_data()
        return "\n".join([f"Request {data['id']}", *plainly(data["exceptions"])])

    def get_traceback_html(self):
        # A report of one kind is enough; the text holds no mark-up of anybody's.
        return f"<!DOCTYPE html><title>Error</title><pre>{self.get_traceback_text().translate(_ESCAPED)}</pre>"

    def get_traceback_frame_variables(self, request, tb_frame):
        return []


_ESCAPED = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;"})
