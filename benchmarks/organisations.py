"""The figures of an organisation, and an answer saved, among few people and among many: ``script/bench --people 1000 500000``.

Answers are written for the first 20,000 of the many; of the others there is what their rounds come to.
"""

import json
from collections import Counter
from functools import partial
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Assessment
from insights.organisations.reading import read_organisation
from insights.seeding.service import make_service
from people.actions import make_analyst, make_person
from people.models import Organisation
from standards.models import Version

from .cases import Answering, Case
from .people import session_for
from .server import Request

RATINGS_FOR = 20_000
PAGE, ONE, SAVE = "organisation page", "a part of it", "save one answer"
READS_MOST = 20
RATIO_MOST = 1.5
_services = count(1)


class Service:
    """A made-up service of so many people, and an analyst of all of it."""

    def __init__(self, people, say=lambda done: None):
        number = next(_services)
        self.people, self.code = people, f"bench-{number}"
        # Numbers of people that no other service has.
        first = number * 10**7
        self.version = Version.objects.latest_published()
        self.top = make_service(
            people=people, ratings_for=RATINGS_FOR, version=self.version, code=self.code, first=first, say=say
        )
        self.analyst, _ = make_person(email=f"analyst.{self.code}@example.org", name="An Analyst")
        make_analyst(user=self.analyst, organisation=self.top)
        self.session = session_for(self.analyst)
        # Of 500,000 people a directorate has 5,000.
        self.part = Organisation.objects.get(code=f"{self.code}-1-1")
        self.draft = Assessment.objects.filter(owner__organisation__code__startswith=self.code, state="draft").first()

    def cases(self) -> tuple[list[Case], Answering]:
        """The pages, and an answer of one of its people saved, with whoever saves it."""
        writer = Answering(self.draft, session_for(self.draft.owner), "B4")
        named = f"{self.people:,} people"

        def page(organisation):
            path = reverse("organisation-detail", args=[organisation.pk])
            return lambda: Request(path, self.session)

        return [
            Case(f"{PAGE}, {named}", page(self.top), goal=3, queries_most=6),
            Case(f"{ONE}, {named}", page(self.part), goal=3, queries_most=6),
            Case(f"{SAVE}, {named}", writer.one, goal=3, queries_most=9),
        ], writer

    def reads(self, organisation) -> tuple[int, Counter]:
        """How often PostgreSQL looks into an index for the page of an organisation, and how many rows of tables it reads whole."""
        read_organisation(self.analyst, organisation.pk)  # what the process remembers from then on
        with CaptureQueriesContext(connection) as asked:
            read_organisation(self.analyst, organisation.pk)
        indexed, whole = 0, Counter()
        with connection.cursor() as cursor:
            for query in asked.captured_queries:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
                (plan,) = cursor.fetchone()
                for node in _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
                    kind, loops = node["Node Type"], node["Actual Loops"]
                    indexed += loops * (kind in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"))
                    if kind == "Seq Scan":
                        whole[node["Relation Name"]] += loops * (
                            node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                        )
        return indexed, whole


def _nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def cases_of_organisations() -> list[Case]:
    """The page of an organisation of a thousand people, and its files."""
    service = Service(1000)
    (page, part, _), _ = service.cases()
    files = [
        Case(
            f"organisation {kind}",
            partial(Request, reverse(route, args=[service.top.pk]), service.session),
            goal_in=unit,
        )
        for kind, route, unit in (
            ("Excel", "organisation-excel", "F"),
            ("CSV", "organisation-csv", "F"),
            ("PDF", "organisation-pdf", "one-line PDF"),
        )
    ]
    return [page, part, *files]


def measure(counts, make_measurer, show, settle, say):
    """Make and measure a service of each of ``counts`` people, the smallest first, and print what grows between the first and the
    last. Returns the figures seen."""
    seen = {}
    for people in counts:
        service = Service(people, say)
        settle()
        (cases, writer), measurer = service.cases(), make_measurer()
        for case in cases:
            seen[people, case.name.split(",")[0]] = figures = measurer.figures(case)
            show(figures)
        writer.check_kept()
        indexed, whole = service.reads(service.part)
        in_part = Organisation.objects.within(service.part).count()
        print(
            f"{service.part.name}, one of {in_part} organisations: {indexed} indexed reads (goal: {READS_MOST}), "
            f"rows of tables read whole: {', '.join(f'{name} {rows}' for name, rows in whole.items()) or 'none'}",
            flush=True,
        )
    few, many = counts[0], counts[-1]
    if few != many:
        for name, cost in ((PAGE, "postgres_ms"), (PAGE, "ratio_to_f"), (SAVE, "ratio_to_f")):
            ratio = getattr(seen[many, name], cost) / getattr(seen[few, name], cost)
            print(f"{name}, {cost} at {many:,} / at {few:,} people: {ratio:.2f} (goal: {RATIO_MOST})", flush=True)
    return list(seen.values())
