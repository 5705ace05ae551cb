"""The report of a round that two people have a part in: what it says to each of them, when, what it costs, what is kept."""

import html
import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.answers import Answered
from assessments.models import Assessment, Rating, ReportFile
from assessments.reports import files as report_files
from assessments.reports.files import digest
from assessments.reports.source import AGREED, LINE_MANAGER, OWN, Reader
from assessments.views import reports as views
from people.actions import lines
from people.models import ReportingLine, User
from standards.tree import version_tree
from tests.assessments.rounds import (
    EXPERT,
    FOUNDATION,
    GOALS,
    POINTS,
    PRACTITIONER,
    answer_all,
    as_read,
    make_agreed,
    make_reviewed,
    make_round,
    make_shared,
    plan_goal,
    report_of,
    source_of,
    talk,
)
from tests.factories import changes_to, confirm, converse, make_line, make_user, review, share

pytestmark = pytest.mark.django_db

DISAGREEMENT = "I see B1.9 otherwise: the plan was mine."
SECRET = "Nobody reads this before the review is finished."
HOSTILE = "<b>&{{7*7}}</b>"


@pytest.fixture(scope="module")
def made(kept_for_the_module):
    """One line manager with a round of each state, each of another person; `agreed` has all that a report can hold."""
    boss = make_user(name="Tomasz Quillfeather", email="tomasz@example.com", job_title="Head of Facilities")

    def person(name):
        return make_user(name=name, job_title="Contract Manager")

    begun = make_shared(person("Bel Begun"), boss)
    actions.save_review(
        assessment=begun,
        by=boss,
        changes=changes_to(begun, {"A1.1": Answered(FOUNDATION, note=SECRET)}, view="line_manager"),
    )
    return SimpleNamespace(
        boss=boss,
        stranger=make_user(name="Zofia Dąbrówka"),
        shared=begun,
        blind=make_shared(person("Blodwen First"), boss, rates_first=True),
        reviewed=make_reviewed(person("Rhys Reviewed"), boss),
        agreed=make_agreed(person("Nia Penŵydd"), boss, disagreement=DISAGREEMENT),
    )


@pytest.fixture
def world(made):
    """The same, read anew: an action notes on the round that it is given what it changed."""
    rounds = {name: as_read(each) for name, each in vars(made).items() if isinstance(each, Assessment)}
    people = {name: User.objects.get(pk=each.pk) for name, each in vars(made).items() if isinstance(each, User)}
    return SimpleNamespace(**rounds, **people)


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def fetched(assessment, person, name="report-detail"):
    return browser(person).get(reverse(name, args=[assessment.pk]))


def page(assessment, person):
    """The page's source, and its text with white space folded."""
    response = fetched(assessment, person)
    assert response.status_code == 200
    main = re.search(r"<main.*?</main>", response.content.decode(), flags=re.S)[0]
    return main, words(main)


def words(source):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<svg.*?</svg>", "", source, flags=re.S))).split())


def paper(assessment, reader=Reader.OWNER):
    """The text of the page that the PDF is made from."""
    return words(report_files.report_html(source_of(as_read(assessment), reader)))


def rows_of(report):
    return {row.code: row for area in report.areas for row in area.statements}


# What is agreed


