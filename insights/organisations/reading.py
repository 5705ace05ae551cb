"""Reads what a release says of an organisation, in four queries whatever its size.

Only ``Release`` and ``Figure`` are read, never the exact rollup and nothing live, so that whatever is drawn from this was rounded
(docs/decisions/disclosure-control.md).
"""

from dataclasses import dataclass
from itertools import dropwhile

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from people.models import AnalystGrant, Organisation
from people.written_queries import WrittenQuery
from standards.models import Version
from standards.tree import version_tree

from ..figures import Figures
from ..models import Figure, Release
from .choosing import Asked, Choice
from .copy import copied_rows
from .lines import VersionLines, participation_of
from .page import Count, Filters, Issue, OrganisationPage, PartLine, Place

# What a database takes as a key.
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Issued:
    """What the latest release says of an organisation under one framework, and the one before it."""

    framework: str
    issue: Issue
    now: Figures
    before_issue: Issue | None
    before: Figures | None

    @property
    def counted(self):
        return sum(each.counted for each in self.now.versions.values())


def read_organisation(
    user, organisation_id, *, role=None, need=None, version=None, framework=None
) -> OrganisationPage | None:
    """What ``user`` may see of an organisation, or None where they may see nothing of it.

    The filters are what the address says, as text or None: keys of a role profile, a version and a framework, the rank of
    a level. Whatever is not there is said in ``ignored`` and left aside.
    """
    path = _path(user, organisation_id)
    if not path:
        return None
    *above, (pk, name, _) = path
    fields = {
        "organisation": Place(pk, name),
        "above": tuple(Place(pk, name) for pk, name, _ in above),
        "may_invite": any(may_invite for *_, may_invite in path),
    }
    issued = _issued(organisation_id)
    if not issued:
        return OrganisationPage(**fields, parts=_parts(organisation_id))
    choice = Choice(Asked(framework, version, role, need))
    key, frameworks = choice.one_of("framework", {pk: each.framework for pk, each in issued.items()}, "standards")
    chosen = issued[key]
    fields |= {
        "framework": chosen.framework,
        "issue": chosen.issue,
        "before": chosen.before_issue,
        "next_on": timezone.localdate(chosen.issue.made_at) + Release.RESTS,
        "people": participation_of(chosen.now, chosen.before, chosen.issue.base)[0].count,
        "parts": _parts(organisation_id, chosen.now.parts, chosen.issue.base),
    }
    levels, filters = _levels(key, chosen, choice)
    filters = Filters(frameworks=frameworks, **filters)
    return OrganisationPage(**fields, **levels, filters=filters, query=choice.address, ignored=tuple(choice.ignored))


def read_granted(user) -> tuple[tuple[Place, tuple[Place, ...]], ...]:
    """The organisations that ``user`` was given, but for those within another one of them, each with those directly below."""
    visible = Organisation.objects.visible_to(user)
    tops = list(visible.exclude(parent__in=visible.values("pk")).order_by("name", "pk"))
    parts = {}
    for pk, name, parent in visible.filter(parent__in=tops).order_by("name", "pk").values_list("pk", "name", "parent"):
        parts.setdefault(parent, []).append(Place(pk, name))
    return tuple((Place(top.pk, top.name), tuple(parts.get(top.pk, ()))) for top in tops)


def _above(user_pk, organisation_pk):
    """An organisation, last, under all that it lies within; of each whether ``user_pk`` may invite there: None where not given."""
    grants = AnalystGrant.objects.filter(analyst=user_pk, organisation=OuterRef("pk"))
    return (
        Organisation.objects.filter(lines_down__descendant=organisation_pk)
        .annotate(may_invite=Subquery(grants.values("may_invite")[:1]))
        .order_by("-lines_down__depth")
        .values_list("pk", "name", "may_invite")
    )


def _path(user, organisation_id):
    """The organisation, last, under what of it is above it and visible too: nothing where it is not visible itself.

    It gives what ``Organisation.objects.visible_to`` gives, which a test holds it to: but from below, since from above
    a database reads along all that lies below what an analyst was given.
    """
    if not user.is_active or organisation_id > LARGEST_KEY:
        return []
    return list(dropwhile(lambda each: each[-1] is None, _ABOVE.rows(user.pk, organisation_id)))


