"""How far a round has come: read once, for the list of areas, the rating page and the next step."""

from dataclasses import dataclass

from .models import Rating


@dataclass(frozen=True, slots=True)
class AreaProgress:
    """One area of a round: how many of its statements are answered, and the level needed (None: not in the role)."""

    area: object
    target: int | None
    answered: int
    total: int

    @property
    def in_role(self):
        return self.target is not None

    @property
    def is_done(self):
        return self.answered == self.total

    @property
    def left(self):
        return self.total - self.answered


@dataclass(frozen=True, slots=True)
class Progress:
    """All areas of a round in the order of the standards; ``saved_at`` is when the last answer was saved."""

    areas: tuple[AreaProgress, ...]
    saved_at: object

    @property
    def asked(self):
        """The areas that belong to the role."""
        return tuple(area for area in self.areas if area.in_role)

    @property
    def answered(self):
        return sum(area.answered for area in self.asked)

    @property
    def total(self):
        return sum(area.total for area in self.asked)

    @property
    def left(self):
        return self.total - self.answered

    @property
    def minutes_left(self):
        """About how long the rest takes, where all areas take half an hour; rounded up to five minutes."""
        return -(-self.left * 6 // sum(area.total for area in self.areas)) * 5

    @property
    def is_done(self):
        return self.answered == self.total

    @property
    def finished(self):
        """The areas of the role whose statements are all answered."""
        return tuple(area for area in self.asked if area.is_done)

    @property
    def unfinished(self):
        """The areas of the role that are not finished."""
        return tuple(area for area in self.asked if not area.is_done)

    @property
    def next_unfinished(self):
        """The first area of the role that is not finished, or None."""
        return next(iter(self.unfinished), None)

    def area(self, code):
        return next(area for area in self.areas if area.area.code == code)

    def after(self, code):
        """The area of the role that follows ``code``, or None after the last."""
        codes = [area.area.code for area in self.areas]
        following = self.areas[codes.index(code) + 1 :]
        return next((area for area in following if area.in_role), None)


def progress_of(assessment, tree) -> Progress:
    """Reads a round's progress in two queries. Once it is agreed, the targets are the agreed ones."""
    targets = assessment.agreed_targets if assessment.is_agreed else assessment.targets
    targets = dict(targets.values_list("area_id", "rank"))
    answered = set()
    saved_at = None
    rows = assessment.ratings.filter(view=Rating.View.SELF).values_list(
        "statement_id", "rank", "not_relevant", "rated_at"
    )
    for statement_id, rank, not_relevant, rated_at in rows:
        if not_relevant or rank is not None:
            answered.add(statement_id)
        saved_at = max(saved_at or rated_at, rated_at)
    return progress_from(tree, targets, answered, saved_at)


def progress_from(tree, targets, answered, saved_at=None) -> Progress:
    """The progress that follows from ``targets`` (rank by area's pk) and the pks of the statements ``answered``."""
    areas = tuple(
        AreaProgress(
            area,
            targets.get(area.pk),
            sum(statement.pk in answered for statement in area.statements),
            len(area.statements),
        )
        for area in tree.areas
    )
    return Progress(areas, saved_at)