def test_an_agreed_report_has_the_agreed_levels_first_and_both_views_beside(world):
    report = report_of(world.agreed)
    assert (report.is_agreed, report.is_shared, report.is_draft, report.state) == (True, False, False, "Agreed")
    assert {area.code: (area.level, area.target) for area in report.areas} == {
        "A1": ("Practitioner", "Practitioner"),
        "A2": ("Foundation", "Practitioner"),
        "B1": ("Foundation", "Practitioner"),
        "B2": ("Foundation", "Foundation"),
        "B3": ("Foundation", "Practitioner"),
        "B4": ("Foundation", "Practitioner"),
        "B5": ("Practitioner", "Expert"),
        "B6": ("Not yet at Foundation", "Practitioner"),
    }
    said = {code: row.said for code, row in rows_of(report).items()}
    assert {
        code: tuple((each.words, each.is_same) for each in (said[code].own, said[code].line_manager, said[code].agreed))
        for code in ("A1.1", "A1.3", "A1.4", "B1.9", "B2.7", "B4.2", "B6.7")
    } == {
        "A1.1": (("Practitioner", True), ("Practitioner", True), ("Practitioner", True)),
        "A1.3": (("Expert", True), ("Practitioner", False), ("Expert", True)),
        "A1.4": (("Practitioner", True), ("Foundation", False), ("Practitioner", True)),
        "B1.9": (("Not relevant", False), ("Foundation", True), ("Foundation", True)),
        "B2.7": (("Not relevant", True), ("Not relevant", True), ("Not relevant", True)),
        "B4.2": (("Expert", True), ("Expert", True), ("Expert", True)),
        "B6.7": (("Not yet", True), ("Not yet", True), ("Not yet", True)),
    }
    assert {code: row.notes for code, row in rows_of(report).items() if row.notes and code < "B2"} == {
        "A1.1": (("Self", "Cleaning and grounds contracts: I write the risk paper and agree it with the board."),),
        "A1.3": (("Self", "Supplier forum and the union meetings."),),
        "A1.4": (
            ("Line manager", "I was less sure about cost when bids are compared. The cleaning benchmark settled it."),
        ),
        "A2.3": (("Self", "I read the bulletins but rarely bring anything back to the team."),),
        "A2.5": (
            ("Line manager", "You take up new ideas well. The next step is to carry one through with the site teams."),
        ),
        "A2.6": (("Self", "I know how to report a concern. I have never had to check a supplier’s own controls."),),
        "B1.2": (("Self", "Sections 3 to 6 of the grounds specification."),),
        "B1.9": (
            ("Self, not relevant", "Done by the commercial team."),
            ("Line manager", "You did plan the re-procurement of the lifts."),
        ),
    }


def test_an_agreed_report_says_where_the_views_differed(world):
    both = report_of(world.agreed).both
    assert [(each.code, each.own, each.line_manager, each.agreed) for each in both.differences] == [
        ("A1.3", "Expert", "Practitioner", "Expert"),
        ("A1.4", "Practitioner", "Foundation", "Practitioner"),
        ("A2.5", "Practitioner", "Foundation", "Foundation"),
        ("B1.9", "Not relevant", "Foundation", "Foundation"),
        ("B3.2", "Foundation", "Practitioner", "Practitioner"),
        ("B6.1", "Practitioner", "Not relevant", "Practitioner"),
    ]
    assert (both.compared, both.open, both.signed) == (66, 0, ())
    assert {area.code: (area.own, area.line_manager, area.agreed) for area in both.areas if not area.is_same} == {
        "A1": ("Practitioner", "Foundation", "Practitioner")
    }


def test_an_agreed_report_holds_the_conversation(world):
    record = report_of(world.agreed).record
    today = report_of(world.agreed).over_on
    assert (record.held_on, record.look_again_on, record.points, record.disagreement) == (
        "14 October 2026",
        "12 April 2027",
        POINTS,
        DISAGREEMENT,
    )
    assert [(each.name, each.role, each.on) for each in record.confirmed] == [
        ("Nia Penŵydd", "", today),
        ("Tomasz Quillfeather", "line manager", today),
    ]


def test_an_agreed_report_holds_the_plan_by_kind_and_day(world):
    report = report_of(world.agreed)
    assert [
        (goal.way, goal.share, goal.due, [(aim.code, aim.level) for aim in goal.aims]) for goal in report.plan.goals
    ] == [
        ("On the job", 70, "18 December 2026", [("B4.6", "Practitioner")]),
        ("On the job", 70, "27 February 2027", [("B6.7", "Foundation")]),
        ("With others", 20, "30 June 2027", [("A2.3", "Practitioner"), ("A2.5", "Practitioner")]),
        ("Formal learning", 10, "31 January 2027", []),
    ]
    aimed = {gap.code: [goal.number for goal in gap.goals] for gap in report.gaps if gap.goals}
    assert aimed == {"B6.7": [2], "B4.6": [1], "A2.3": [3], "A2.5": [3]}
    assert [aim.code for aim in report.plan.gaps_without] == [gap.code for gap in report.gaps if gap.code not in aimed]


