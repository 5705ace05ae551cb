import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

# Between an organisation and what lies within it, where its path is written out.
STEP = " › "


def new_code():
    """A code for an organisation that nobody gave one."""
    return f"org-{secrets.token_hex(4)}"


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The organisations whose figures ``user`` may see: those that they were given as analyst, and what lies below them.

        Being staff or a superuser adds none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        given = AnalystGrant.objects.filter(analyst=user).values("organisation")
        return self.filter(Q(pk__in=Descent.objects.filter(ancestor__in=given).values("descendant")))

    def within(self, organisation):
        """``organisation`` and all that lies below it."""
        return self.filter(lines_up__ancestor=organisation)

    def above(self, organisation):
        """``organisation`` and all that it lies within, the nearest first."""
        return self.filter(lines_down__descendant=organisation).order_by("lines_down__depth")

    def paths(self):
        """Where each of these lies, as people read it ("Department › Directorate › Team"), by its key. One query."""
        lines = Descent.objects.filter(descendant__in=self.order_by().values("pk")).order_by("descendant", "-depth")
        names = {}
        for pk, name in lines.values_list("descendant", "ancestor__name"):
            names.setdefault(pk, []).append(name)
        return {pk: STEP.join(each) for pk, each in names.items()}

    def tree(self):
        """The path of every organisation, by its key, in the order in which a tree is read. One query."""
        parts = {}
        for pk, parent, name in self.order_by("name", "code").values_list("pk", "parent_id", "name"):
            parts.setdefault(parent, []).append((pk, name))
        paths, waiting = {}, [(pk, name) for pk, name in reversed(parts.get(None, ()))]
        while waiting:
            pk, path = waiting.pop()
            paths[pk] = path
            waiting += [(part, f"{path}{STEP}{name}") for part, name in reversed(parts.get(pk, ()))]
        return paths


class Organisation(models.Model):
    """A department, a directorate or a team, in which people work. Each may lie within another one.

    code    what files call it
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "Department or agency"
        DIRECTORATE = "directorate", "Directorate"
        TEAM = "team", "Team"

    code = models.SlugField(max_length=50, unique=True, default=new_code)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.DEPARTMENT)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")

    objects = models.Manager.from_queryset(OrganisationQuerySet)()

    class Meta:
        ordering = ["name", "code"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="people_organisation_name_once_within_another"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent=None), name="people_organisation_name_once_at_the_top"
            ),
            models.CheckConstraint(
                name="people_organisation_is_not_within_itself", condition=Q(parent=None) | ~Q(parent=F("pk"))
            ),
        ]

    def __str__(self):
        return self.name


class Descent(models.Model):
    """That an organisation lies within another one, ``depth`` steps down; with ``depth`` 0, that it is itself.

    Made and kept by ``people.actions.organisations`` alone: who may see what is below is asked in one step, however deep it is.
    """

    ancestor = models.ForeignKey(Organisation, models.CASCADE, related_name="lines_down")
    descendant = models.ForeignKey(Organisation, models.CASCADE, related_name="lines_up")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["ancestor_id", "depth", "descendant_id"]
        constraints = [models.UniqueConstraint(fields=["ancestor", "descendant"], name="descent_once_for_each_pair")]

    def __str__(self):
        return f"{self.descendant_id} within {self.ancestor_id}"


class Recount(models.Model):
    """What happened to somebody in this organisation changes its figures: they are to be counted again.

    Written in the transaction of what happened. Whoever counts takes the row away first and reads afterwards, so that nothing
    that is committed meanwhile is missed. It names nobody.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="recounts")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"Recount of organisation {self.organisation_id}"


class AnalystGrant(models.Model):
    """Lets an analyst see the figures of an organisation and of what lies below: rounded counts, and never a person.

    may_invite    whether they may also invite its people to a round (a campaign)
    """

    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="analyst_grants")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="analyst_grants")
    may_invite = models.BooleanField("may invite its people to an assessment", default=False)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["analyst_id", "organisation_id"]
        constraints = [
            models.UniqueConstraint(fields=["analyst", "organisation"], name="analyst_granted_once_per_organisation")
        ]

    def __str__(self):
        return f"Analyst {self.analyst_id} of organisation {self.organisation_id}"
