"""What was agreed in a round, as plain values, and the short code that stands for it on the agreed report.

The code is taken when both have confirmed and is kept with the round; taken again later, the same record gives the same code.
Nothing in a record changes when a person changes their name, and nothing in it is asked of a row that may go (the goal that an
agreed one was made from). docs/decisions/check-codes.md says why it is made so.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from django.utils import timezone

from .models import AgreedGoal, AgreedTarget, Assessment, Conversation, Rating
from .wording import person_in_words

# Crockford's thirty-two: without I, L and O, which are read as the digits that they look like, and without U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
IN_A_GROUP = 4
_MISREAD = str.maketrans("ILO", "110")


def record_of(assessment: Assessment) -> dict:
    """The canonical record of what was agreed, in values that JSON has; four queries, and one for the version where it is not
    at hand."""
    return {
        "assessment": str(assessment.pk),
        "standards": assessment.version.fingerprint,
        "owner": str(assessment.owner_id),
        "line_manager": str(assessment.line_manager_id),
        "agreed_at": _moment(assessment.agreed_at),
        "ratings": [
            list(row)
            for row in Rating.objects.filter(assessment_id=assessment.pk, view=Rating.View.AGREED)
            .order_by("statement__code")
            .values_list("statement__code", "rank", "not_relevant", "reason", "note")
        ],
        "targets": [
            list(row)
            for row in AgreedTarget.objects.filter(assessment_id=assessment.pk)
            .order_by("area__code")
            .values_list("area__code", "rank", "reason")
        ],
        "conversation": _conversation(assessment),
        "goals": [
            [order, what, measure, kind, due_on.isoformat(), aims]
            for order, what, measure, kind, due_on, aims in AgreedGoal.objects.filter(assessment_id=assessment.pk)
            .order_by("order")
            .values_list("order", "what", "measure", "kind", "due_on", "aims")
        ],
    }


def _conversation(assessment):
    held = Conversation.objects.get(assessment_id=assessment.pk)
    return {
        "held_on": _day(held.held_on),
        "points": held.points,
        "look_again_on": _day(held.look_again_on),
        "disagreement": held.disagreement,
        "owner_confirmed_at": _moment(held.owner_confirmed_at),
        "line_manager_confirmed_at": _moment(held.line_manager_confirmed_at),
    }


def _day(day):
    return day.isoformat() if day else None


def _moment(moment):
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


@dataclass(frozen=True, slots=True)
class Found:
    """What may be told of the agreed round that has a code.

    is_unchanged   its record still gives the code
    assessment_id  of the round, for whoever may read it
    """

    owner: str
    line_manager: str
    agreed_on: date
    framework: str
    number: str
    is_unchanged: bool
    assessment_id: UUID


def find_record(code: str) -> Found | None:
    """The agreed round that has this code, whoever asks; None where there is none."""
    rounds = Assessment.objects.filter(check_code=code, state=Assessment.State.AGREED)
    assessment = rounds.select_related("owner", "line_manager", "version__framework").first()
    return assessment and Found(
        owner=person_in_words(assessment.owner),
        line_manager=person_in_words(assessment.line_manager),
        agreed_on=timezone.localtime(assessment.agreed_at).date(),
        framework=assessment.version.framework.title,
        number=assessment.version.number,
        is_unchanged=check_code(record_of(assessment)) == assessment.check_code,
        assessment_id=assessment.pk,
    )


def check_code(record: dict) -> str:
    """The code of a record, such as "K7QF-2M9X-0TBC-H4RD": the first eighty bits of its SHA-256.

    Equal for equal records, whatever the order of their keys.
    """
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    number = int.from_bytes(hashlib.sha256(canonical.encode("ascii")).digest()[:10])
    places = range(5 * (LENGTH - 1), -1, -5)
    return _in_groups("".join(ALPHABET[number >> place & 31] for place in places))


def read_code(typed: str) -> str:
    """The code that somebody meant who typed this: any case, any spaces and dashes, I and L for 1, O for 0.

    Empty when it cannot be a code: another length, or a character that no code has.
    """
    letters = "".join(each for each in typed.upper() if each.isalnum()).translate(_MISREAD)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return ""
    return _in_groups(letters)


def _in_groups(letters):
    return "-".join(letters[start : start + IN_A_GROUP] for start in range(0, LENGTH, IN_A_GROUP))
