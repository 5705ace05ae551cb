"""What stands between a version and its publication. Reads, and changes nothing."""

from django.db.models import Count

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
)


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
