"""The real gap report as a PDF, in the states that a round can be in: the 104 rules, and what they do not see.

The most telling states by default; script/test --heavy sets every one.
"""

import re

import pytest

from assessments.actions import carry_over, close_assessment, start_next_assessment
from assessments.answers import Answered
from assessments.reports import files as report_files
from assessments.reports.making import make_report
from documents import pdf
from standards.tree import version_tree
from tests.assessments.rounds import (
    EXPERT,
    FOUNDATION,
    GOALS,
    PRACTITIONER,
    SEEN_OTHERWISE,
    answer,
    answer_all,
    as_read,
    make_agreed,
    make_half_way,
    make_reviewed,
    make_round,
    make_shared,
    make_typical,
    plan_goal,
    source_of,
    talk,
    target,
)
from tests.conftest import HEAVY
from tests.documents.structure import (
    TaggedPdf,
    broken_rules,
    letters,
    not_a_marker,
    unmarked_furniture,
    unprinted_links,
    unscoped_headers,
)
from tests.factories import confirm, converse, make_evidence, make_user, review, share
from tests.standards.made_up import make_made_up_version

# What is read for a report is seen on each engine in test_reports.py, and a whole PDF of it in test_hostile.py.
pytestmark = pytest.mark.drawn

HOSTILE = "<b>&{{7*7}}</b>"
WELSH_AND_POLISH = "Ŵŵ Ŷŷ Ââ Ąą Ćć Ęę Łł Ńń Óó Śś Źź Żż"
LONG_NOTE = "".join(f"Point {n:03}: exit and transition, £{n},000. " for n in range(60))[:1990]


def closed(round_):
    close_assessment(assessment=round_, by=round_.owner)
    return as_read(round_)


def nothing_in_the_role(round_):
    round_ = target(round_, dict.fromkeys(("B1", "B2", "B3", "B4", "B5", "B6")))
    return answer(round_, dict.fromkeys([f"A1.{n}" for n in range(1, 7)] + [f"A2.{n}" for n in range(1, 9)], "-"))


def written_to_the_limit(owner):
    """Everything that people write, as long as it may be, with what must come out as it was typed."""
    owner.name = f"{WELSH_AND_POLISH} {HOSTILE} {'Penŵydd-' * 10}"[:150]
    owner.job_title = f"{HOSTILE} {'Senior contract manager ' * 10}"[:150].strip()
    owner.save()
    round_ = make_round(owner)
    round_ = target(round_, {"B1": FOUNDATION, "B2": None}, reason=f"{HOSTILE}{'Reason. ' * 60}"[:500].strip())
    notes = dict.fromkeys(("A1.3", "A1.4", "A1.5", "A1.6", "B3.12"), LONG_NOTE)
    notes |= {"A1.1": f"{HOSTILE}\n{WELSH_AND_POLISH}"}
    round_ = answer_all(round_, FOUNDATION, {"A1.2": "-"}, notes=notes, reason=f"{HOSTILE} {'Why. ' * 90}".strip())
    for number in range(3):
        make_evidence(round_, title=f"{number} {HOSTILE}", text=LONG_NOTE, link="https://example.gov.uk/" + "x" * 400)
    make_evidence(round_, title="Hostile", link="javascript:alert(1)", statements=())
    return as_read(round_)


def line_manager():
    return make_user(name="Tomasz Quillfeather", job_title="Head of Facilities")


def agreed_again(owner):
    """Agreed with everything in it that a report can hold, the round before included."""
    boss = line_manager()
    before = make_agreed(owner, boss)
    started = start_next_assessment(owner=owner, previous=before, version=before.version)
    answered = answer_all(
        as_read(started), differing={"A2.3": EXPERT, "B6.7": FOUNDATION, "A1.3": FOUNDATION, "B2.1": "-"}
    )
    reviewed = review(share(answered, boss), {"A1.4": Answered(FOUNDATION, note="Less sure."), "B4.2": FOUNDATION})
    make_goals(reviewed)
    recorded = converse(reviewed, {"A1.4": PRACTITIONER, "B4.2": EXPERT}, points="We talked.")
    return as_read(confirm(recorded, boss, owner, disagreement="Not about B4.2."))


def make_goals(round_):
    for goal in GOALS:
        plan_goal(round_, round_.owner, **goal)


