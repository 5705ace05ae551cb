"""A confirmation that no longer counts: who changed something after it, and what, as far as that is dated.

Levels and the record have their day; targets and goals have none, so that they are named together.
"""

from dataclasses import dataclass
from datetime import datetime

from .models import Event, Rating
from .wording import person_in_words

GIVEN = (Event.Kind.CONFIRMED, Event.Kind.DISAGREED)


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """When somebody had confirmed, who made the first change after it and when, and what was changed since, a sentence each."""

    confirmed_at: datetime
    by: str
    at: datetime
    changed: tuple[str, ...]


def unconfirmed_of(user, assessment, prepared) -> Unconfirmed | None:
    """What became of the confirmation that ``user`` gave to this review's conversation; None where none was given or removed.

    For somebody whose confirmation does not stand. Reads nothing while the conversation has no day, without which nobody confirms.
    """
    if assessment.conversation.held_on is None:
        return None
    kinds = (*GIVEN, Event.Kind.UNCONFIRMED)
    events = assessment.events.filter(kind__in=kinds, at__gte=assessment.reviewed_at).select_related("actor")
    given = removed = None
    for event in events:
        if event.kind in GIVEN and event.actor_id == user.pk:
            given, removed = event, None
        elif event.kind == Event.Kind.UNCONFIRMED and given and not removed:
            removed = event
    if removed is None:
        return None
    by = "You" if removed.actor_id == user.pk else person_in_words(removed.actor)
    return Unconfirmed(given.at, by, removed.at, _changed_since(given.at, assessment, prepared))


def _changed_since(at, assessment, prepared):
    conversation, found = assessment.conversation, []
    if conversation.changed_at and conversation.changed_at > at:
        found.append("The dates or what you talked about were changed.")
    rows = Rating.objects.filter(assessment=assessment, rated_at__gt=at).order_by()
    changed = set(rows.values_list("view", "statement__code"))
    given = [code for code in prepared.agenda.in_scope if (Rating.View.LINE_MANAGER, code) in changed]
    if given:
        name = person_in_words(assessment.line_manager)
        found.append(f"What {name} says was changed in {', '.join(given)}.")
    levels = [code for code in prepared.agenda.in_scope if (Rating.View.AGREED, code) in changed]
    found += [f"{prepared.level_now(code)}." for code in levels]
    return tuple(found)
