"""A later version of the standards, as people meet it: the offer, what came along, the rating page, and who may read what."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessments import actions
from assessments.answers import Answered
from assessments.models import AgreedGoal, AgreedTarget, Assessment, EarlierAnswer, Goal, Rating
from standards.models import Area, Version
from standards.tree import version_tree
from tests.assessments.pages import links_of, words_of
from tests.factories import (
    agree,
    close,
    confirm,
    converse,
    make_assessment,
    make_evidence,
    make_line,
    make_user,
    rate,
    rate_all,
    reread,
    review,
    share,
)
from tests.pages import Page
from tests.standards.made_up import make_made_up_version

pytestmark = pytest.mark.django_db

HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"
HIDDEN = "What the line manager wrote before the return"


@pytest.fixture(scope="module")
def newer(kept_for_the_module):
    """Version 3.0, published."""
    return make_made_up_version(Version.objects.published().get(), is_published=True)


@pytest.fixture(scope="module")
def older(newer):
    return newer.follows


@pytest.fixture(scope="module")
def owner(kept_for_the_module):
    return make_user(name="Nia Penŵydd")


@pytest.fixture(scope="module")
def line_manager(owner):
    line_manager = make_user(name="Tomasz Quillfeather")
    make_line(owner, line_manager)
    return line_manager


@pytest.fixture(scope="module")
def draft(older, owner, line_manager):
    """Under 2.0, answered whole: B1.9 not relevant; a note on B4.4, which changes, and on A2.7, which goes. It was shared and
    given back, with a rating of the line manager's in it."""
    assessment = make_assessment(owner, version=older)
    rate_all(assessment)
    rate(
        assessment,
        {"B1.9": f"Done by {HOSTILE}", "B4.4": Answered(1, note="On the board."), "A2.7": Answered(3, note=HOSTILE)},
    )
    make_evidence(assessment, title="Change board", statements=("B4.4",))
    shared = share(assessment, line_manager)
    review(shared, {"B4.4": Answered(2, note=HIDDEN), "B4.1": Answered(1, note=HIDDEN)}, finish=False)
    actions.return_assessment(assessment=shared, by=line_manager, reason="Look at B4 again.")
    return reread(assessment)


@pytest.fixture
def brought(draft, newer):
    actions.carry_over(assessment=reread(draft), to_version=newer, by=draft.owner)
    return reread(draft)


@pytest.fixture
def browser(sign_in, owner):
    return sign_in(owner)


def offer(assessment):
    return reverse("assessment-carry-over", args=[assessment.pk])


def came(assessment):
    return reverse("assessment-carried", args=[assessment.pk])


def rating(assessment, area):
    return reverse("rating-edit", args=[assessment.pk, area])


def keys(version, area):
    return {each.code: each.pk for each in version_tree(version).area(area).statements}


def said(assessment):
    rows = Rating.objects.filter(assessment=assessment, view="self").select_related("statement", "given_under")
    return {row.statement.code: (row.rank, row.given_under and row.given_under.number) for row in rows}


def press(browser, assessment, area, which, **typed):
    """Press the button that takes over what is offered for a statement, or "rest"; ``typed`` by field and statement's code."""
    pks = keys(assessment.version, area)
    form = Page(browser.get(rating(assessment, area))).check().form(f"drawn-{min(pks.values())}")
    return browser.post(rating(assessment, area), form.data(still_true=str(pks.get(which, which)), **typed))


# The offer


def test_a_later_version_is_offered_on_the_list_and_on_the_round(browser, draft):
    for path in (reverse("assessment-list"), reverse("assessment-detail", args=[draft.pk])):
        page = browser.get(path)
        assert "Version 3.0 of the standards is published" in words_of(page)
        assert links_of(page)["See what would come along"] == offer(draft)