def _figures(organisation_pk):
    """What the two latest releases of each framework say of it, the newest first."""
    latest = Release.objects.filter(
        organisation=OuterRef("release__organisation"), framework=OuterRef("release__framework")
    ).values("pk")[:2]
    return (
        Figure.objects.filter(organisation=organisation_pk, release__in=latest)
        .order_by("-release__made_at", "-release_id")
        .values_list(
            *(
                "release__framework",
                "release__framework__title",
                "release",
                "release__made_at",
                "release__base",
                "numbers",
            )
        )
    )


_ABOVE = WrittenQuery(_above, int, int)
_FIGURES = WrittenQuery(_figures, int)
_PARTS = WrittenQuery(
    lambda parent_pk: Organisation.objects.filter(parent=parent_pk).order_by("name", "pk").values_list("pk", "name"),
    int,
)
_VERSIONS = WrittenQuery(
    lambda framework_pk: Version.objects.filter(framework=framework_pk).order_by("-published_at", "-pk"), int
)


def _issued(organisation_id) -> dict[int, Issued]:
    """By framework, that of which most people are counted first."""
    by_framework = {}
    for framework_pk, title, *issue, numbers in copied_rows(_FIGURES, organisation_id):
        by_framework.setdefault((framework_pk, title), []).append((Issue(*issue), numbers))
    issued = {pk: _of_one(title, *found[:2]) for (pk, title), found in by_framework.items()}
    return dict(sorted(issued.items(), key=lambda item: (-item[1].counted, item[1].framework)))


def _of_one(framework, now, before=None):
    issue, numbers = now
    # Numbers that were rounded to another base say nothing of a change.
    if before is None or before[0].base != issue.base:
        return Issued(framework, issue, Figures.of(numbers), None, None)
    return Issued(framework, issue, Figures.of(numbers), before[0], Figures.of(before[1]))


def _levels(framework_pk, chosen: Issued, choice: Choice) -> tuple[dict, dict]:
    """What the page says of the levels that people hold, and its filters; by fields of the page and of ``Filters``."""
    base = chosen.issue.base
    counted = {pk: each.counted for pk, each in chosen.now.versions.items() if each.counted}
    versions = {each.pk: each for each in _VERSIONS.rows(framework_pk) if each.pk in counted} if counted else {}
    if not versions:
        return {"participation": participation_of(chosen.now, chosen.before, base)}, {}
    numbers = {pk: f"Version {versions[pk].number}" for pk in sorted(versions, key=lambda pk: -counted[pk])}
    key, options = choice.one_of("version", numbers, "version")
    before = chosen.before.versions.get(key) if chosen.before else None
    lines = VersionLines(version_tree(versions[key]), chosen.now.versions[key], before, base)
    narrowed, everybody, roles, needs = choice.people(lines.roles(), lines.needs())
    levels = {
        "version": versions[key].number,
        "narrowing": narrowed,
        "level_names": lines.level_names,
        "counted": lines.counted(narrowed),
        "areas": lines.areas(narrowed),
    }
    if not narrowed:
        levels |= {
            "participation": participation_of(chosen.now, chosen.before, base),
            "ready": lines.ready(),
            "missed": lines.missed(),
        }
    return levels, {"versions": options, "everybody": everybody, "roles": roles, "needs": needs}


def _parts(organisation_id, stages=None, base=0) -> tuple[PartLine, ...]:
    return tuple(_part(pk, name, (stages or {}).get(pk), base) for pk, name in _PARTS.rows(organisation_id))


def _part(pk, name, stages, base):
    if stages is None:
        return PartLine(pk, name, None, None, None, None)
    shared, agreed = stages.get("shared", 0), stages.get("agreed", 0)
    numbers = (sum(stages.values()), shared + agreed, shared, agreed)
    return PartLine(pk, name, *(Count(number, base) for number in numbers))
