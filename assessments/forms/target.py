from dataclasses import dataclass

from ..models import Target
from .text import cleaned, text_problem

NOT_IN_ROLE = "not-in-role"


@dataclass(slots=True)
class TargetRow:
    """One area on the page: what is chosen, what the role profile proposes, and what is said beside the fields."""

    area: object
    choice: str
    reason: str
    proposed: str
    problems: dict


class TargetForm:
    """The level needed in each area. ``standing`` maps area codes to (rank or None, reason).

    Once posted, ``is_valid()`` says whether ``targets`` can be set, and ``summary`` what keeps them from it; the rows keep what
    was typed. A reason is asked for only where a choice departs from the role profile; elsewhere what was typed is dropped.
    """

    def __init__(self, tree, proposed, standing, has_profile, data=None):
        self.targets = {}
        self.rows = []
        self.has_profile = has_profile
        for area in tree.areas:
            rank, reason = standing.get(area.code, (proposed[area.code], ""))
            row = TargetRow(area, choice_of(rank), reason, choice_of(proposed[area.code]), {})
            self.rows.append(row)
            if data is not None:
                row.choice = data.get(f"target-{area.code}", "")
                row.reason = cleaned(data.get(f"reason-{area.code}", ""))
                self._check(row, tree)

    def _check(self, row, tree):
        code = row.area.code
        offered = {str(rank): rank for rank in tree.ranks}
        if row.area.chosen_by_role:
            offered[NOT_IN_ROLE] = None
        if row.choice not in offered:
            row.problems["target"] = f"Choose the level that your role needs in {code} {row.area.title}"
        departs = row.choice != row.proposed and self.has_profile
        if departs and row.choice in offered:
            problem = text_problem(row.reason, limit=Target.REASON_LIMIT, what=f"Your reason for {code}")
            if not problem and not row.reason:
                problem = f"Say why your role needs something else in {code} {row.area.title}"
            if problem:
                row.problems["reason"] = problem
        if not row.problems:
            self.targets[code] = (offered[row.choice], row.reason if departs else "")

    @property
    def summary(self):
        """What is wrong, in the order of the page, as the error summary's list of text and link."""
        return [
            {"text": text, "href": f"#{field}-{row.area.code}"}
            for row in self.rows
            for field, text in row.problems.items()
        ]

    def is_valid(self):
        return not any(row.problems for row in self.rows)


def choice_of(rank) -> str:
    """The value of the radio button for a target."""
    return NOT_IN_ROLE if rank is None else str(rank)