def test_the_day_on_which_the_earlier_version_retires_is_said(browser, draft, older):
    day = timezone.localdate() + timedelta(days=40)
    Version.objects.filter(pk=older.pk).update(closes_on=day, retires_on=day)
    assert f"Version 2.0 retires on {day.day} " in words_of(browser.get(reverse("assessment-list")))
    text = words_of(browser.get(offer(draft)))
    assert f"Version 2.0 retires on {day.day} " in text
    assert "A draft that is still under it then is brought to the new version by the portal." in text


def test_nothing_is_offered_for_a_round_that_is_shared_or_over(sign_in, older, newer, line_manager):
    owner = make_user()
    assessment = make_assessment(owner, version=older)
    rate_all(assessment)
    share(assessment, line_manager)
    browser = sign_in(owner)
    assert "is published" not in words_of(browser.get(reverse("assessment-list")))
    assert [browser.get(offer(assessment)).status_code, browser.post(offer(assessment)).status_code] == [403, 403]
    assert reread(assessment).version == older


def test_assessment_carry_over_says_what_becomes_of_each_answer(browser, draft):
    text = words_of(browser.get(offer(draft)))
    assert "53 of your 66 answers come along and stand, marked as given under version 2.0." in text
    assert "7 are answers to statements that were split or merged: they are proposed" in text
    assert "4 are asked again, because their statements mean something else now." in text
    assert "2 are not asked any more. They are kept, and you can always read them." in text
    assert "Three statements are new." in text
    assert "B1 Design and Ongoing Development 10 3 2 – –" in text
    assert "All statements 53 7 4 3 –" in text
    assert "A2.7 Motivating self and others: Expert" in text
    path = reverse("version-changes", kwargs={"framework": draft.framework.slug, "version": "3.0"})
    assert links_of(browser.get(offer(draft)))["What changed in version 3.0"] == path


def test_assessment_carry_over_of_a_round_without_answers(sign_in, older, newer):
    assessment = make_assessment(make_user(), version=older)
    text = words_of(sign_in(assessment.owner).get(offer(assessment)))
    assert "You have not answered anything yet, so nothing is asked twice." in text
    assert "Kept, and not asked any more" not in text


def test_assessment_carry_over_brings_it_and_leads_to_what_came_along(browser, draft, newer):
    response = browser.post(offer(draft), {"version": "3.0"})
    assert (response.status_code, response.url) == (302, came(draft))
    assert reread(draft).version == newer
    assert "Your 2026 assessment is under version 3.0 now." in words_of(browser.get(came(draft))).replace(
        draft.title, "2026 assessment"
    )
    # Once more, from a page that was still open.
    again = browser.post(offer(draft), {"version": "3.0"})
    assert (again.status_code, again.url) == (302, came(draft))
    assert draft.carry_overs.count() == 1


@pytest.mark.parametrize("sent", [{}, {"version": "2.0"}, {"version": HOSTILE}, {"version": "4.0"}])
def test_assessment_carry_over_for_another_version_than_the_page_showed_changes_nothing(browser, draft, older, sent):
    response = browser.post(offer(draft), sent)
    assert (response.status_code, response.url) == (302, offer(draft))
    assert "Nothing is changed yet." in words_of(browser.get(offer(draft)))
    assert reread(draft).version == older


def test_assessment_carry_over_where_there_is_no_later_version_leads_back(sign_in, newer):
    assessment = make_assessment(make_user(), version=newer)
    browser = sign_in(assessment.owner)
    for response in (browser.get(offer(assessment)), browser.post(offer(assessment), {"version": "3.0"})):
        assert (response.status_code, response.url) == (302, reverse("assessment-detail", args=[assessment.pk]))
    assert browser.get(came(assessment)).status_code == 404


