from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class FrameworkManager(models.Manager):
    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class Framework(models.Model):
    """A set of professional standards with an owner. ``purpose`` says in a sentence whom it is for, as those read it who choose.

    ``allows_undefined_levels`` says whether a statement may have no words at a level, which is met with the one beneath then.
    """

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=200)
    purpose = models.CharField(
        max_length=200, blank=True, help_text="Whom it is for, such as: For people who manage government contracts"
    )
    allows_undefined_levels = models.BooleanField(
        default=False, help_text="Whether a statement may have no words at a level: it is met with the level beneath"
    )

    objects = FrameworkManager()

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (self.slug,)


class VersionQuerySet(models.QuerySet):
    def published(self):
        """The versions under which a round may be started."""
        return self.filter(state=Version.State.PUBLISHED)

    def open_for_rounds(self):
        """The versions under which a round may be started today: published, and not past the day on which that ends."""
        today = timezone.localdate()
        return self.published().filter(Q(closes_on=None) | Q(closes_on__gte=today))

    def latest_published(self):
        """The version that was published last, or None before anything is published."""
        return self.published().select_related("framework").order_by("-published_at").first()

    def latest_of_each_framework(self):
        """What a person may choose from to begin with: the latest version of each framework that is open for new rounds."""
        newest = {}
        for version in self.open_for_rounds().select_related("framework").order_by("published_at", "pk"):
            newest[version.framework_id] = version
        return sorted(newest.values(), key=lambda version: version.framework.title)

    def get_by_natural_key(self, slug, number):
        return self.get(framework__slug=slug, number=number)


class Version(models.Model):
    """One edition of a framework. What a published one says never changes (``standards.guards``).

    follows      the version that it was begun as a copy of; ``links`` say what became of each of its statements
    closes_on    the last day on which a round may be started under it; empty while that has no end
    retires_on   the day on which it retires; drafts are carried over to the version that is published then
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    FROZEN_STATES = (State.PUBLISHED, State.RETIRED)

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="versions")
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="followed_by"
    )
    number = models.CharField(max_length=20)
    issued = models.CharField(max_length=50, help_text="As printed on the document, such as July 2019")
    source_title = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=500)
    licence = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    closes_on = models.DateField(null=True, blank=True, editable=False)
    retires_on = models.DateField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    edited_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(VersionQuerySet)()

    class Meta:
        ordering = ["framework", "number"]
        permissions = [("publish_version", "Can publish and retire versions")]
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="version_number_unique_in_framework"),
            models.CheckConstraint(
                name="version_state_has_its_dates",
                condition=Q(state__in=["draft", "in_review"], published_at=None, retired_at=None, fingerprint="")
                | (Q(state="published", published_at__isnull=False, retired_at=None) & ~Q(fingerprint=""))
                | (Q(state="retired", published_at__isnull=False, retired_at__isnull=False) & ~Q(fingerprint="")),
            ),
            models.CheckConstraint(
                name="version_closes_before_it_retires",
                condition=Q(closes_on=None, retires_on=None)
                | Q(state__in=["published", "retired"], closes_on__isnull=False, retires_on=None)
                | Q(state__in=["published", "retired"], closes_on__lte=F("retires_on")),
            ),
        ]

    def __str__(self):
        return f"{self.framework.title}, version {self.number}"

    def natural_key(self):
        return (*self.framework.natural_key(), self.number)

    natural_key.dependencies = ["standards.framework"]

    @property
    def is_frozen(self):
        """Whether the published words may no longer change."""
        return self.state in self.FROZEN_STATES

    @property
    def short_fingerprint(self):
        """The beginning of the fingerprint, to compare by eye: "3f2a 9c1e". Empty before publication."""
        return f"{self.fingerprint[:4]} {self.fingerprint[4:8]}".strip()


class LevelManager(models.Manager):
    def get_by_natural_key(self, slug, number, rank):
        return self.get(version__framework__slug=slug, version__number=number, rank=rank)


class Level(models.Model):
    """A level of the standards; ``rank`` 1 is the lowest. Rank 0, "Not yet", has no row."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="levels")
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=50)
    definition = models.TextField(help_text="The definition in the glossary")
    summary = models.TextField(help_text="The same in short, from Links between levels")

    objects = LevelManager()

    class Meta:
        ordering = ["version", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "rank"], name="level_rank_unique_in_version"),
            models.CheckConstraint(name="level_rank_from_one", condition=Q(rank__gte=1)),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (*self.version.natural_key(), self.rank)

    natural_key.dependencies = ["standards.version"]
