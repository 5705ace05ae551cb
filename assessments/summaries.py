"""What a round comes to in each area, as team pages and figures are made of it. Scored by the one rule, in ``scoring``."""

from .models import Summary
from .reports.both_views import scored


def summaries_of(assessment, tree, views, *, is_agreed) -> list[Summary]:
    """A row for each area, not saved: of what both agreed where it ``is_agreed``, else of the owner's own levels.

    ``views`` are the round's (``standing.Views``); a level needs every statement in the role answered, as it is once shared.
    """
    standings, targets = (views.agreed, views.targets_in_force) if is_agreed else (views.own, views.targets)
    score = scored(tree, targets, {pk: standing.answer for pk, standing in standings.items()})
    pks = {statement.code: statement.pk for statement in tree.statements}
    return [
        Summary(
            assessment=assessment,
            area_id=area.pk,
            level=found.level,
            target=found.target,
            missed=[[pks[each.code], each.rank] for each in found.statements if each.gap],
        )
        for area, found in zip(tree.areas, score.areas, strict=True)
    ]
