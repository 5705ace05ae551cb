from dataclasses import dataclass, field

from ..answers import target_mark
from ..models import Target
from .text import cleaned, text_problem

NOT_IN_ROLE = "not-in-role"


@dataclass(slots=True)
class TargetRow:
    """One area on the page: what is chosen, what the role profile proposes, and what is said beside the fields.

    ``drawn`` is the hidden field that remembers the target that the page was drawn with. ``conflict`` is what was saved in
    another window, as (rank or None, reason), where something else is typed here; None elsewhere.
    """

    area: object
    choice: str
    reason: str
    proposed: str
    drawn: str
    problems: dict = field(default_factory=dict)
    conflict: tuple | None = None


class TargetForm:
    """The level needed in each area. ``standing`` maps area codes to (rank or None, reason).

    Once posted, ``is_valid()`` says whether ``targets`` can be set by what the page was ``drawn`` with, and ``summary`` what is
    left to settle. A row that was not touched, or whose typed target was given up, shows what stands; the others keep what was
    typed. A reason is asked for only where a choice departs from the role profile; elsewhere what was typed is dropped. Messages
    speak of ``role``, and of what was changed ``elsewhere``.
    """

    role = "your role"
    elsewhere = "in another window"

    def __init__(self, tree, proposed, standing, has_profile, data=None):
        self.targets = {}
        self.drawn = {}
        self.rows = []
        self.has_profile = has_profile
        for area in tree.areas:
            rank, reason = standing.get(area.code, (proposed[area.code], ""))
            mark = target_mark(rank, reason)
            row = TargetRow(area, choice_of(rank), reason, choice_of(proposed[area.code]), mark)
            self.rows.append(row)
            if data is not None and f"discard-{area.code}" not in data:
                self._read(row, tree, data, (rank, reason))

    def _read(self, row, tree, data, standing):
        code = row.area.code
        choice, reason = data.get(f"target-{code}", ""), cleaned(data.get(f"reason-{code}", ""))
        drawn = data.get(f"drawn-{code}", "")
        offered = {str(rank): rank for rank in tree.ranks}
        if row.area.chosen_by_role:
            offered[NOT_IN_ROLE] = None
        departs = choice != row.proposed and self.has_profile
        target = (offered.get(choice), reason if departs else "")
        if choice in offered and drawn in (target_mark(offered[choice], reason), target_mark(*target)):
            return
        row.choice, row.reason = choice, reason
        row.problems = self._problems(row, is_offered=choice in offered, departs=departs)
        if drawn != row.drawn and (choice not in offered or target != standing):
            row.conflict = standing
        if not row.problems:
            self.targets[code] = target
            self.drawn[code] = drawn

    def _problems(self, row, *, is_offered, departs):
        name = f"{row.area.code} {row.area.title}"
        if not is_offered:
            return {"target": f"Choose the level that {self.role} needs in {name}"}
        if not departs:
            return {}
        problem = text_problem(row.reason, limit=Target.REASON_LIMIT, what=f"Your reason for {row.area.code}")
        if not problem and not row.reason:
            problem = f"Say why {self.role} needs something else in {name}"
        return {"reason": problem} if problem else {}

    @property
    def summary(self):
        """What is wrong, in the order of the page, as the error summary's list of text and link."""
        found = []
        for row in self.rows:
            code = row.area.code
            if row.conflict:
                text = f"{code} was changed {self.elsewhere}. Choose which target to keep."
                found.append({"text": text, "href": f"#discard-{code}"})
            found += [{"text": text, "href": f"#{field}-{code}"} for field, text in row.problems.items()]
        return found

    def is_valid(self):
        return not any(row.problems for row in self.rows)


def choice_of(rank) -> str:
    """The value of the radio button for a target."""
    return NOT_IN_ROLE if rank is None else str(rank)
