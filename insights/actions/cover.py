"""What a line manager says that their team needs in each area."""

from django.db import transaction
from django.db.models import Q

from people.models import User

from ..models import NeededCover


@transaction.atomic
def set_needed_cover(*, line_manager, needed, drawn=None) -> tuple:
    """Set how many people an area needs at which level: ``needed`` maps (framework's pk, area's code) to (rank, people), or to
    None for as the targets say. One upsert, and one deletion.

    ``drawn`` has what a page showed, in the same way. With it nothing at all is set where one of the areas was set to something
    else since; those areas are returned.
    """
    # Two windows take turns, also over an area for which there is no row yet.
    User.objects.select_for_update().filter(pk=line_manager.pk).values_list("pk").first()
    if drawn is not None:
        standing = NeededCover.objects.set_by(line_manager)
        changed = [each for each, wanted in needed.items() if standing.get(each) not in (wanted, drawn.get(each))]
        if changed:
            return tuple(changed)
    _forget(line_manager, [each for each, wanted in needed.items() if wanted is None])
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
    return ()


def _forget(line_manager, areas):
    if areas:
        named = Q()
        for framework, code in areas:
            named |= Q(framework=framework, area_code=code)
        NeededCover.objects.filter(named, line_manager=line_manager).delete()
