"""Files as they arrive."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class CutOff(FileUploadHandler):
    """Keeps no more of a file than a byte over what any page takes, so that each page sees that it is too large and nothing fills
    up with the rest."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.left = settings.IMPORT_LIMITS["most_bytes"] + 1

    def receive_data_chunk(self, raw_data, start):
        kept = raw_data[: self.left]
        self.left -= len(kept)
        return kept or None

    def file_complete(self, file_size):
        """The handlers after this one make the file."""
