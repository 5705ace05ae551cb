"""The pages of two people about one round: review, conversation, team, and the report of what they agreed."""

from django.urls import reverse

from assessments.models import ReportFile

from .cases import Case
from .people import make_talk
from .server import Request


def cases_of_talks() -> list[Case]:
    """Each page for two who differ on every statement, and beside it the queries for two who differ on one."""
    many, one, agreed = (
        make_talk("differing", differing=66),
        make_talk("agreeing", differing=1),
        make_talk("agreed", differing=66, is_agreed=True),
    )

    def reader(route, *args, of, session=2):
        path = reverse(route, args=args if route == "team-list" else [of[0].pk, *args])
        return lambda: Request(path, of[session])

    def page(name, route, *args, of=many, small=one, **options):
        return Case(name, reader(route, *args, of=of), queries_with={"1": reader(route, *args, of=small)}, **options)

    return [
        page("review page", "review-edit", "B4", goal=5, queries_most=10),
        page("review page, 12 statements", "review-edit", "B3", goal=5, queries_most=10),
        page("review, list of areas", "review-detail", queries_most=10),
        page("conversation page", "conversation-detail", goal=5, queries_most=10),
        page("team", "team-list", queries_most=6),
        Case("plan", reader("plan-detail", of=agreed)),
        Case("agreed report page", reader("report-detail", of=agreed)),
        Case(
            "agreed PDF, first time",
            reader("report-pdf", of=agreed),
            goal=75,
            goal_in="one-line PDF",
            queries_most=10,
            before=ReportFile.objects.all().delete,
        ),
        Case("agreed PDF, again", reader("report-pdf", of=agreed), goal=3, queries_most=10),
    ]