def test_an_agreed_report_gives_the_targets_that_were_agreed_and_why(world):
    report = report_of(world.agreed)
    assert [(item.code, item.target, item.proposed, item.chosen, item.reason) for item in report.target_reasons] == [
        ("B1", "Practitioner", "Practitioner", "Foundation", ""),
        ("B2", "Foundation", "Practitioner", "", "My post is narrower."),
        ("B5", "Expert", "Practitioner", "Practitioner", "The new post speaks for the department."),
    ]
    assert [item.code for item in report.left_out] == ["B2.7", "B3.6", "B5.6"]


def test_an_agreed_report_names_both_and_carries_its_code(world):
    text = paper(world.agreed)
    today = report_of(world.agreed).over_on
    assert world.agreed.check_code in text
    for words_wanted in (
        f"Nia Penŵydd, {today} Tomasz Quillfeather, line manager, {today} A disagreement is recorded.",
        "Line manager: Tomasz Quillfeather, Head of Facilities",
        "Contract Management Professional Standards, version 2.0 (July 2019)",
        "Level against target, as agreed",
        f"Nia Penŵydd confirmed, and recorded a disagreement: {DISAGREEMENT}",
        f"Confirmed by Nia Penŵydd, {today}, and Tomasz Quillfeather, line manager, {today}.",
        "Where our views differed Of 66 statements, 60 have the same answer in both views.",
        "Goal: Shadow the directorate’s risk review",
        "Gaps without a goal: A2.6 Fraud and ethics",
        "Practitioner instead of Foundation, as first chosen",
    ):
        assert words_wanted in text
    assert "Space to write in" not in text


def test_both_read_the_same_agreed_report(world):
    assert paper(world.agreed, Reader.OWNER) == paper(world.agreed, Reader.LINE_MANAGER)
    own, own_text = page(world.agreed, world.agreed.owner)
    other, other_text = page(world.agreed, world.boss)
    headings = [re.findall(r"<h2[^>]*>(.*?)</h2>", source) for source in (own, other)]
    assert [len(each) for each in headings] == [13, 13]
    assert "Agreed levels" not in own_text
    assert "You are at your target in two areas. 21 statements stand between you and your targets" in own_text
    assert (
        "Nia Penŵydd is at their target in two areas. 21 statements stand between them and their targets" in other_text
    )
    assert "Nia Penŵydd’s 2026 assessment, agreed levels Gap report" in other_text
    for text in (own_text, other_text):
        for shared in (DISAGREEMENT, "As first chosen".lower(), world.agreed.check_code, "Shadow the directorate’s"):
            assert shared in text


# On the way there


def test_a_shared_report_says_so_and_has_the_owners_view_alone(world):
    for reader in Reader:
        source = source_of(as_read(world.shared), reader)
        report = report_of(as_read(world.shared), reader)
        assert (set(source.views), source.held, report.both, report.record) == ({OWN}, None, None, None)
        assert (report.is_shared, report.state, report.check_code) == (True, "Shared", "")
        assert rows_of(report)["A1.1"].said is None
        text = paper(world.shared, reader)
        assert "Shared, not agreed" in text
        assert "Bel Begun’s own levels, not agreed with a line manager." in text
        assert "Space to write in." in text
        assert "DRAFT" not in text
        assert SECRET not in text


def test_report_detail_of_a_shared_round_waits_for_the_review(world):
    _, own = page(world.shared, world.shared.owner)
    _, other = page(world.shared, world.boss)
    assert "Their ratings stand beside yours once they have finished their review." in own
    assert "Your ratings stand beside theirs once you have finished your review" in other
    assert "Who can see this You and Tomasz Quillfeather" in own
    assert SECRET not in own + other


def test_report_detail_after_the_line_has_ended_is_its_owners_alone(world):
    owner = world.shared.owner
    lines.end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=owner)
    _, own = page(world.shared, owner)
    assert "Who can see this Only you" in own
    assert "Tomasz Quillfeather is no longer your line manager here, so nobody else can see it" in own


def test_a_line_manager_who_rates_first_has_no_report_until_they_have(world):
    for name in ("report-detail", "report-pdf"):
        response = fetched(world.blind, world.boss, name)
        text = response.content.decode()
        assert (response.status_code, response["Content-Type"]) == (403, "text/html; charset=utf-8")
        assert "asked you to rate first" in text
        assert f'href="{reverse("review-detail", args=[world.blind.pk])}"' in text
        for level in ("Foundation", "Practitioner", "Expert"):
            assert level not in text
    assert fetched(world.blind, world.blind.owner).status_code == 200
    assert not ReportFile.objects.filter(assessment=world.blind).exists()


