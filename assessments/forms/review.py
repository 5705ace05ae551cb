"""The form of an area's review: the rating page's, asked of the line manager about somebody else."""

from .rating import RatingForm, drawn_row


class ReviewForm(RatingForm):
    """A line manager's ratings of one area: ``rows`` are those to fill in; the rated ones are only read on the page.

    Without ``data``, ``review`` is the ``AreaReview`` to draw and ``opened`` the code of a rated statement that is to be changed.
    A page is of one sharing, known by its ``shared_mark``: after another one the owner may say something else, so that
    nothing of the page is to be saved (``is_outdated``).
    """

    role = "their role"

    def __init__(self, assessment, area, review=None, data=None, opened=""):
        self.opened = opened
        self.is_outdated = False
        super().__init__(area, review, data)
        if data is not None and data.get("shared") != shared_mark(assessment):
            self.is_outdated = bool(self.rows) or "agree" in data

    def _drawn_rows(self, review):
        return [_row(each) for each in review.rows if not each.is_rated or each.statement.code == self.opened]

    @property
    def typed(self):
        """The changes that say something else than the page did."""
        return [change for change in self.changes if change.is_typed]

    @property
    def summary(self):
        found = super().summary
        if self.is_outdated:
            text = (
                "The assessment was shared again while this page was open. Compare your ratings with what it says now."
            )
            href = f"#level-{self.rows[0].statement.pk}" if self.rows else "#main-content"
            found.insert(0, {"text": text, "href": href})
        return found

    def settle(self, review, conflicts):
        """After a save that left something open: that keeps what was typed, and what else is to be rated is drawn anew."""
        if self.is_outdated:
            typed = {change.statement_id for change in self.typed}
            kept = {row.statement.pk: row for row in self.rows if row.problems or row.statement.pk in typed}
        else:
            self.redraw({row.statement.pk: (row.shown, row.revision) for row in review.rows}, conflicts)
            kept = {row.statement.pk: row for row in self.rows if row.problems or row.conflict}
        self.rows = [
            kept.get(each.statement.pk) or _row(each)
            for each in review.rows
            if each.statement.pk in kept or not each.is_rated
        ]


def shared_mark(assessment) -> str:
    """What a page remembers of the sharing that it was drawn of."""
    return assessment.shared_at.isoformat()


def _row(each):
    return drawn_row(each.statement, each.shown, each.revision)
