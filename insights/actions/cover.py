"""What a line manager says that their team needs in each area."""

from django.db import transaction
from django.db.models import Q

from people.models import User

from ..models import NeededCover


class ChangedElsewhere(Exception):
    """What was to be set was changed after the page was drawn; nothing is set. ``areas`` are those where it was."""

    def __init__(self, areas):
        super().__init__(areas)
        self.areas = areas


@transaction.atomic
def set_needed_cover(*, line_manager, needed, drawn=None):
    """Set how many people an area needs at which level: ``needed`` maps (framework's pk, area's code) to (rank, people), or to
    None for as the targets say.

    ``drawn`` has what a page showed, in the same way. With it nothing is set where one of them was changed since to something
    else than is wanted. One upsert, and one deletion.

    Raises ``ChangedElsewhere``.
    """
    # Two windows take turns, also over an area for which there is no row yet.
    User.objects.select_for_update().filter(pk=line_manager.pk).values_list("pk").first()
    if drawn is not None:
        _refuse_what_was_changed(needed, drawn, NeededCover.objects.set_by(line_manager))
    gone = [area for area, wanted in needed.items() if wanted is None]
    if gone:
        areas = Q(pk=None)
        for framework, code in gone:
            areas |= Q(framework=framework, area_code=code)
        NeededCover.objects.filter(areas, line_manager=line_manager).delete()
    NeededCover.objects.bulk_create(
        [
            NeededCover(
                line_manager=line_manager, framework_id=framework, area_code=code, rank=wanted[0], people=wanted[1]
            )
            for (framework, code), wanted in needed.items()
            if wanted is not None
        ],
        update_conflicts=True,
        unique_fields=["line_manager", "framework", "area_code"],
        update_fields=["rank", "people"],
    )


def _refuse_what_was_changed(needed, drawn, standing):
    changed = [area for area, wanted in needed.items() if standing.get(area) not in (wanted, drawn.get(area))]
    if changed:
        raise ChangedElsewhere(tuple(changed))