def test_a_line_manager_who_rated_first_has_it_after(world, monkeypatch):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")
    answers = {each.code: each.cell(2).rank for each in version_tree(world.blind.version).statements}
    review(world.blind, answers)
    assert [fetched(world.blind, world.boss, name).status_code for name in ("report-detail", "report-pdf")] == [
        200,
        200,
    ]


def test_a_reviewed_report_has_both_views_side_by_side(world):
    for reader in Reader:
        report = report_of(as_read(world.reviewed), reader)
        assert (report.is_shared, report.is_agreed, report.both.open, len(report.both.differences)) == (
            True,
            False,
            6,
            6,
        )
        said = rows_of(report)["A1.3"].said
        assert (said.own.words, said.line_manager.words, said.agreed.words) == ("Expert", "Practitioner", "")
        assert (said.own.is_same, said.line_manager.is_same) == (False, False)
        assert {area.code: area.agreed for area in report.both.areas} == {
            "A1": "Open",
            "A2": "Open",
            "B1": "Open",
            "B2": "Foundation",
            "B3": "Open",
            "B4": "Foundation",
            "B5": "Practitioner",
            "B6": "Open",
        }
        assert [area.level for area in report.areas[:2]] == ["Practitioner", "Foundation"]
        text = paper(world.reviewed, reader)
        for wanted in (
            "Level against target, own ratings",
            "Agreed so far",
            "Development plan, proposed",
            "Space to write in.",
        ):
            assert wanted in text


def test_a_reviewed_report_has_what_is_recorded_so_far(world):
    converse(world.reviewed, {"A1.3": EXPERT}, held_on=date(2026, 9, 1), points=HOSTILE)
    confirm_early = report_of(as_read(world.reviewed))
    assert (confirm_early.both.open, confirm_early.record.points) == (5, HOSTILE)
    text = paper(world.reviewed)
    assert f"1 September 2026. Rhys Reviewed and Tomasz Quillfeather. Points: {HOSTILE}" in text
    assert "Nothing is agreed until both have confirmed." in text
    source, page_text = page(world.reviewed, world.boss)
    assert HOSTILE in page_text
    assert HOSTILE not in source
    assert "Your views differ in six statements" in page_text


def test_report_detail_leads_to_a_goal_for_each_gap(world):
    for person in (world.reviewed.owner, world.boss):
        source, _ = page(world.reviewed, person)
        link = f"{reverse('goal-create')}?statement=B6.7&amp;from=report&amp;assessment={world.reviewed.pk}"
        assert source.count(f'href="{link}"') == 1
    assert "Add another" in page(world.agreed, world.agreed.owner)[0]
    assert "goals/new" not in page(world.agreed, world.boss)[0]


# Who signed, who may read


def hand_over(assessment):
    new = make_user(name="Ines Newcomer", job_title="Head of Estates")
    make_line(assessment.owner, new)
    actions.hand_over_assessment(assessment=assessment, by=assessment.owner)
    return as_read(assessment), new


def test_ratings_of_the_line_manager_before_stay_signed(world):
    handed, new = hand_over(world.reviewed)
    actions.save_review(
        assessment=handed, by=new, changes=changes_to(handed, {"A1.4": FOUNDATION, "A1.3": EXPERT}, view="line_manager")
    )
    review(handed)
    handed = as_read(handed)
    report = report_of(handed)
    row = rows_of(report)["A2.5"]
    assert row.notes[0][0] == "Line manager (Tomasz Quillfeather)"
    ((name, codes),) = [(each.name, each.codes) for each in report.both.signed]
    assert name == "Tomasz Quillfeather"
    assert ("A2.5" in codes, "A1.3" in codes, report.line_manager) == (True, False, "Ines Newcomer")
    assert "Tomasz Quillfeather, line manager before, rated A1.1, " in paper(handed)
    assert "line manager before, rated" in page(handed, new)[1]


def test_a_report_that_names_line_managers_before_is_made_anew_each_time(world, monkeypatch):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: source.signed[0][0].encode())
    handed, new = hand_over(world.reviewed)
    review(handed)
    assert fetched(handed, new, "report-pdf").content == b"Tomasz Quillfeather"
    world.boss.name = "Tomasz Othername"
    world.boss.save()
    assert fetched(handed, new, "report-pdf").content == b"Tomasz Othername"
    assert not ReportFile.objects.filter(assessment=handed).exists()


