"""Every change of state of a version."""

import json
from pathlib import Path

from django.core import serializers
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from .fingerprint import fingerprint, version_entries
from .models import (
    Area,
    CaseStudy,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    PeopleProfile,
    Statement,
    Version,
)


class NotPublishable(Exception):
    """A version cannot be published as it stands; ``problems`` says why, a sentence each."""

    def __init__(self, problems):
        super().__init__(" ".join(problems))
        self.problems = problems


class FixtureDiffers(Exception):
    """The fixture's words are not those that were published under its version number."""


def publication_problems(version):
    """What stands between ``version`` and publication, a sentence each; nothing when it can be published."""
    problems = []
    levels = Level.objects.filter(version=version).count()
    if not levels:
        problems.append("The version has no level.")
    statements = Statement.objects.filter(area__section__version=version)
    if not statements.exists():
        problems.append("The version has no statement.")
    for statement in statements.annotate(words=Count("descriptors")).exclude(words=levels).order_by("code"):
        problems.append(f"{statement.code} has words at {statement.words} of {levels} levels.")
    for what, rows in (("area", Area.objects.filter(section__version=version)), ("statement", statements)):
        for code in rows.order_by().values_list("code", flat=True).annotate(n=Count("code")).filter(n__gt=1):
            problems.append(f"More than one {what} has the code {code}.")
    foreign = LevelDescriptor.objects.filter(statement__area__section__version=version).exclude(level__version=version)
    for descriptor in foreign.select_related("statement", "level"):
        problems.append(f"{descriptor.statement.code} has words at a level of another version.")
    return problems + _reference_problems(version)


def _reference_problems(version):
    problems = [
        f"Case study “{study}” has no stage." for study in CaseStudy.objects.filter(version=version, stages=None)
    ]
    areas, levels = Area.objects.exclude(section__version=version), Level.objects.exclude(version=version)
    for model, name, foreign in (
        (Insight, "areas", areas),
        (GuideSection, "areas", areas),
        (LearningResource, "area", areas),
        (LearningResource, "level", levels),
        (PeopleProfile, "level", levels),
    ):
        what = "an area" if foreign is areas else "a level"
        for row in model.objects.filter(version=version, **{f"{name}__in": foreign}).distinct():
            problems.append(f"{model._meta.verbose_name.capitalize()} “{row}” refers to {what} of another version.")
    return problems


@transaction.atomic
def publish_version(*, version):
    """Freeze ``version`` and open it for new rounds.

    Raises ``NotPublishable`` when it is not a draft or in review, or when something is missing in it.
    """
    version = Version.objects.select_for_update().get(pk=version.pk)
    if version.is_frozen:
        raise NotPublishable([f"Version {version.number} is published already."])
    problems = publication_problems(version)
    if problems:
        raise NotPublishable(problems)
    version.state = Version.State.PUBLISHED
    version.published_at = version.edited_at = timezone.now()
    version.fingerprint = fingerprint(version_entries(version))
    version.save(update_fields=["state", "published_at", "edited_at", "fingerprint"])
    return version


def touch_version(*, version_id):
    """Say that something of a version changed, so that what is remembered of it is read again (``standards.tree``)."""
    Version.objects.filter(pk=version_id).update(edited_at=timezone.now())


@transaction.atomic
def load_fixture(*, folder: Path):
    """Load a version's JSON files from ``folder`` into a draft and publish it; returns (version, whether it was new).

    The same words again change nothing. Raises ``FixtureDiffers`` when other words are published under that number, or
    when somebody is editing a draft of it, and ``NotPublishable`` when the fixture is incomplete.
    """
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.json"))]
    entries = [entry for text in texts for entry in json.loads(text)]
    (slug,), number = next(
        (e["fields"]["framework"], e["fields"]["number"]) for e in entries if e["model"] == "standards.version"
    )
    existing = Version.objects.filter(framework__slug=slug, number=number).first()
    if existing:
        if not existing.is_frozen:
            raise FixtureDiffers(
                f"Version {number} of {slug} is being edited here. Publish or delete that draft first."
            )
        if existing.fingerprint != fingerprint(entries):
            raise FixtureDiffers(
                f"Version {number} of {slug} is published here with other words. Published words never change: "
                "give the new words a new version number."
            )
        return existing, False
    for text in texts:
        for loaded in serializers.deserialize("json", text):
            loaded.save()
    version = Version.objects.get_by_natural_key(slug, number)
    return publish_version(version=version), True
