from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone

from standards.models import Framework, Statement

from .assessment import Assessment


class GoalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The goals that ``user`` may read: one's own, and those of a round that they read as line manager."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user) | Q(assessment__in=Assessment.objects.read_by(user)))

    def open(self):
        """The goals that are neither done nor dropped."""
        return self.filter(state=Goal.State.OPEN)

    def owned_by(self, user):
        """The goals of ``user``'s own plan, whichever rounds they belong to."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(owner=user)

    def finished_since(self, day):
        """The goals that were done on ``day`` or after it."""
        return self.filter(state=Goal.State.DONE, ended_on__gte=day)

    def with_aims(self):
        """Each goal with the statements that it is for and their versions: one query more, however many goals there are."""
        aims = GoalStatement.objects.select_related("statement__area__section__version")
        return self.prefetch_related(Prefetch("aims", aims))

    def plan_rounds(self, owner):
        """The round that a new goal of ``owner`` belongs to under each framework, the one changed last first: one query.

        It is the open one, else the one agreed last; a framework without either has none.
        """
        rounds = Assessment.objects.owned_by(owner).filter(state__in=[*Assessment.OPEN_STATES, Assessment.State.AGREED])
        found = {}
        for each in rounds.select_related("version__framework", "line_manager").order_by("agreed_at"):
            standing = found.get(each.framework_id)
            if standing is None or standing.state not in Assessment.OPEN_STATES:
                found[each.framework_id] = each
        return sorted(found.values(), key=lambda each: each.changed_at, reverse=True)

    def plan_round(self, owner, framework_id):
        """That round under one framework; None where there is none."""
        return next((each for each in self.plan_rounds(owner) if each.framework_id == framework_id), None)


class Goal(models.Model):
    """One thing on somebody's development plan.

    A goal is seen by whoever sees the round that it belongs to; without a round, by its owner alone. An open goal moves to the
    round that its owner shares next.

    what, measure    what is to be done, and how its owner will know that it is
    outcome          what came of it, or why it was dropped
    revision         rises with each change, so that a second window cannot overwrite what it has not seen
    """

    class Kind(models.TextChoices):
        """The 70, 20 and 10 of development (Contract Management Professional Standards, "Development")."""

        ON_THE_JOB = "on-the-job", "On the job"
        WITH_OTHERS = "with-others", "With others"
        FORMAL = "formal", "Formal learning"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    WHAT_LIMIT = 300
    MEASURE_LIMIT = 1000
    OUTCOME_LIMIT = 1000

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goals")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="goals")
    assessment = models.ForeignKey(Assessment, models.SET_NULL, null=True, blank=True, related_name="goals")
    what = models.CharField(max_length=WHAT_LIMIT)
    measure = models.TextField(max_length=MEASURE_LIMIT, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    ended_on = models.DateField(null=True, blank=True)
    outcome = models.TextField(max_length=OUTCOME_LIMIT, blank=True)
    revision = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(GoalQuerySet)()

    class Meta:
        ordering = ["owner_id", "due_on", "pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="goal_by_day_due")]
        constraints = [
            models.CheckConstraint(
                name="goal_state_has_its_day",
                condition=Q(state="open", ended_on=None, outcome="")
                | Q(state="done", ended_on__isnull=False)
                | (Q(state="dropped", ended_on__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self):
        return f"Goal {self.pk}"


class GoalStatement(models.Model):
    """A statement that a goal is for, and the rank aimed at."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="aims")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="goal_aims")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["goal_id", "statement_id"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "statement"], name="goal_names_a_statement_once"),
            models.CheckConstraint(name="goal_aims_at_a_level", condition=Q(rank__gte=1)),
        ]

    def __str__(self):
        return f"Aim of goal {self.goal_id}"


class GoalNote(models.Model):
    """How a goal is going, as its owner or their line manager noted it."""

    TEXT_LIMIT = 1000

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goal_notes")
    text = models.TextField(max_length=TEXT_LIMIT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["goal_id", "at", "pk"]

    def __str__(self):
        return f"Note on goal {self.goal_id}"


class AgreedGoal(models.Model):
    """A goal as both agreed it, frozen with its round; the ``goal`` itself goes on.

    ``aims`` is a list of pairs: a statement's code and the rank aimed at.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="agreed_goals")
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, related_name="agreements")
    order = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=Goal.WHAT_LIMIT)
    measure = models.TextField(max_length=Goal.MEASURE_LIMIT, blank=True)
    kind = models.CharField(max_length=12, choices=Goal.Kind)
    due_on = models.DateField()
    aims = models.JSONField(default=list)

    class Meta:
        ordering = ["assessment_id", "order"]
        constraints = [models.UniqueConstraint(fields=["assessment", "order"], name="agreed_goal_has_a_place")]

    def __str__(self):
        return f"Agreed goal {self.order} of {self.assessment_id}"