def test_nobody_else_reads_a_report_of_two_people(world, monkeypatch):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")
    former = world.boss
    for assessment in (world.shared, world.reviewed, world.agreed):
        lines.end_line(line=ReportingLine.objects.live().get(person=assessment.owner), ended_by=former)
        for name in ("report-detail", "report-pdf"):
            statuses = [
                fetched(assessment, each, name).status_code for each in (former, world.stranger, assessment.owner)
            ]
            assert statuses == [404, 404, 200]


# The round before


def next_round(agreed, line_manager):
    started = actions.start_next_assessment(owner=agreed.owner, previous=agreed, version=agreed.version)
    answered = answer_all(as_read(started), differing={"A2.3": EXPERT, "B6.7": FOUNDATION, "A1.3": FOUNDATION})
    reviewed = converse(review(share(answered, line_manager)))
    return confirm(reviewed, reviewed.owner, line_manager)


def test_an_agreed_report_compares_with_the_round_before_where_both_may_be_read(world):
    after = next_round(world.agreed, world.boss)
    for person, reader in ((after.owner, Reader.OWNER), (world.boss, Reader.LINE_MANAGER)):
        round_ = as_read(after, person)
        comparison = report_of(round_, reader).comparison
        assert {row.code for group in comparison.groups if group.title == "Rose" for row in group.rows} >= {
            "A2.3",
            "B6.7",
        }
        assert "What changed since" in words(report_files.report_html(source_of(round_, reader)))
        source, words_on_page = page(after, person)
        assert words_on_page.count("What changed since") == 2
        assert source.count('href="#changed"') == 1


def test_a_line_manager_reads_no_round_of_another_ones_through_the_report(world):
    new = make_user(name="Ines Newcomer")
    after = next_round(world.agreed, new)
    assert report_of(as_read(after, new), Reader.LINE_MANAGER).comparison is None
    assert report_of(as_read(after, after.owner)).comparison is not None
    assert "What changed since" not in page(after, new)[1]


# The digest, and the files


def act(name, **said):
    return lambda round_: getattr(actions, name)(assessment=round_, by=round_.line_manager, **said)


def rename(round_, person, **fields):
    user = getattr(round_, person)
    for field, value in fields.items():
        setattr(user, field, value)
    user.save()


def change_goal(round_, change):
    goal = round_.goals.order_by("pk").first()
    change(goal)


def edit_goal(goal):
    goal.what = "Something else"
    actions.save_goal(goal=goal, by=goal.owner, version=goal.assessment.version, aims=[])


