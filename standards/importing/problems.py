"""What is wrong with a file that an editor uploads, said so that they can find the place and mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``text`` ends the sentence that its place begins. ``row`` is counted as a spreadsheet does, from 1."""

    text: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self):
        row = f"row {self.row:,}" if self.row else ""
        place = ", ".join(filter(None, (self.sheet, row, self.column)))
        return f"{place}: {self.text}" if place else self.text


class Refused(Exception):
    """A file cannot be used as it is; ``problems`` says why. Nothing was saved."""

    def __init__(self, *problems):
        self.problems = tuple(Problem(each) if isinstance(each, str) else each for each in problems)
        super().__init__(" ".join(map(str, self.problems)))
