"""The one exit of an agreed or closed round, and the ends of what is not over yet. Only ``privacy`` calls any of this."""

from django.db import transaction
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from people.actions import notify, recount_of
from people.models import Notice

from ..models import Assessment, Goal, Summary
from .summing import forget_sum

State = Assessment.State


@transaction.atomic
def close_for_erasure(*, owner):
    """Delete the drafts of ``owner``, and end what is shared, whoever still has to act; a line manager is told."""
    rounds = Assessment.objects.filter(owner=owner)
    recount_of(owner.pk)
    rounds.filter(state=State.DRAFT).delete()
    at = timezone.now()
    for assessment in rounds.filter(state=State.SHARED).select_related("line_manager"):
        forget_sum(assessment)
        rounds.filter(pk=assessment.pk).update(state=State.CLOSED, closed_at=at, changed_at=at)
        notify(recipient=assessment.line_manager, kind=Notice.Kind.CLOSED, actor=owner, path=reverse("team-list"))


@transaction.atomic
def erase_rounds(*, keys, at) -> list:
    """Make agreed and closed rounds nobody's; returns the keys of those that were. Their children may be deleted from then on.

    What stays is a count: version, role profile, and the months in which it began and ended.
    """
    rounds = Assessment.objects.filter(pk__in=keys, state__in=Assessment.FROZEN_STATES)
    found = list(rounds.select_for_update().order_by("pk").values_list("pk", flat=True))
    # A round that began as a copy of one of them stands without it.
    Assessment.objects.filter(previous__in=found).update(previous=None)
    Goal.objects.filter(assessment__in=found).exclude(state=Goal.State.OPEN).delete()
    Goal.objects.filter(assessment__in=found).update(assessment=None)
    recount_of(*rounds.filter(pk__in=found).values_list("owner_id", flat=True))
    rounds.filter(pk__in=found).update(
        state=State.ERASED,
        owner=None,
        line_manager=None,
        previous=None,
        carried_from=None,
        rates_first=False,
        return_reason="",
        check_code=None,
        started_at=TruncMonth("started_at"),
        changed_at=TruncMonth("started_at"),
        shared_at=None,
        acted_at=None,
        reviewed_at=None,
        agreed_at=TruncMonth("agreed_at"),
        closed_at=TruncMonth("closed_at"),
        erased_at=timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    Summary.objects.filter(assessment__in=found).delete()
    return found