CHANGES = {
    "points": act("record_conversation", held_on=None, points="Other points.", look_again_on=None),
    "a day": act("record_conversation", held_on=date(2026, 9, 2), points="", look_again_on=None),
    "an agreed target": act("set_agreed_targets", targets={"B5": (EXPERT, "Wider.")}),
    "an agreed level": lambda round_: converse(round_, {"A1.3": EXPERT}),
    "another rating": lambda round_: actions.save_review(
        assessment=round_, by=round_.line_manager, changes=changes_to(round_, {"A1.1": EXPERT}, view="line_manager")
    ),
    "a goal": lambda round_: plan_goal(round_, round_.owner, **GOALS[0] | {"what": "Another"}),
    "a goal changed": lambda round_: change_goal(round_, edit_goal),
    "a goal done": lambda round_: change_goal(round_, lambda goal: actions.finish_goal(goal=goal, by=goal.owner)),
    "a goal dropped": lambda round_: change_goal(
        round_, lambda goal: actions.drop_goal(goal=goal, by=goal.owner, reason="No time.")
    ),
    "a goal changed by nobody's action": lambda round_: round_.goals.filter(aims__isnull=False).update(what="Other"),
    "the agreement": talk,
    "the line manager's name": lambda round_: rename(round_, "line_manager", name="Tomasz Othername"),
    "the line manager's post": lambda round_: rename(round_, "line_manager", job_title="Another post"),
    "the owner's name": lambda round_: rename(round_, "owner", name="Rhys Othername"),
    "a return": act("return_assessment", reason="Look at B4 again."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with_what_the_report_of_two_says(world, change):
    before = as_read(world.reviewed)
    was = digest(before, Reader.OWNER, "1"), source_of(before)
    CHANGES[change](world.reviewed)
    after = as_read(world.reviewed)
    is_now = digest(after, Reader.OWNER, "1"), source_of(after)
    assert (is_now[0] != was[0], is_now[1] != was[1]) == (True, True)


def test_a_confirmation_changes_the_digest(world):
    converse(world.reviewed, dict.fromkeys(("A1.3", "A1.4", "A2.5", "B1.9", "B3.2", "B6.1"), PRACTITIONER))
    digests = {digest(as_read(world.reviewed), Reader.OWNER, "1")}
    confirm(world.reviewed, world.boss)
    digests.add(digest(as_read(world.reviewed), Reader.OWNER, "1"))
    assert len(digests) == 2


def test_what_becomes_of_a_goal_later_changes_no_agreed_report(world):
    was = digest(as_read(world.agreed), Reader.OWNER, "1"), source_of(as_read(world.agreed))
    for goal in world.agreed.goals.all():
        actions.finish_goal(goal=goal, by=goal.owner, outcome="Done.")
    assert (digest(as_read(world.agreed), Reader.OWNER, "1"), source_of(as_read(world.agreed))) == was


def test_each_reader_has_a_file_of_their_own(world, monkeypatch):
    made = []

    def make_pdf(source):
        made.append(source.reader)
        return f"%PDF-{source.reader}".encode()

    monkeypatch.setattr(report_files, "make_pdf", make_pdf)
    got = [fetched(world.agreed, person, "report-pdf").content for person in (world.agreed.owner, world.boss) * 2]
    assert got == [b"%PDF-owner", b"%PDF-line_manager"] * 2
    assert sorted(made) == ["line_manager", "owner"]
    assert ReportFile.objects.filter(assessment=world.agreed).count() == 2


# What it costs


def many_differences(world):
    owner = make_user(name="Dylan Differs")
    statements = version_tree(world.agreed.version).statements
    shared = share(answer_all(make_round(owner), FOUNDATION), world.boss)
    reviewed = review(shared, {each.code: each.cell(PRACTITIONER).rank for each in statements})
    for goal in GOALS:
        plan_goal(reviewed, owner, **goal)
    return converse(reviewed, {each.code: each.cell(FOUNDATION).rank for each in statements})


@pytest.mark.parametrize("is_agreed", [False, True])
def test_as_many_queries_for_one_difference_as_for_66(world, monkeypatch, is_agreed):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")
    many, few = many_differences(world), converse(world.reviewed, {"A1.3": EXPERT})
    if is_agreed:
        many, few = confirm(many, many.owner, world.boss), world.agreed
    counts = {}
    for assessment in (few, many):
        client = browser(world.boss)
        fetch = {name: reverse(name, args=[assessment.pk]) for name in ("report-detail", "report-pdf")}
        client.get(fetch["report-detail"])
        for step in ("report-detail", "report-pdf", "report-pdf"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(fetch[step]).status_code == 200
            counts.setdefault(assessment.pk, []).append(len(queries))
    assert list(counts.values()) == [[9, 10, 5] if is_agreed else [9, 10, 6]] * 2


def test_with_everything_in_it_a_report_takes_no_more_than_ten_queries(world, monkeypatch):
    monkeypatch.setattr(report_files, "make_pdf", lambda source: b"%PDF-")
    after = next_round(world.agreed, world.boss)
    # What the line manager is shown of both rounds is noted, in one query.
    for person, most in ((after.owner, 9), (world.boss, 10)):
        client = browser(person)
        client.get(reverse("report-detail", args=[after.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("report-pdf", args=[after.pk]))
        assert len(queries) == most


def test_no_view_is_read_that_may_not_be_shown(world):
    with CaptureQueriesContext(connection) as queries:
        source_of(as_read(world.shared))
    read = [each["sql"] for each in queries if "assessments_rating" in each["sql"] and "IN (" in each["sql"]]
    assert not any(LINE_MANAGER in sql or AGREED in sql for sql in read if "EXISTS" not in sql)
    assert Rating.objects.filter(assessment=world.shared, view=LINE_MANAGER).exists()
    assert views.report_pdf.__name__ == "report_pdf"
