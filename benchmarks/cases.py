"""What is measured: requests, the goals they have (docs/verification.md), and how often each may ask the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from assessments.answers import Answered
from assessments.models import ReportFile
from standards.tree import version_tree
from standards.views.reading import open_version

from .server import Request, gzipped

ASSETS_LIMIT = 30 * 1024
HTML_BASE, HTML_PER_TEXT = 2 * 1024, 4


def nothing():
    """Nothing to do before a request."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    make          gives the next request; what a form posts differs from what it posted before
    goal          how much CPU at most, as a multiple of ``goal_in``; None where there is no goal
    goal_in       "F", or the name of the case in the unit of which the goal is
    queries_most  None where there is no goal
    queries_with  requests for the same page in rounds of other sizes, by what the round holds: they must take as many queries
    before        done before each request, on the measurer's own connection, which is not counted
    html_most     bytes of gzipped HTML, where there is a limit
    """

    name: str
    make: Callable[[], Request]
    goal: float | None = None
    goal_in: str = "F"
    queries_most: int | None = None
    queries_with: dict[str, Callable[[], Request]] = field(default_factory=dict)
    before: Callable[[], object] = nothing
    html_most: int | None = None


class Answering:
    """Somebody who answers one area, with the form's memory of what each answer was drawn with (``RatingForm``)."""

    def __init__(self, assessment, session, area_code):
        self.assessment = assessment
        self.session = session
        self.area = version_tree(assessment.version).area(area_code)
        self.standing = {}
        for statement in self.area.statements:
            self.standing[statement.pk] = (0, Answered())
        rows = assessment.ratings.values_list("statement_id", "revision", "rank", "not_relevant", "reason", "note")
        for pk, revision, *answered in rows.filter(statement__area__code=area_code):
            self.standing[pk] = (revision, Answered(*answered))

    def page(self) -> Request:
        """Post the page with every answer changed."""
        return self._post("rating-edit", self.area.statements, expected=302)

    def page_with_one_changed(self) -> Request:
        return self._post("rating-edit", self.area.statements, expected=302, changed=self.area.statements[:1])

    def one(self) -> Request:
        """Post one changed answer, as the page's script does."""
        return self._post("rating-save", self.area.statements[:1], accept="application/json")

    def _post(self, route, statements, changed=None, **options):
        fields = {"next_area": self.area.code}
        for statement in statements:
            revision, answer = self.standing[statement.pk]
            fields[f"drawn-{statement.pk}"] = f"{revision}.{answer.mark()}"
            if changed is None or statement in changed:
                _, *choices = statement.choices
                rank = choices[1] if answer.rank == choices[0] else choices[0]
                answer = Answered(rank=rank, note=answer.note)
                self.standing[statement.pk] = (revision + 1, answer)
            fields[f"level-{statement.pk}"] = answer.choice
            fields[f"note-{statement.pk}"] = answer.note
            fields[f"reason-{statement.pk}"] = answer.reason
        path = reverse(route, args=[self.assessment.pk, self.area.code])
        return Request(path, self.session, fields, **options)

    def check_kept(self):
        """Raises AssertionError unless the database holds what was posted last, revision for revision."""
        kept = {
            pk: (revision, Answered(*answered))
            for pk, revision, *answered in self.assessment.ratings.filter(
                statement__area__code=self.area.code
            ).values_list("statement_id", "revision", "rank", "not_relevant", "reason", "note")
        }
        assert kept == {pk: standing for pk, standing in self.standing.items() if standing[0]}


def floors(session) -> tuple[Case, Case]:
    """The page and the PDF that figures are multiples of."""
    return (
        Case("F", lambda: Request(reverse("floor-hello"), session)),
        Case("one-line PDF", lambda: Request(reverse("floor-one-line-pdf"), session)),
    )


def cases_of(full, small, saving) -> tuple[list[Case], tuple[Answering, ...]]:
    """Every case of one round, and those who answer in them.

    ``full``, ``small`` (one answer) and ``saving`` are (assessment, session key). ``saving`` is a full round of its own, so
    that saving does not change what other cases show.
    """

    def reader(route, *args, of=full):
        path = reverse(route, args=[*([of[0].pk] if route != "assessment-list" else []), *args])
        return lambda: Request(path, of[1])

    def page(name, route, *args, **options):
        of_one = reader(route, *args, of=small)
        return Case(name, reader(route, *args), queries_with={"1 answer": of_one}, **options)

    writer, small_writer = Answering(*saving, "B4"), Answering(*small, "B1")
    text_limits = {code: html_limit(version_tree(full[0].version).area(code)) for code in ("B4", "B3")}
    return [
        page("rating page", "rating-edit", "B4", goal=4, queries_most=8, html_most=text_limits["B4"]),
        page("rating page, 12 statements", "rating-edit", "B3", goal=4, queries_most=8, html_most=text_limits["B3"]),
        page("all statements", "assessment-check", goal=5, queries_most=8),
        Case(
            "save a page",
            writer.page,
            goal=4,
            queries_most=10,
            queries_with={"1 answer": small_writer.page_with_one_changed, "1 of a page": writer.page_with_one_changed},
        ),
        Case("save one answer", writer.one, goal=3, queries_most=9, queries_with={"1 answer": small_writer.one}),
        page(
            "gap report PDF, first time",
            "report-pdf",
            goal=75,
            goal_in="one-line PDF",
            queries_most=10,
            before=ReportFile.objects.all().delete,
        ),
        page("gap report PDF, again", "report-pdf", goal=3, queries_most=10),
        page("gap report Excel", "report-excel", goal=8, queries_most=8),
        page("gap report page", "report-detail"),
        page("dashboard", "assessment-list"),
        page("task list", "assessment-detail"),
        *public_cases(full[0].version),
        page("standards B3, own answers", "assessment-area", "B3", goal=4, queries_most=8),
    ], (writer, small_writer)


def public_cases(version) -> list[Case]:
    """The standards as somebody reads them who is not signed in.

    A page is drawn once and remembered. What drawing costs is seen with addresses that nobody asked for before; it has no goal.
    """
    etag = open_version(AnonymousUser(), version.framework.slug, version.number).etag
    numbers = count()

    def case(name, route, *args, query="", goal=2, **options):
        path = reverse(route, args=[version.framework.slug, version.number, *args])
        return Case(
            f"standards {name}",
            lambda: Request(path + query.format(next(numbers)), "", **options),
            goal=goal,
            queries_most=4,
        )

    return [
        case("contents", "version-detail"),
        case("B3", "area-detail", "B3"),
        case("B3, unchanged", "area-detail", "B3", etag=etag, expected=304),
        case("B3, drawn", "area-detail", "B3", query="?number={}", goal=None),
        case("B4.3", "statement-detail", "B4.3"),
        case("glossary", "glossary-list"),
        case("search", "standards-search", query="?q=negotiating"),
        case("search, drawn", "standards-search", query="?q=negotiating&number={}", goal=None),
        case("large search, drawn", "standards-search", query="?q=contract&number={}", goal=None),
    ]


def html_limit(area) -> int:
    """How many bytes a rating page may have: 2 KB and four times the descriptors that it shows, all gzipped."""
    text = "\n".join([area.title, *(cell.text for statement in area.statements for cell in statement.cells)])
    return HTML_BASE + HTML_PER_TEXT * gzipped(text.encode())
