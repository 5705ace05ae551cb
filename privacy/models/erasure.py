from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ErasureQuerySet(models.QuerySet):
    def standing(self):
        """Asked for, and neither done nor taken back."""
        return self.filter(cancelled_at=None, done_at=None)

    def standing_of(self, person):
        """The one that stands for ``person``, or None."""
        return self.standing().filter(person=person).first()

    def hindrance(self, person) -> str:
        """Why ``person`` cannot be erased today: HELD, LAST_SUPERUSER, who alone could look after the portal, or "" for nothing."""
        if LegalHold.objects.holds(person):
            return Erasure.HELD
        others = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
        return Erasure.LAST_SUPERUSER if person.is_superuser and not others.exists() else ""


class Erasure(models.Model):
    """A person asked to be erased. Until ``due_at`` they may change their mind; the row stays as proof that it was done.

    Once done, ``person`` is a user of whom nothing is left (``User.erased_at``). The portal asks it for an account that nobody has
    used for long: then a sign-in is enough to keep it.
    """

    HELD, LAST_SUPERUSER = "held", "last-superuser"

    class Cause(models.TextChoices):
        ASKED = "asked", "Asked for by the person"
        UNUSED = "unused", "Not used for long"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures")
    cause = models.CharField(max_length=6, choices=Cause, default=Cause.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ErasureQuerySet)()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(cancelled_at=None, done_at=None), name="one_standing_erasure_per_person"
            ),
            models.CheckConstraint(
                name="erasure_is_done_or_cancelled", condition=Q(cancelled_at=None) | Q(done_at=None)
            ),
        ]

    def __str__(self):
        return f"Erasure {self.pk}"


class LegalHoldQuerySet(models.QuerySet):
    def standing(self):
        """Placed, and not lifted."""
        return self.filter(lifted_at=None)

    def holds(self, person) -> bool:
        """Whether one stands for ``person``."""
        return self.standing().filter(person=person).exists()


class LegalHold(models.Model):
    """Nothing of this person is erased or pruned while it stands; ``reason`` names the matter for those who administer it."""

    REASON_LIMIT = 1000

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="legal_holds")
    reason = models.TextField(max_length=REASON_LIMIT)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(LegalHoldQuerySet)()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="legal_hold_is_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"Legal hold {self.pk}"
