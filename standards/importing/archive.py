"""A workbook's zip archive, looked at by its directory before anything in it is unpacked."""

import struct
import zipfile
import zlib
from io import BytesIO

from .problems import Refused

MOST_PARTS = 300
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    OverflowError,
)
DAMAGED = "The workbook is damaged. Open it in a spreadsheet program and save it again as .xlsx."
_ENTRY = b"PK\x01\x02"
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
# Parts of a workbook that can do something, or fetch something, by how their paths go.
_ACTIVE = {
    "vbaproject": "macros",
    "macrosheets/": "macros",
    "dialogsheets/": "macros",
    "activex/": "controls",
    "ctrlprops/": "controls",
    "embeddings/": "other files",
    "externallinks/": "links to other workbooks",
}


def open_archive(content: bytes, most_unpacked: int) -> zipfile.ZipFile:
    """The archive of a workbook of at most ``most_unpacked`` bytes, unpacked. Raises ``Refused``."""
    if content.startswith(_OLD_OR_LOCKED):
        raise Refused("The workbook has a password, or is of an old kind (.xls). Save it as .xlsx without a password.")
    if not content.startswith(b"PK"):
        raise Refused("The file is no Excel workbook, whatever its name says. Save it as .xlsx.")
    # Each part has an entry in the directory; reading it makes an object of each.
    if content.count(_ENTRY) > MOST_PARTS:
        raise Refused(f"The workbook has more than {MOST_PARTS} parts. Copy its tables into a new workbook.")
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except BROKEN:
        raise Refused(DAMAGED) from None
    parts = archive.infolist()
    names = [part.filename.lower().lstrip("/") for part in parts]
    for sign, what in _ACTIVE.items():
        if any(sign in name for name in names):
            raise Refused(f"The workbook holds {what}. Save it as .xlsx without them.")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("Parts of the workbook are encrypted. Save it without a password.")
    if len(set(names)) < len(names):
        raise Refused(DAMAGED)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Refused(DAMAGED)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > most_unpacked:
        raise Refused(
            f"The workbook of {_size(len(content))} unpacks to {_size(unpacked)}; the most are {_size(most_unpacked)}. "
            "Copy its tables into a new workbook."
        )
    return archive


def _size(size):
    return f"{size / 1024 / 1024:,.0f} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024):,} KB"
