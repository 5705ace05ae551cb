"""Reading whatever an editor uploads: a workbook, one table as CSV, or a CASE package."""

from django.conf import settings

from .case import read_case
from .csv_files import read_csv
from .problems import Refused
from .sheets import Upload
from .workbooks import read_workbook

KINDS = {".xlsx": "an Excel workbook", ".csv": "CSV", ".json": "CASE JSON"}


def read_upload(content: bytes, file_name: str, *, sheet: str = "") -> Upload:
    """The tables in a file, by how its name ends. ``sheet`` says which table a CSV file is. Raises ``Refused``."""
    limits = settings.IMPORT_LIMITS
    if len(content) > limits["most_bytes"]:
        raise Refused(f"The file is larger than {limits['most_bytes'] // 1024 // 1024} MB.")
    if not content:
        raise Refused("The file is empty.")
    ending = file_name[file_name.rfind(".") :].lower() if "." in file_name else ""
    if ending == ".xlsm":
        raise Refused("The workbook is of the kind that holds macros (.xlsm). Save it as .xlsx.")
    if ending == ".xlsx":
        return read_workbook(content, limits)
    if ending == ".json":
        return read_case(content, limits)
    if ending == ".csv":
        if not sheet:
            raise Refused("Choose which table the CSV file holds.")
        return read_csv(content, sheet, limits)
    kinds = ", ".join(f"{kind} ({each})" for each, kind in KINDS.items())
    raise Refused(f"The file must be {kinds}, and its name must end so.")