def agreed_to_the_limit(owner):
    """Two people who differ in all 66 statements and write as much as they may, with a long plan."""
    owner.name, owner.job_title = f"{WELSH_AND_POLISH} {HOSTILE} {'Penŵydd-' * 10}"[:150], HOSTILE
    owner.save()
    boss = make_user(name=f"{HOSTILE} {'Quillfeather-' * 12}"[:150], job_title="Head of facilities and estates " * 4)
    notes = dict.fromkeys(("A1.1", "B3.2", "B6.9"), LONG_NOTE)
    shared = share(answer_all(make_round(owner), FOUNDATION, {"A1.2": "-"}, notes=notes, reason="Why. " * 90), boss)
    statements = version_tree(shared.version).statements
    said = {s.code: Answered(s.cell(PRACTITIONER).rank, note=notes.get(s.code, "")) for s in statements}
    reviewed = review(shared, said | {"A1.1": Answered(None, True, "Why. " * 90, LONG_NOTE)})
    for number in range(12):
        for goal in GOALS:
            plan_goal(
                reviewed, owner, **goal | {"what": f"{number} {goal['what']}", "measure": "Known. " * 10 * number}
            )
    everything = {s.code: s.cells[-1].rank for s in statements}
    plan_goal(reviewed, owner, **GOALS[0] | {"what": "All. " * 50, "measure": LONG_NOTE[:1000], "aims": everything})
    long = LONG_NOTE * 2
    agreed = {s.code: s.cell(FOUNDATION).rank for s in statements}
    recorded = converse(reviewed, agreed, points=f"{HOSTILE}\n{long}"[:5000].strip())
    return as_read(confirm(recorded, owner, boss, disagreement=LONG_NOTE))


def many_goals_and_none_recorded(owner):
    reviewed = make_reviewed(owner, line_manager())
    for number in range(12):
        for goal in GOALS:
            plan_goal(reviewed, owner, **goal | {"what": f"{number} {goal['what']}"})
    return as_read(reviewed)


def brought_to_a_later_version(owner):
    """With answers that came along, and others as long as they may be that are not asked any more."""
    notes = dict.fromkeys(("A2.7", "B2.7", "B4.4"), LONG_NOTE)
    round_ = answer_all(
        make_round(owner), differing={"B2.7": "-"}, notes=notes, reason=f"{HOSTILE} {'Why. ' * 90}".strip()
    )
    carry_over(assessment=round_, to_version=make_made_up_version(round_.version, is_published=True), by=owner)
    return answer(as_read(round_), {"B4.4": EXPERT, "B7.1": FOUNDATION})


STATES = {
    "typical": make_typical,
    "half-way": make_half_way,
    "closed": lambda owner: closed(make_half_way(make_user(name=owner.name))),
    "nothing-answered": make_round,
    "nothing-in-the-role": lambda owner: nothing_in_the_role(make_round(owner)),
    "everything-at-the-top": lambda owner: answer_all(make_round(owner), EXPERT),
    "everything-not-yet": lambda owner: answer_all(make_round(owner), 0),
    "written-to-the-limit": written_to_the_limit,
    "brought-to-a-later-version": brought_to_a_later_version,
    "shared": lambda owner: make_shared(owner, line_manager()),
    "reviewed": many_goals_and_none_recorded,
    "agreed-without-goals": lambda owner: talk(as_read(review(make_shared(owner, line_manager()), SEEN_OTHERWISE))),
    "agreed-again": agreed_again,
    "agreed-to-the-limit": agreed_to_the_limit,
}
MOST_TELLING = ("half-way", "written-to-the-limit", "agreed-again")

_MADE = {}


def made(state, owner):
    """The PDF of a state read back, the page that it was made from, and the report on both; made once for all tests."""
    if state not in _MADE:
        source = source_of(STATES[state](owner))
        _MADE[state] = TaggedPdf(report_files.make_pdf(source)), report_files.report_html(source), make_report(source)
    return _MADE[state]


