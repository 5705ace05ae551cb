"""What a file is called and sent as."""

from datetime import date

PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def headers_of(name: str, on: date, ending: str) -> dict[str, str]:
    """The headers of a file to keep on one's own disk, and nowhere on the way. Its name has a day and no name of a person."""
    return {
        "Content-Disposition": f'attachment; filename="{name}-{on.isoformat()}.{ending}"',
        "Cache-Control": "no-store, private",
        "X-Content-Type-Options": "nosniff",
    }
