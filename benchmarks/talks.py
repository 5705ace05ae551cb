"""The pages of two people about one round: review, conversation, team, and the report of what they agreed."""

from django.urls import reverse

from assessments.models import ReportFile

from .cases import Case
from .people import make_talk
from .server import Request


def cases_of_talks() -> list[Case]:
    """Each page for two who differ on every statement, and beside it the queries for two who differ on one or a few."""
    many, one, few = (make_talk(f"differing-{number}", differing=number) for number in (66, 1, 60))
    agreed, agreed_few = (make_talk(f"agreed-{number}", differing=number, is_agreed=True) for number in (66, 1))

    def reader(route, *args, of, session=2):
        path = reverse(route, args=args if route == "team-list" else [of[0].pk, *args])
        return lambda: Request(path, of[session])

    def page(name, route, *args, of=many, small=one, session=2, **options):
        make, fewer = (reader(route, *args, of=each, session=session) for each in (of, small))
        return Case(name, make, queries_with={"fewer": fewer}, **options)

    return [
        page("review page", "review-edit", "B4", goal=5, queries_most=10),
        page("review page, 12 statements", "review-edit", "B3", goal=5, queries_most=10),
        page("review, list of areas", "review-detail", queries_most=10),
        page("conversation page", "conversation-detail", goal=5, queries_most=10),
        page("conversation, its owner", "conversation-detail", session=1, goal=5, queries_most=10),
        page("conversation, agenda", "conversation-agenda", goal=5, queries_most=10),
        page("conversation, differences", "conversation-differences", goal=5, queries_most=10),
        # Where the two differ on one statement, it shows the other 65.
        page("conversation, same levels", "conversation-agree", of=one, small=few, goal=5, queries_most=10),
        page("conversation, targets", "agreed-target-edit", goal=5, queries_most=10),
        page("conversation, record", "conversation-record", goal=5, queries_most=10),
        page("conversation, confirm", "conversation-confirm", goal=5, queries_most=10),
        page("conversation, agreed", "conversation-detail", of=agreed, small=agreed_few, goal=5, queries_most=10),
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