def folded(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("state", STATES if HEAVY else MOST_TELLING)
def test_a_report_in_any_state_is_accessible(contract_manager, state, caplog):
    tagged, html, report = made(state, contract_manager)
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
    assert broken_rules(tagged.data) == []
    assert unscoped_headers(tagged) == []
    assert unprinted_links(tagged) == []
    assert tagged.font_names() == {"Inter-Portal", "Inter-Portal-Semi-Bold"}
    # A table that runs over a page would be tagged as two.
    assert tagged.tags().count("/Table") == html.count("<table")
    assert tagged.text(not_a_marker) == letters(html)
    found = [letters(match) for match in re.findall(r"<h[1-6].*?</h[1-6]>", html, flags=re.S)]
    assert tagged.outline() == found
    state_in_foot = "DRAFT" if report.is_draft else "shared, not agreed" if report.is_shared else report.state.lower()
    code = f", check code {report.check_code}" if report.check_code else ""
    foot = folded(f"gap report, {state_in_foot}, {report.over_on or report.as_of}{code}")
    assert unmarked_furniture(tagged, [foot]) == []


def test_the_check_notices_a_table_that_runs_over_a_page(contract_manager, monkeypatch):
    monkeypatch.setattr(report_files, "LINES_PER_PAGE", 10_000)
    codes = [f"A1.{n}" for n in range(1, 7)]
    round_ = answer(
        make_round(contract_manager), dict.fromkeys(codes, FOUNDATION), notes=dict.fromkeys(codes, LONG_NOTE)
    )
    source = source_of(round_)
    tagged = TaggedPdf(report_files.make_pdf(source))
    assert tagged.tags().count("/Table") > report_files.report_html(source).count("<table")


def test_draft_stands_on_every_page_of_a_draft_and_on_no_other(contract_manager):
    draft, _, _ = made("half-way", contract_manager)
    pages = len(draft.reader.pages)
    heads = {number for number, kind, text in draft.artifacts if (kind, text) == ("/Pagination", "DRAFT")}
    feet = {number for number, kind, text in draft.artifacts if kind == "/Pagination" and "gapreport,DRAFT," in text}
    assert (heads, feet) == (set(range(1, pages)), set(range(pages)))
    assert "DRAFT" in draft.text()
    after, _, _ = made("closed", contract_manager)
    assert "DRAFT" not in after.text() + "".join(text for _, _, text in after.artifacts)


def both_states(owner):
    round_ = make_typical(owner)
    yield round_
    yield closed(round_)


def test_a_draft_has_room_to_write_and_a_closed_round_has_none(contract_manager):
    draft, after = (report_files.report_html(source_of(each)) for each in both_states(contract_manager))
    for words in ("Conversation record", "Development plan, proposed", "Notes on 1", 'class="box"'):
        assert (words in draft, words in after) == (True, False)


def test_what_came_along_takes_no_more_room_on_the_first_page(contract_manager):
    round_ = make_typical(contract_manager)
    carry_over(assessment=round_, to_version=make_made_up_version(round_.version, is_published=True), by=round_.owner)
    source = source_of(as_read(round_))
    assert make_report(source).given_under
    first, second = (page.extract_text() for page in TaggedPdf(report_files.make_pdf(source)).reader.pages[:2])
    assert ("on the pages that follow" in first, "in priority order" in second) == (True, True)


def test_each_area_has_its_row_of_the_chart(contract_manager):
    tagged, _, report = made("half-way", contract_manager)
    figures = [element["/Alt"] for element, _ in tagged.elements() if element["/S"] == "/Figure"]
    assert figures == [
        *(area.chart.words for area in report.areas),
        *("Dark box", "Lighter box", "Empty box", "Dash", "Heavy line"),
    ]
    assert (
        figures[2]
        == "B1, of nine statements: Foundation 3, Practitioner 1 and Expert 0; target Practitioner. Six not answered."
    )


def test_what_people_wrote_comes_out_as_they_wrote_it(contract_manager):
    tagged, _, _ = made("written-to-the-limit", contract_manager)
    text = tagged.text()
    # In the heading, the draft box, the post, three reasons, a note, and three work examples.
    assert text.count("<b>&{{7*7}}</b>") >= 8
    assert text.count(folded(LONG_NOTE)) == 5 + 3
    assert tagged.undrawn(re.sub(r"\s", "", WELSH_AND_POLISH)) == {
        "Inter-Portal": set(),
        "Inter-Portal-Semi-Bold": set(),
    }
    assert {link["/A"]["/URI"] for link in tagged.annotations()} == {"https://example.gov.uk/" + "x" * 400}
    assert "javascript:alert(1)" in text


def test_the_same_source_gives_the_same_bytes(contract_manager):
    source = source_of(make_half_way(contract_manager))
    assert report_files.make_pdf(source) == report_files.make_pdf(source)


def test_the_styles_name_no_address():
    assert not re.search(r"url\(|@import", (pdf.FOLDER / "report.css").read_text(encoding="utf-8"))
