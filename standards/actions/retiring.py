"""The end of a version: a last day for new rounds, a day on which it retires, and retiring it when that has come."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from ..follower import follower
from ..models import Version
from .refusals import NotEditable
from .reviewing import lock_version

# People midway have at least so long to finish, or to bring their round to another version.
LEAST_NOTICE = timedelta(days=30)


@transaction.atomic
def plan_retirement(*, version, closes_on, retires_on, by):
    """Set the last day on which a round may begin under a published version, and the day on which it retires.

    Both None takes back what was planned; without ``retires_on`` it only closes for new rounds. May be changed until the day
    has come. Raises ``NotEditable`` when it is not published, when a day is past, when it would retire before it closes, or
    in less than thirty days while somebody is midway under it.
    """
    version = lock_version(version, Version.State.PUBLISHED)
    today = timezone.localdate()
    if retires_on and not closes_on:
        raise NotEditable("Say which is the last day for new assessments.", "closes_on")
    if closes_on and closes_on < today and closes_on != version.closes_on:
        raise NotEditable("The last day for new assessments is past.", "closes_on")
    if retires_on and retires_on != version.retires_on:
        _check_day(version, closes_on, retires_on, today)
    elif retires_on and retires_on < closes_on:
        raise NotEditable("It cannot retire before the last day for new assessments.", "retires_on")
    is_other = (version.closes_on, version.retires_on) != (closes_on, retires_on)
    version.closes_on, version.retires_on = closes_on, retires_on
    _save(version, "closes_on", "retires_on", by=by)
    if is_other and retires_on:
        follower().retiring(version)
    return version


def _check_day(version, closes_on, retires_on, today):
    if retires_on <= today:
        raise NotEditable("The day on which it retires must be after today.", "retires_on")
    if retires_on < closes_on:
        raise NotEditable("It cannot retire before the last day for new assessments.", "retires_on")
    midway = follower().midway(version)
    if midway and retires_on < today + LEAST_NOTICE:
        people = "1 person is" if midway == 1 else f"{midway} people are"
        raise NotEditable(
            f"{people} midway under it and must have at least {LEAST_NOTICE.days} days: "
            f"choose {date_format(today + LEAST_NOTICE, 'j F Y')} or a later day.",
            "retires_on",
        )


@transaction.atomic
def retire_version(*, version):
    """Retire a published version whose day has come; drafts left under it are carried over.

    Raises ``NotEditable`` when it is not published, or its day is not set or has not come.
    """
    version = lock_version(version, Version.State.PUBLISHED)
    if version.retires_on is None or version.retires_on > timezone.localdate():
        raise NotEditable(f"The day on which version {version.number} retires has not come.")
    version.state = Version.State.RETIRED
    version.retired_at = timezone.now()
    _save(version, "state", "retired_at")
    follower().retired(version)
    return version


def retire_due_versions():
    """Retire every version whose day has come; returns them."""
    due = Version.objects.published().filter(retires_on__lte=timezone.localdate())
    return [retire_version(version=version) for version in due.order_by("retires_on", "pk")]


def _save(version, *fields, by=None):
    version.edited_at = version.retired_at or timezone.now()
    version._history_user = by
    version.save(update_fields=[*fields, "edited_at"])
