from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from assessments.models import Assessment
from people.models import Descent, Organisation
from standards.models import Framework


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The campaigns of organisations whose figures ``user`` may see."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def standing(self, today):
        """Neither ended nor past their day."""
        return self.filter(ended_at=None, due_on__gte=today)

    def around(self, organisation):
        """The campaigns of ``organisation``, of what it lies within and of what lies below it."""
        return self.filter(
            Q(organisation__lines_down__descendant=organisation) | Q(organisation__lines_up__ancestor=organisation)
        ).distinct()


class Campaign(models.Model):
    """An organisation invites the people in it, and in what lies below it, to a round of a framework by a day.

    remind_days    how many days before ``due_on`` whoever has not shared is reminded: numbers, the largest first
    ended_at       when it was ended before its time
    """

    LEAST_AHEAD = timedelta(days=7)
    MOST_AHEAD = timedelta(days=366)
    REMINDERS = (28, 14, 7, 3, 1)
    # Who shared or agreed a round so shortly before it opened is not asked for another one.
    NOT_AGAIN_WITHIN = timedelta(days=60)

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="campaigns")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="campaigns")
    opened_on = models.DateField()
    due_on = models.DateField()
    remind_days = models.JSONField(default=list)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="campaigns_started"
    )
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(CampaignQuerySet)()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="campaign_is_due_after_it_opens", condition=Q(due_on__gt=F("opened_on"))),
        ]

    def __str__(self):
        return f"Campaign {self.pk}"

    @classmethod
    def day_problem(cls, due_on, today) -> str:
        """What is wrong with a day by which people are to be invited ``today``, as a sentence; empty when nothing is."""
        if due_on < today:
            return "The day must be in the future"
        if due_on < today + cls.LEAST_AHEAD:
            return f"The day must be at least {cls.LEAST_AHEAD.days} days from today, so that people have time"
        if due_on > today + cls.MOST_AHEAD:
            return "The day must be within a year from today"
        return ""

    @classmethod
    def reminders_problem(cls, remind_days, due_on, today) -> str:
        """The same of the days before ``due_on`` on which people are reminded."""
        if len(set(remind_days)) < len(remind_days) or not set(remind_days) <= set(cls.REMINDERS):
            return "Choose from the reminders shown"
        early = [days for days in remind_days if due_on - timedelta(days=days) <= today]
        if early:
            return f"A reminder {max(early)} days before would come no later than the invitation. Choose later ones"
        return ""

    @property
    def is_standing(self) -> bool:
        return self.ended_at is None and self.due_on >= timezone.localdate()

    @property
    def ended_on(self):
        """The day on which it was ended before its time, or None."""
        return self.ended_at and timezone.localtime(self.ended_at).date()


class InvitationQuerySet(models.QuerySet):
    def standing(self, today):
        """By campaigns that stand, to people who still work where they were invited."""
        here = Descent.objects.filter(
            ancestor=OuterRef("campaign__organisation"), descendant=OuterRef("person__organisation")
        )
        return self.filter(Exists(here), campaign__ended_at=None, campaign__due_on__gte=today, person__is_active=True)

    def unanswered(self):
        """To people who have not shared a round since the campaign opened."""
        return self.exclude(
            Exists(
                rounds_done_since(
                    OuterRef("campaign__opened_on"), owner=OuterRef("person"), framework=OuterRef("campaign__framework")
                )
            )
        )

    def waiting_for(self, person, today):
        """Those that somebody is still to answer, the first due first, each with its campaign and framework."""
        mine = self.standing(today).unanswered().filter(person=person)
        return mine.select_related("campaign__framework").order_by("campaign__due_on", "pk")


def rounds_done_since(day, **of):
    """The rounds that are shared now, whenever that was, or that were agreed on ``day`` or later."""
    done = Q(state=Assessment.State.SHARED) | Q(state=Assessment.State.AGREED, agreed_at__date__gte=day)
    return Assessment.objects.filter(done, **of)


class Invitation(models.Model):
    """That somebody was invited by a campaign, and when they were reminded last."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    invited_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["campaign_id", "person_id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="invited_once_by_a_campaign")]

    def __str__(self):
        return f"Invitation {self.pk}"
