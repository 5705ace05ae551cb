"""How long each kind of record is kept: one table, whose periods are settings (``settings.KEEP``)."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.models import Assessment, Goal
from people.models import Notice, PasswordTry, ReportingLine, User

from .models import Erasure, LegalHold

State = Assessment.State
# However short the delay after which whoever asks is erased, an account that nobody uses is given this long.
UNUSED_DELAY = timedelta(days=30)
DELETE, ERASE, ASK = "deleted", "erased", "asked"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``name`` is that of its period in ``settings.KEEP``; ``since`` says from when it is counted.

    rows     the rows that are older than a moment
    ends     what becomes of them: deleted; erased, through the one exit of a round; or their person is asked
    people   lookups from a row to those whose legal hold keeps it
    """

    name: str
    title: str
    since: str
    rows: Callable[[datetime], QuerySet]
    ends: str = DELETE
    people: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """Its period in words: "24 months"."""
        count, unit = settings.KEEP[self.name]
        return f"{count} {unit}{'' if count == 1 else 's'}"

    def due(self, now):
        """The rows whose time is over, but for those of people under a legal hold."""
        rows = self.rows(before(now, *settings.KEEP[self.name]))
        held = LegalHold.objects.standing().values("person")
        for path in self.people:
            rows = rows.exclude(**{f"{path}__in": held})
        return rows


def before(now: datetime, count: int, unit: str) -> datetime:
    """The moment so many days, months or years before ``now``; the last day of a month that is too short."""
    if unit == "day":
        return now - timedelta(days=count)
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _unconfirmed(moment):
    confirmed = apps.get_model("account.EmailAddress").objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(last_login=None, date_joined__lt=moment, is_staff=False, erased_at=None)
    untouched = people.filter(assessments=None, reporting_lines=None, goals=None, erasures=None, legal_holds=None)
    return untouched.filter(Exists(confirmed.filter(verified=False)), ~Exists(confirmed.filter(verified=True)))


def _unused(moment):
    confirmed = apps.get_model("account.EmailAddress").objects.filter(user=OuterRef("pk"), verified=True)
    seen = Q(last_login__lt=moment) | Q(Exists(confirmed), last_login=None, date_joined__lt=moment)
    standing = Erasure.objects.standing().filter(person=OuterRef("pk"))
    return User.objects.filter(seen, ~Exists(standing), erased_at=None)


KINDS = (
    Kind(
        "DRAFTS",
        "Draft assessments",
        "their last change",
        lambda moment: Assessment.objects.filter(state=State.DRAFT, changed_at__lt=moment),
        people=("owner",),
    ),
    Kind(
        "CLOSED",
        "Closed assessments",
        "the day they were closed",
        lambda moment: Assessment.objects.filter(state=State.CLOSED, closed_at__lt=moment),
        ERASE,
        ("owner",),
    ),
    Kind(
        "AGREED",
        "Agreed assessments",
        "the day they were agreed",
        lambda moment: Assessment.objects.filter(state=State.AGREED, agreed_at__lt=moment),
        ERASE,
        ("owner",),
    ),
    Kind(
        "GOALS",
        "Goals that are done or dropped and belong to no assessment",
        "the day they ended",
        lambda moment: Goal.objects.filter(assessment=None, ended_on__lt=timezone.localtime(moment).date()),
        people=("owner",),
    ),
    Kind(
        "NOTICES",
        "Notices",
        "the day they were given",
        lambda moment: Notice.objects.filter(recipient__isnull=False, made_at__lt=moment),
        people=("recipient",),
    ),
    Kind(
        "INVITATIONS",
        "Requests to be somebody’s line manager that nobody has answered",
        "the day they were made",
        lambda moment: ReportingLine.objects.pending().filter(asked_at__lt=moment),
        people=("person",),
    ),
    Kind(
        "INVITATIONS",
        "Invitations to people without an account",
        "the day they were made",
        lambda moment: Notice.objects.filter(recipient=None, made_at__lt=moment),
        people=("actor",),
    ),
    Kind(
        "LINES",
        "Who was whose line manager",
        "the day it ended",
        lambda moment: ReportingLine.objects.filter(Q(declined_at__lt=moment) | Q(ended_at__lt=moment)),
        people=("person", "line_manager"),
    ),
    Kind(
        "PASSWORD_TRIES",
        "Counts of passwords that were tried",
        "the try",
        lambda moment: PasswordTry.objects.filter(at__lt=moment),
    ),
    Kind(
        "ADMIN_LOG",
        "What administrators did on their pages",
        "the day they did it",
        lambda moment: LogEntry.objects.filter(action_time__lt=moment),
        people=("user",),
    ),
    Kind(
        "HOLDS",
        "Legal holds that were lifted",
        "the day they were lifted",
        lambda moment: LegalHold.objects.filter(lifted_at__lt=moment),
        people=("person",),
    ),
    Kind(
        "ERASURES",
        "That somebody was erased, or changed their mind",
        "the day of it",
        lambda moment: Erasure.objects.filter(Q(done_at__lt=moment) | Q(cancelled_at__lt=moment)),
        people=("person",),
    ),
    Kind(
        "UNCONFIRMED",
        "Accounts whose address was never confirmed",
        "the day they were made",
        _unconfirmed,
    ),
    Kind(
        "ACCOUNTS",
        "Accounts that nobody uses: their people are written to, and erased if they do not sign in",
        "the last sign-in",
        _unused,
        ASK,
        ("pk",),
    ),
)

# Kept for an hour, whatever the settings: by the models' own word for what is too old.
HELD = ("service.HeldPost", "standards.HeldImport")
