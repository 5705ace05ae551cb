import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_tasks_db.models import DBTaskResult


class HeldPostQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is held for ``user`` and not yet too old to be offered."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user, held_at__gt=timezone.now() - HeldPost.KEPT_FOR)

    def too_old(self):
        return self.filter(held_at__lte=timezone.now() - HeldPost.KEPT_FOR)


class HeldPost(models.Model):
    """A form that was refused because its sender was signed out, kept for an hour for the person it was drawn for.

    ``fields`` maps each field's name to the list of values typed, without tokens.
    """

    KEPT_FOR = timedelta(hours=1)
    MOST_PER_PERSON = 20

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="held_posts")
    path = models.CharField(max_length=500)
    fields = models.JSONField()
    held_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(HeldPostQuerySet)()

    class Meta:
        ordering = ["-held_at"]

    def __str__(self):
        return f"Held post {self.id}"

    @property
    def texts(self) -> list[str]:
        """What reads as text among the fields: the values with a space in them, and long ones. The rest are choices.

        What a page remembers of what it showed ("seen") is no text of whoever sends it.
        """
        values = [value.strip() for name, values in self.fields.items() if name != "seen" for value in values]
        return [value for value in values if " " in value or len(value) > 40]

    @property
    def opening(self) -> str:
        """How its longest text begins, to tell it from others; empty when there is no text in it."""
        longest = " ".join(max(self.texts, key=len, default="").split())
        return longest if len(longest) <= 60 else f"{longest[:60].rstrip()}…"


class WorkerBeatQuerySet(models.QuerySet):
    def alive(self):
        """The workers that were seen lately: what they have in hand is theirs."""
        return self.filter(seen_at__gt=timezone.now() - WorkerBeat.LOST_AFTER)

    def too_old(self):
        return self.filter(seen_at__lte=timezone.now() - WorkerBeat.KEPT_FOR)


class WorkerBeat(models.Model):
    """A process that does the portal's tasks, and when it was last heard of: its lease on what it has in hand.

    Every worker writes its own row every ``EVERY``. One that was not seen for ``LOST_AFTER`` is taken for dead, and what it had in
    hand is given to another. The id is made up as a worker starts: it names no machine and nobody.
    """

    EVERY = timedelta(seconds=15)
    LOST_AFTER = timedelta(seconds=90)
    KEPT_FOR = timedelta(days=1)

    worker_id = models.CharField(max_length=64, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(WorkerBeatQuerySet)()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self):
        return f"Worker {self.worker_id}"


class Task(DBTaskResult):
    """A task of the worker's, as people look at it. It holds keys, and never anybody's words."""

    class Meta:
        proxy = True
        verbose_name = "task"
        verbose_name_plural = "tasks"

    def __str__(self):
        return f"Task {self.pk}"