def test_the_offer_costs_the_same_whatever_was_answered(sign_in, older, newer, browser, draft):
    empty = make_assessment(make_user(), version=older)
    counts = []
    for client, assessment in ((sign_in(empty.owner), empty), (browser, draft)):
        client.get(offer(assessment))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(offer(assessment)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


# What came along


def test_assessment_carried_lists_every_answer_that_did_not_stand(browser, brought):
    page = browser.get(came(brought))
    text = words_of(page)
    assert "53 answers that stand were given under version 2.0." in text
    proposed, again = text.partition("Asked again These")[::2]
    assert "B4.2 Contract records To answer Version 2.0, B4.2: Expert Version 2.0, B4.7: Expert" in proposed
    assert "B1.11 Open book To answer Version 2.0, B2.3: Practitioner Proposed: Practitioner" in proposed
    assert "Proposed: " not in again
    assert "B4.4 Deciding on change To answer Version 2.0, B4.4: Foundation Your note: On the board." in again
    assert "B7.1 Data in contracts To answer" in again
    assert f"A2.7 Motivating self and others Version 2.0, A2.7: Expert Your note: {HOSTILE}" in again
    assert "The words of A2.7 in version 2.0" in again
    assert "B2 Procurement and Mobilisation: Practitioner" in again
    assert links_of(page)["B4.4 Deciding on change"] == f"{rating(brought, 'B4')}#statement-B4.4"
    assert HIDDEN not in text


def test_assessment_carried_says_what_was_answered_since_and_stays_readable(browser, brought):
    rate(brought, {"B4.4": 2})
    assert "B4.4 Deciding on change Answered since" in words_of(browser.get(came(brought)))
    close(brought)
    text = words_of(browser.get(came(brought)))
    assert "A2.7 Motivating self and others Version 2.0, A2.7: Expert" in text
    assert "B7.1 Data in contracts Not answered" in text


def test_assessment_carried_says_nothing_of_a_target_that_was_agreed_before_it_was_given_back(browser, draft, newer):
    gone = Area.objects.get(section__version=draft.version, code="B2")
    AgreedTarget.objects.create(assessment=draft, area=gone, rank=3, reason=HIDDEN)
    actions.carry_over(assessment=reread(draft), to_version=newer, by=draft.owner)
    text = words_of(browser.get(came(draft)))
    assert "B2 Procurement and Mobilisation: Practitioner" in text
    assert (text.count("B2 Procurement and Mobilisation:"), HIDDEN in text) == (1, False)


def test_the_history_says_who_brought_it(browser, draft, brought, newer, sign_in, older):
    path = reverse("assessment-detail", args=[draft.pk])
    assert "You brought it to a later version of the standards" in words_of(browser.get(path))
    assert links_of(browser.get(path))["What came along to version 3.0"] == came(draft)
    other = make_assessment(make_user(), version=older)
    actions.carry_over(assessment=other, to_version=newer)
    text = words_of(sign_in(other.owner).get(reverse("assessment-detail", args=[other.pk])))
    assert "The portal brought it to a later version of the standards" in text


# Who may


def test_nobody_but_the_owner_finds_what_came_along(sign_in, draft, brought, line_manager, stranger, editor, superuser):
    for person in (line_manager, stranger, editor, superuser):
        client = sign_in(person)
        found = [client.get(came(draft)), client.get(offer(draft)), client.post(offer(draft), {"version": "3.0"})]
        assert [response.status_code for response in found] == [404, 404, 404]
    client = sign_in()
    assert [client.get(path).status_code for path in (came(draft), offer(draft))] == [302, 302]


def test_the_line_managers_hidden_ratings_are_shown_to_nobody_before_the_review_is_finished(browser, brought):
    assert EarlierAnswer.objects.filter(assessment=brought, view="line_manager", note=HIDDEN).exists()
    pages = [came(brought), *(rating(brought, area.code) for area in version_tree(brought.version).areas)]
    pages += [reverse(name, args=[brought.pk]) for name in ("assessment-check", "report-detail", "assessment-detail")]
    assert [path for path in pages if HIDDEN in browser.get(path).text] == []


# The rating page


def test_rating_edit_says_what_was_given_under_which_version(browser, brought):
    text = words_of(browser.get(rating(brought, "B4")))
    assert text.count("Given under version 2.0") == 5
    assert text.count("Its words were edited since") == 1
    assert "Asked again, because its meaning changed. Under version 2.0 you said: Foundation" in text
    assert "Made of B4.2 and B4.7. Under version 2.0 you said: B4.2 Expert; B4.7 Expert. Proposed: Expert" in text
    assert "On the board." in text
    assert links_of(browser.get(rating(brought, "B4")))[
        "What came along to version 3.0, and what is asked again"
    ] == came(brought)


def test_rating_edit_shows_old_words_and_new_ones_with_the_differences_marked(browser, brought):
    page = browser.get(rating(brought, "B1")).text
    row = page.partition('id="statement-B1.8"')[2].partition("</fieldset>")[0]
    assert re.search(r"<del>.{0,80}Aware of.{0,80}</del> relevant legislation", row)
    assert re.search(r"<ins>.{0,80}Applies.{0,80}</ins> relevant legislation", row)
    assert "The same in both versions" in row
    assert page.count("Compare the words") == 6


def test_that_is_right_takes_one_proposal(browser, brought):
    response = press(browser, brought, "B1", "B1.11")
    assert (response.status_code, response.url) == (302, f"{rating(brought, 'B1')}#statement-B1.11")
    found = said(brought)
    assert found["B1.11"] == (2, None)
    assert not {"B1.10", "B1.12", "B1.8"} & found.keys()


def test_what_is_proposed_for_an_area_is_taken_in_one_step_and_what_was_typed_stays(browser, brought):
    pks = keys(brought.version, "B1")
    response = press(browser, brought, "B1", "rest", **{f"level-{pks['B1.10']}": "3"})
    assert (response.status_code, response.url) == (302, rating(brought, "B1"))
    found = said(brought)
    assert [found[code] for code in ("B1.10", "B1.11", "B1.12")] == [(3, None), (2, None), (2, None)]
    assert "B1.8" not in found
    text = words_of(browser.get(rating(brought, "B1")))
    assert "Two answers kept." in text
    assert "What is proposed for this area is right" not in text


def test_another_answer_is_given_under_the_new_version_and_a_note_alone_changes_nothing(browser, brought):
    rate(brought, {"B4.1": 3, "B4.3": Answered(2, note="Still so.")})
    assert (said(brought)["B4.1"], said(brought)["B4.3"]) == ((3, None), (2, "2.0"))
    text = words_of(browser.get(rating(brought, "B4")))
    assert text.count("Given under version 2.0") == 4


def test_a_page_drawn_before_is_refused_and_shows_what_was_typed(browser, draft, newer):
    for area in ("B4", "B2"):  # B2 is no more
        pks = keys(draft.version, area)
        form = Page(browser.get(rating(draft, area))).form(f"drawn-{min(pks.values())}")
        typed = form.data(**{f"note-{min(pks.values())}": "Half an hour of typing"})
        actions.carry_over(assessment=reread(draft), to_version=newer, by=draft.owner)
        before = said(draft)
        response = browser.post(rating(draft, area), typed)
        assert response.status_code == 403
        text = words_of(response)
        assert "Your assessment was brought to version 3.0 of the standards after you opened that page" in text
        assert "Half an hour of typing" in text
        save = reverse("rating-save", args=[draft.pk, area])
        assert browser.post(save, typed).status_code == 403
        assert said(draft) == before
        draft = make_another(draft)


def make_another(draft):
    close(draft)
    return make_assessment(draft.owner, version=Version.objects.get(number="2.0"))


def test_rating_edit_of_a_carried_round_is_drawn_in_eight_queries(browser, brought):
    counts = []
    browser.get(rating(brought, "B1"))
    for area in ("B1", "B5"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(rating(brought, area)).status_code == 200
        counts.append(len(queries))
    assert counts == [7, 7]


def test_the_line_manager_reads_under_which_version_answers_were_given(sign_in, brought, line_manager):
    rate_all(brought)
    share(brought, line_manager)
    response = sign_in(line_manager).get(rating(brought, "B4"))
    text = words_of(response)
    assert "Given under version 2.0" in text
    assert "Under version 2.0 you said" not in text
    assert "still_true" not in response.text


def test_the_review_says_under_which_version_the_owner_answered(sign_in, brought, line_manager):
    rate_all(brought)
    share(brought, line_manager)
    path = reverse("review-edit", args=[brought.pk, "B4"])
    text = words_of(sign_in(line_manager).get(f"{path}?change=B4.3"))
    assert "Nia Penŵydd says Practitioner, at target (given under version 2.0)" in text
    # It was asked again.
    text = words_of(sign_in(line_manager).get(f"{path}?change=B4.4"))
    assert "Nia Penŵydd says Practitioner" in text
    assert "given under version" not in text


def test_the_review_says_nothing_of_it_to_a_line_manager_who_rates_first(sign_in, brought, line_manager):
    rate_all(brought)
    share(brought, line_manager, rates_first=True)
    text = words_of(sign_in(line_manager).get(reverse("review-edit", args=[brought.pk, "B4"])))
    assert "given under version" not in text


# The next round


@pytest.fixture
def following(sign_in, older, newer):
    """Begun under 3.0 from a round that was agreed under 2.0 at Practitioner throughout."""
    owner = make_user()
    first = make_assessment(owner, version=older, targets={"B4": (3, "A large contract.")})
    rate_all(first)
    agreed = agree(first, make_user())
    made = actions.start_next_assessment(owner=owner, previous=agreed, version=newer)
    return Assessment.objects.select_related("owner", "version", "previous").get(pk=made.pk)


def test_the_next_round_keeps_role_and_targets_that_the_new_version_still_has(following, older):
    targets = dict(following.targets.values_list("area__code", "rank"))
    assert following.role_profile.slug == following.previous.role_profile.slug
    assert targets["B4"] == 3
    assert targets.keys() == {area.code for area in version_tree(following.version).areas}


def test_assessment_next_says_what_is_asked_again(sign_in, following):
    previous = following.previous
    close(following)
    text = words_of(sign_in(following.owner).get(reverse("assessment-next", args=[previous.pk])))
    assert "What was agreed of 53 statements, beside the words." in text
    assert "A proposal for seven statements that version 3.0 has made by splitting or merging others." in text
    assert "The old answer to four statements that version 3.0 asks in another way." in text
    assert "Answers to statements that version 3.0 does not ask any more." in text


def test_the_next_round_is_offered_what_keeps_its_meaning_and_proposed_what_was_split(sign_in, following):
    browser = sign_in(following.owner)
    text = words_of(browser.get(rating(following, "B4")))
    year = timezone.localdate().year
    assert text.count(f"Agreed in {year}: Practitioner") == 6
    assert f"Asked again, because its meaning changed. Agreed in {year}: Practitioner" in text
    assert f"Made of B4.2 and B4.7. Agreed in {year}: B4.2 Expert; B4.7 Expert. Proposed: Expert" in text
    with CaptureQueriesContext(connection) as queries:
        browser.get(rating(following, "B4"))
    assert len(queries) == 8
    press(browser, following, "B4", "rest")
    assert {code: rank for code, (rank, _) in said(following).items()} == {
        "B4.1": 2,
        "B4.2": 3,
        "B4.3": 2,
        "B4.5": 2,
        "B4.6": 2,
        "B4.7": 2,
    }


def test_rounds_of_two_versions_are_compared_along_the_links(sign_in, following):
    rate_all(following, 3)
    path = reverse("assessment-compare", args=[following.pk, following.previous_id])
    text = words_of(sign_in(following.owner).get(path))
    assert "version 2.0 then, 3.0 now" in text
    assert "B1.13 Benchmarks and savings" in text.partition("Rose")[2].partition("A level now")[0]  # it was B2.4
    assert re.search(r"B4.4 Deciding on change [\w ]*Not asked NowExpert", text)
    assert re.search(r"A2.7 Motivating self and others [\w ]*Practitioner NowNot asked", text)


# Goals


@pytest.fixture
def goal(brought, older):
    """An open goal from 2.0, for B2.4, which is B1.13 now, for B3.10, which is B4.7 now, and for B2.7, which is no more."""
    by_code = {each.code: each.pk for each in version_tree(older).statements}
    goal = Goal(owner=brought.owner, framework=brought.framework, what="Shadow a debriefing", kind=Goal.Kind.ON_THE_JOB)
    goal.due_on = timezone.localdate() + timedelta(days=90)
    aims = [(by_code[code], 3) for code in ("B2.4", "B3.10", "B2.7")]
    actions.save_goal(goal=goal, by=brought.owner, version=older, aims=aims)
    return goal


def test_a_goal_keeps_to_its_statements_whatever_they_are_called_now(sign_in, brought, line_manager, goal, browser):
    rate_all(brought, 1)
    shared = share(brought, line_manager)
    report = words_of(browser.get(reverse("report-detail", args=[brought.pk])))
    assert "B1.13 Benchmarks and savings, to Expert" in report
    assert "B2.4 " not in report
    talking = converse(review(shared))
    text = words_of(sign_in(line_manager).get(reverse("conversation-agenda", args=[brought.pk])))
    assert "B1.13" in text, text
    confirm(talking, line_manager, brought.owner)
    (aims,) = AgreedGoal.objects.filter(assessment=brought).values_list("aims", flat=True)
    assert sorted(aims) == [["B1.13", 3], ["B2.7 (2.0)", 3], ["B4.7", 3]]
    for name in ("report-detail", "plan-detail", "conversation-detail"):
        assert browser.get(reverse(name, args=[brought.pk])).status_code == 200


# The report


def workbook_of(browser, assessment):
    return load_workbook(BytesIO(browser.get(reverse("report-excel", args=[assessment.pk])).content))


def test_the_report_says_under_which_version_answers_were_given_and_keeps_the_archived(browser, brought):
    text = words_of(browser.get(reverse("report-detail", args=[brought.pk])))
    assert "All 53 answers were given under version 2.0 of the standards." in text
    assert "Answers to statements that are not asked any more" in text
    assert f"A2.7 Motivating self and others Version2.0 ExpertNote: {HOSTILE}" in text
    rows = workbook_of(browser, brought)["Earlier answers"].iter_rows(min_row=2, values_only=True)
    assert ("A2.7", "Motivating self and others", "2.0", "Expert", HOSTILE) in rows
    rate(brought, {"B4.4": 2})
    text = words_of(browser.get(reverse("report-detail", args=[brought.pk])))
    assert "53 of 54 answers were given under version 2.0 of the standards: all but B4.4." in text


def test_the_line_managers_report_has_no_answers_that_are_not_asked(sign_in, brought, line_manager):
    rate_all(brought)
    share(brought, line_manager)
    text = words_of(sign_in(line_manager).get(reverse("report-detail", args=[brought.pk])))
    assert "were given under version 2.0 of the standards" in text
    assert "not asked any more" not in text
    assert "What came along" not in text
    assert "Earlier answers" not in workbook_of(sign_in(line_manager), brought).sheetnames


def test_a_report_of_a_round_never_carried_says_nothing_of_versions_before(sign_in, older, newer):
    assessment = make_assessment(make_user(), version=older, ratings={"B4.1": 2})
    text = words_of(sign_in(assessment.owner).get(reverse("report-detail", args=[assessment.pk])))
    assert "given under version" not in text


def test_check_says_under_which_version_answers_were_given(browser, brought):
    text = words_of(browser.get(reverse("assessment-check", args=[brought.pk])))
    assert text.count("Given under version 2.0") == 53
