"""What releases say of a campaign and of those whom it would invite. Nothing here is counted live, and nothing names a person."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from markupsafe import Markup

from .figures import Figures
from .models import Campaign, Figure, Release
from .models.rollup import Stage
from .organisations.charts import Bar, key_mark, level_bar
from .organisations.page import Count, Issue, Line

MEANINGS = {
    Stage.NOT_STARTED: "They have no assessment under way.",
    Stage.STARTED: "They have begun one, and not shared it yet.",
    Stage.SHARED: "They have shared one with their line manager.",
    Stage.AGREED: "They and their line manager have agreed one.",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the people have come whom a campaign invited, as released.

    lines    by stage, the first stage first; they add up to ``invited``
    bar      the same as a bar, with its ``key``: pairs of a mark and a name. Empty where every number is "fewer than"
    """

    issue: Issue
    invited: Count
    lines: tuple[Line, ...]
    bar: Markup
    key: tuple[tuple[Markup, str], ...]


def progress_of(campaign) -> Progress | None:
    """What the latest release since it began says of it, or None before there is one.

    Of a campaign that is over it is the first release after its end, and never one since the next campaign began: people count
    for the campaign that invited them last.
    """
    figures = _figures(campaign.organisation, campaign.framework_id).filter(
        release__made_at__gte=campaign.started_at, **_until_the_next(campaign)
    )
    over = campaign.ended_on or campaign.due_on
    after = None if campaign.is_standing else figures.filter(release__made_at__date__gt=over).last()
    figure = after or figures.first()
    return _progress(figure, campaign) if figure else None


def people_of(organisation, framework) -> tuple[Count, Issue] | None:
    """How many people work in an organisation and below it, as the latest release has it; None before there is one."""
    figure = _figures(organisation, framework.pk).first()
    if figure is None:
        return None
    return Count(Figures.of(figure.numbers).people, figure.release.base), _issue(figure)


def figures_on(campaign) -> date:
    """The first day on which a release can say something of a campaign: the day after, or a month after the last release."""
    days = [campaign.opened_on + timedelta(days=1)]
    if figure := _figures(campaign.organisation, campaign.framework_id).first():
        days.append(timezone.localdate(figure.release.made_at) + Release.RESTS)
    return max(days)


def _figures(organisation, framework_id):
    """What releases say of an organisation under a framework, the newest first."""
    figures = Figure.objects.filter(organisation=organisation, release__framework=framework_id)
    return figures.select_related("release").order_by("-release__made_at", "-release_id")


def _until_the_next(campaign) -> dict:
    rivals = Campaign.objects.around(campaign.organisation).filter(framework=campaign.framework_id)
    following = rivals.filter(started_at__gt=campaign.started_at).order_by("started_at").first()
    return {"release__made_at__lt": following.started_at} if following else {}


def _progress(figure, campaign) -> Progress:
    stages = Figures.of(figure.numbers).campaigns.get(campaign.pk, {})
    base = figure.release.base
    people = tuple(stages.get(stage.value, 0) for stage in Stage)
    lines = tuple(
        Line(stage.label, MEANINGS[stage], Count(count, base)) for stage, count in zip(Stage, people, strict=True)
    )
    names = tuple(stage.label for stage in Stage)
    invited = Count(sum(people), base)
    words = ", ".join(f"{line.name}: {line.count.words}" for line in lines)
    bar, key = "", ()
    if invited.people:
        bar = level_bar(Bar(f"{invited.words} invited. {words}", people, names, invited.people))
        key = tuple((_drawn(key_mark(place, len(names) - 1)), name) for place, name in enumerate(names))
    return Progress(_issue(figure), invited, lines, _drawn(bar), key)


def _drawn(svg) -> Markup:
    return Markup(svg)  # noqa: S704 the chart has escaped every text


def _issue(figure) -> Issue:
    return Issue(figure.release_id, figure.release.made_at, figure.release.base)
