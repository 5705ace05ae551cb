"""The pages of goals: one's own plan, adding, changing, noting and ending one, and the calendar."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.actions import NotOpen
from assessments.forms import GoalForm
from assessments.models import Assessment, Conversation, Goal
from people.actions import lines
from people.models import ReportingLine, User
from standards.tree import version_tree
from tests.assessments.pages import fields_of, links_of, summary_of, words_of
from tests.assessments.plans import IN_A_YEAR, WHAT, aims, aims_of, make_goal, said
from tests.factories import (
    close,
    confirm,
    converse,
    make_assessment,
    make_line,
    make_user,
    rate,
    rate_all,
    review,
    share,
)
from tests.pages import Page

HOSTILE = "<b>&{{7*7}}</b>"
TODAY = timezone.localdate()
DUE = {"due_on_day": str(IN_A_YEAR.day), "due_on_month": str(IN_A_YEAR.month), "due_on_year": str(IN_A_YEAR.year)}
TYPED = {"what": "Write a guide", "kind": "formal", "measure": "Legal agrees.\r\nSo do I.", **DUE}


@pytest.fixture(scope="module")
def world(kept_for_the_module):
    """Nia's round, whose conversation is on, with Tomasz; gaps in B4.6 and B6.7; a goal for B4.6."""
    nia = make_user(name="Nia Penŵydd")
    tomasz = make_user(name="Tomasz Quillfeather")
    make_line(nia, tomasz)
    draft = make_assessment(nia)
    rate_all(draft)
    rate(draft, {"B4.6": 1, "B6.7": 0})
    goal = make_goal(nia, ("B4.6", 2), measure="I chair one.")
    return nia.pk, tomasz.pk, converse(review(share(draft, tomasz))).pk, goal.pk


@pytest.fixture
def nia(db, world):
    return User.objects.get(pk=world[0])


@pytest.fixture
def tomasz(db, world):
    return User.objects.get(pk=world[1])


@pytest.fixture
def talked(db, world):
    return Assessment.objects.with_version().get(pk=world[2])


@pytest.fixture
def goal(db, world):
    return Goal.objects.get(pk=world[3])


@pytest.fixture
def owner(sign_in, nia):
    """A browser in which the goal's owner is signed in."""
    return sign_in(nia)


@pytest.fixture
def boss(sign_in, tomasz):
    """A browser in which the line manager is signed in."""
    return sign_in(tomasz)


def path(name, goal):
    return reverse(name, args=[goal.pk])


def pk_of(code):
    return aims((code, 1))[0][0]


def creating(assessment=None, *codes):
    query = [f"statement={code}" for code in codes] + ([f"assessment={assessment.pk}"] if assessment else [])
    return reverse("goal-create") + (f"?{'&'.join(query)}" if query else "")


def answers_to(browser, address):
    """What somebody gets who opens the page, and who sends its form."""
    return browser.get(address).status_code, browser.post(address, TYPED).status_code


def end_line(person):
    lines.end_line(line=ReportingLine.objects.live().get(person=person), ended_by=person)


# goal-list


def test_goal_list_of_somebody_who_has_nothing_leads_to_an_assessment(manager_client, published_version):
    response = manager_client.get(reverse("goal-list"))
    assert "You have no goal yet" in words_of(response)
    links = links_of(response)
    assert (links["Start your assessment"], links["Add a goal"]) == (
        reverse("assessment-start"),
        reverse("goal-create"),
    )


def test_goal_list_before_anything_is_published(manager_client, monkeypatch):
    monkeypatch.setattr("assessments.views.goals.plans_of", lambda owner: ())
    assert "There is nothing to plan yet" in words_of(manager_client.get(reverse("goal-list")))
    assert manager_client.get(reverse("goal-create")).url == reverse("goal-list")


def test_goal_list_without_goals_leads_to_the_gaps(manager_client, contract_manager, published_version):
    draft = make_assessment(contract_manager)
    rate_all(draft)
    rate(draft, {"B4.6": 1, "B6.7": 0})
    response = manager_client.get(reverse("goal-list"))
    links = links_of(response)
    assert "two statements are below your target" in words_of(response)
    assert links["Add a goal for B6.7"] == creating(None, "B6.7")
    assert links["Add a goal for B4.6 Acting outside the contract"] == creating(None, "B4.6")
    assert links["See all gaps"] == reverse("report-detail", args=[draft.pk]) + "#gaps"


def test_goal_list_without_goals_and_gaps(manager_client, contract_manager, published_version):
    rate_all(make_assessment(contract_manager), rank=3)
    response = manager_client.get(reverse("goal-list"))
    assert "shows no gap so far" in words_of(response)
    assert "Gaps without a goal" not in words_of(response)


def test_goal_list_groups_by_kind_and_day_between_what_is_overdue_and_what_is_over(owner, nia, goal):
    make_goal(nia, ("B6.7", 1), what="Late", due_on=TODAY, kind="formal")
    Goal.objects.filter(what="Late").update(due_on=TODAY - timedelta(days=3))
    make_goal(nia, what=f"Soon {HOSTILE}", due_on=TODAY + timedelta(days=8))
    done, dropped = make_goal(nia, what="Finished"), make_goal(nia, what="Given up", kind="with-others")
    actions.finish_goal(goal=done, by=nia, outcome="All agree.")
    actions.drop_goal(goal=dropped, by=nia, reason="It ended.")
    response = owner.get(reverse("goal-list"))
    words = words_of(response)
    order = [
        "Overdue",
        "Late",
        "three days overdue",
        "On the job (70)",
        f"Soon {HOSTILE}",
        "in eight days",
        WHAT,
        "B4.6 Acting outside the contract: Practitioner",
    ]
    order += [
        "Done and dropped",
        "Given up",
        "Finished",
        "All agree.",
    ]
    places = [words.index(each) for each in order]
    assert places == sorted(places)
    assert "Formal learning" not in words
    assert links_of(response)[WHAT] == path("goal-detail", goal)


def test_goal_list_names_gaps_that_no_open_goal_is_for(owner, nia, goal):
    assert "Add a goal for B4.6 Acting outside the contract" not in links_of(owner.get(reverse("goal-list")))
    actions.drop_goal(goal=goal, by=nia, reason="It ended.")
    links = links_of(owner.get(reverse("goal-list")))
    assert links["Add a goal for B4.6 Acting outside the contract"] == creating(None, "B4.6")


def test_goal_list_shows_nobody_elses(boss, goal):
    assert WHAT not in words_of(boss.get(reverse("goal-list")))


def test_goal_list_takes_as_many_queries_for_one_as_for_many(owner, nia, goal):
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            owner.get(reverse("goal-list"))
        counts.append(len(queries))
        for each in range(5 * (1 - number)):
            make_goal(nia, ("A1.1", 3), ("B3.2", 3), what=f"Goal {each}")
    assert counts[0] == counts[1] <= 10


# goal-create


def test_goal_create_from_a_gap_is_filled_in(owner, talked):
    response = owner.get(creating(talked, "B6.7"))
    fields = fields_of(response)
    assert {name: value for name, value in fields.items() if name.startswith("aim-") and value != [""]} == {
        f"aim-{pk_of('B6.7')}": ["1"]
    }
    words = words_of(response)
    assert "For B6.7 Strategic risks." in words
    assert "Foundation in B6.7 Strategic risks asks: Understands process and key factors" in words
    assert "You and Tomasz Quillfeather can see this goal." in words


def test_goal_create_saves_in_one_step(owner, nia, talked):
    data = Page(owner.get(creating(talked, "B6.7"))).form("what").data(**TYPED)
    response = owner.post(creating(talked, "B6.7"), data)
    assert (response.status_code, response.url) == (302, reverse("conversation-agenda", args=[talked.pk]))
    goal = Goal.objects.get(what="Write a guide")
    assert (goal.owner, goal.assessment) == (nia, talked)
    assert said(goal) == ("Write a guide", "Legal agrees.\nSo do I.", "formal", IN_A_YEAR, [("B6.7", 1)])


def test_goal_create_freely_is_for_no_statement(manager_client, contract_manager, published_version):
    response = manager_client.get(creating())
    assert "Only you can see this goal, until you share an assessment" in words_of(response)
    assert [value for name, value in fields_of(response).items() if name.startswith("aim-")] == []
    response = manager_client.post(creating(), TYPED, follow=True)
    assert response.redirect_chain == [(reverse("goal-list"), 302)]
    assert "The goal is on your plan." in words_of(response)
    assert (Goal.objects.get(what="Write a guide").assessment, aims_of(Goal.objects.get(owner=contract_manager))) == (
        None,
        [],
    )


def test_goal_create_in_a_draft_is_its_owners_alone(manager_client, contract_manager, published_version):
    draft = make_assessment(contract_manager)
    response = manager_client.get(creating(draft, "B6.7"))
    assert f"Only you can see this goal, until you share your {draft.title}." in words_of(response)
    # Nothing is answered yet, so that the target is aimed at.
    assert fields_of(response)[f"aim-{pk_of('B6.7')}"] == ["2"]
    response = manager_client.post(creating(draft, "B6.7"), TYPED)
    assert response.url == reverse("plan-detail", args=[draft.pk])
    assert Goal.objects.get(owner=contract_manager).assessment == draft


def test_goal_create_by_the_line_manager_is_on_the_owners_plan(boss, nia, tomasz, talked):
    response = boss.get(creating(talked, "B4.6"))
    assert "What will Nia Penŵydd do?" in words_of(response)
    response = boss.post(creating(talked, "B4.6"), TYPED, follow=True)
    assert "The goal is on Nia Penŵydd’s plan." in words_of(response)
    goal = Goal.objects.get(what="Write a guide")
    assert (goal.owner, goal.assessment) == (nia, talked)


def test_goal_create_says_that_a_confirmation_no_longer_counts(boss, nia, talked):
    confirm(talked, nia)
    response = boss.post(creating(talked), TYPED, follow=True)
    assert "the confirmation no longer counts" in words_of(response)
    assert Conversation.objects.get(assessment=talked).owner_confirmed_at is None


@pytest.mark.parametrize(
    ("came", "name"),
    [
        ("", "conversation-agenda"),
        ("&from=x", "conversation-agenda"),
        ("&from=conversation", "conversation-agenda"),
        ("&from=report", "report-detail"),
        ("&from=plan", "plan-detail"),
    ],
)
def test_goal_create_leads_back_to_where_one_came_from(owner, boss, talked, came, name):
    for browser in (owner, boss):
        links = links_of(browser.get(creating(talked, "B6.7") + came))
        assert links["Cancel"] == reverse(name, args=[talked.pk])


def test_goal_create_in_a_round_that_nobody_talks_about_leads_back_to_its_plan(
    manager_client, contract_manager, published_version
):
    draft = make_assessment(contract_manager)
    assert links_of(manager_client.get(creating(draft)))["Cancel"] == reverse("plan-detail", args=[draft.pk])


def test_goal_create_where_one_does_not_talk_is_refused(sign_in, boss, owner, nia, tomasz, talked, superuser):
    assert answers_to(sign_in(make_user()), creating(talked)) == (404, 404)
    assert answers_to(sign_in(superuser), creating(talked)) == (404, 404)
    agreed = confirm(talked, tomasz, nia)
    assert answers_to(boss, creating(agreed)) == (403, 403)
    assert answers_to(owner, creating(agreed)) == (200, 302)
    end_line(nia)
    assert answers_to(boss, creating(agreed)) == (404, 404)


def test_goal_create_by_the_line_manager_before_the_review_is_finished_is_refused(sign_in, published_version):
    person, line_manager = make_user(), make_user()
    draft = make_assessment(person)
    rate_all(draft)
    shared = share(draft, line_manager)
    assert answers_to(sign_in(line_manager), creating(shared)) == (403, 403)


def test_goal_create_too_late_is_refused(boss, talked, monkeypatch):
    def too_late(**said):
        raise NotOpen

    monkeypatch.setattr("assessments.views.goals.save_goal", too_late)
    assert boss.post(creating(talked), TYPED).status_code == 403


def test_goal_create_drawn_before_the_round_was_shared_asks_again(
    manager_client, contract_manager, line_manager, published_version
):
    draft = make_assessment(contract_manager)
    rate_all(draft)
    data = Page(manager_client.get(creating(draft))).form("what").data(**TYPED)
    share(draft, line_manager)
    response = manager_client.post(creating(draft), data)
    assert response.status_code == 422
    message = "Tomasz Quillfeather can read this goal now. Save it again if that is right."
    assert summary_of(response) == [(message, "#save")]
    assert not Goal.objects.filter(owner=contract_manager).exists()
    assert manager_client.post(creating(draft), Page(response).form("what").data()).status_code == 302
    assert Goal.objects.get(owner=contract_manager).what == "Write a guide"


@pytest.mark.parametrize("query", ["assessment=x", "assessment=7", "assessment=%00", "statement=%00&assessment=%F0"])
def test_goal_create_for_a_round_that_is_none_is_not_found(owner, query):
    assert owner.get(f"{reverse('goal-create')}?{query}").status_code == 404


@pytest.mark.parametrize("query", ["statement=Z9.9", "statement=", "statement=%00", "assessment="])
def test_goal_create_for_a_statement_that_is_none_is_free(owner, query):
    response = owner.get(f"{reverse('goal-create')}?{query}")
    assert (response.status_code, "Choose a statement under" in words_of(response)) == (200, True)


UNSTORABLE = "holds a character that cannot be kept. Take out what was pasted last and type it again."


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"what": " \n"}, "id_what", "Enter what you will do"),
        ({"what": "x" * 301}, "id_what", "The goal must be 300 characters or fewer. It has 301."),
        ({"what": "a\0"}, "id_what", f"The goal {UNSTORABLE}"),
        ({"measure": "x" * 1001}, "id_measure", "How you will know must be 1,000 characters or fewer. It has 1,001."),
        ({"kind": None}, "id_kind", "Choose how you will learn it"),
        ({"kind": "magic"}, "id_kind", "Choose one of the ways of learning shown"),
        (
            {"due_on_day": "", "due_on_month": "", "due_on_year": ""},
            "id_due_on_day",
            "Enter the date by which you will do it",
        ),
        ({"due_on_month": ""}, "id_due_on_month", "The date must include a month"),
        ({"due_on_day": "31", "due_on_month": "2"}, "id_due_on_day", "The date must be a real date"),
        ({"due_on_year": "2020"}, "id_due_on_day", "The date must be today or later"),
        ({"due_on_year": "9999"}, "id_due_on_year", "The date must be within the next 10 years"),
        ({"aim-{B4.6}": "9"}, "aim-{B4.6}", "Choose one of the levels shown for B4.6"),
        ({"aim-{B4.2}": "2"}, "aim-{B4.2}", "Choose one of the levels shown for B4.2"),
        ({"aim-{B4.6}": "0"}, "aim-{B4.6}", "Choose one of the levels shown for B4.6"),
    ],
)
def test_goal_form_says_at_the_field_what_is_wrong(published_version, typed, field, message):
    def numbered(text):
        for code in ("B4.6", "B4.2"):
            text = text.replace(f"{{{code}}}", str(pk_of(code)))
        return text

    data = TYPED | {numbered(name): value for name, value in typed.items()}
    form = GoalForm(
        {name: value for name, value in data.items() if value is not None}, tree=version_tree(published_version)
    )
    assert not form.is_sound
    assert form.summary == [{"text": message, "href": f"#{numbered(field)}"}]


def test_goal_create_says_at_the_fields_what_is_wrong(manager_client, published_version):
    wrong = {"what": "", "due_on_year": "2020", f"aim-{pk_of('B4.6')}": "9"}
    response = manager_client.post(creating(), TYPED | wrong)
    found = [
        ("Enter what you will do", "#id_what"),
        ("The date must be today or later", "#id_due_on_day"),
        ("Choose one of the levels shown for B4.6", f"#aim-{pk_of('B4.6')}"),
    ]
    assert (response.status_code, summary_of(response)) == (422, found)
    words = words_of(response)
    assert [words.count(message) for message, _ in found] == [2, 2, 2]
    assert not Goal.objects.filter(kind="formal").exists()


def test_goal_create_keeps_what_was_typed(manager_client, published_version):
    data = {
        "what": "",
        "kind": "with-others",
        "measure": HOSTILE,
        "due_on_day": HOSTILE,
        "due_on_month": "March",
        "due_on_year": "27",
        f"aim-{pk_of('B4.6')}": "3",
        f"aim-{pk_of('B4.2')}": "1",
    }
    response = manager_client.post(creating(), data)
    fields = fields_of(response)
    assert {name: fields[name] for name in data} == {name: [value] for name, value in data.items()}
    assert "<b>&{{" not in response.text


def test_goal_create_offers_every_statement_once(manager_client, published_version):
    for address in (creating(), creating(None, "B4.6")):
        assert manager_client.get(address).text.count('name="aim-') == 66


# Ideas


def use(browser, address, number, **typed):
    """The page after "Use this" beside an idea."""
    page = Page(browser.get(address))
    [value] = [
        each for each in page.html.split('name="use" value="')[1:] if each.partition('"')[0].endswith(f"-{number}")
    ]
    return browser.post(address, page.form("what").data(use=value.partition('"')[0], **typed))


def test_an_idea_fills_the_form_in_and_saves_nothing(manager_client, published_version):
    address = creating(None, "B4.6")
    response = use(manager_client, address, 1, **DUE)
    assert (response.status_code, summary_of(response)) == (200, [])
    fields = fields_of(response)
    asked = "what B4.6 (Acting outside the contract) asks at Foundation"
    assert fields["what"] == [f"Watch how somebody does {asked}, then do it together, and ask for comments."]
    assert (fields["kind"], fields["due_on_year"], fields[f"aim-{pk_of('B4.6')}"]) == (
        ["with-others"],
        [DUE["due_on_year"]],
        ["1"],
    )
    assert fields["measure"] == [""]
    assert not Goal.objects.filter(kind="with-others").exists()


def test_an_idea_takes_the_place_of_another_and_leaves_what_was_typed(manager_client, published_version):
    address = creating(None, "B4.6")
    first = fields_of(use(manager_client, address, 0))
    second = fields_of(use(manager_client, address, 1, what=first["what"], measure="My own measure"))
    assert second["what"][0].startswith("Watch how")
    assert second["measure"] == ["My own measure"]
    third = fields_of(use(manager_client, address, 0, what="My own words"))
    assert third["what"] == [f"My own words\n{first['what'][0]}"]


@pytest.mark.parametrize(
    "value", ["", "x", "1-2-3-4", "0-1-0", "{pk}-9-0", "{pk}-0-0", "{pk}-1-99", "{pk}-1--1", "{pk}-1-\0"]
)
def test_an_idea_that_is_none_changes_nothing(manager_client, published_version, value):
    response = manager_client.post(creating(), TYPED | {"use": value.format(pk=pk_of("B4.6"))})
    assert (
        response.status_code,
        ">\nWrite a guide</textarea>" in response.text or ">Write a guide</textarea>" in response.text,
    ) == (200, True)
    assert not Goal.objects.filter(what="Write a guide").exists()


def test_ideas_for_a_statement_chosen_on_the_page(manager_client, published_version):
    response = manager_client.post(creating(), {"ideas": "1", "what": HOSTILE, f"aim-{pk_of('B6.7')}": "2"})
    assert (response.status_code, fields_of(response)["what"]) == (200, [HOSTILE])
    assert "Practitioner in B6.7 Strategic risks asks:" in words_of(response)


def test_ideas_without_a_statement_ask_for_one(manager_client, published_version):
    response = manager_client.post(creating(), {"ideas": "1", "what": HOSTILE})
    assert (response.status_code, fields_of(response)["what"]) == (422, [HOSTILE])
    first = pk_of("A1.1")
    assert summary_of(response) == [("Choose a statement to see ideas for it", f"#aim-{first}")]
    assert (
        f'id="aim-{first}"'
        in response.text.partition('<details class="round-group" open')[2].partition("</details>")[0]
    )


# goal-detail


def test_goal_detail_shows_the_goal_and_how_it_goes(owner, nia, tomasz, goal):
    actions.add_goal_note(goal=goal, by=nia, text=f"One {HOSTILE}\ndone.")
    actions.add_goal_note(goal=goal, by=tomasz, text="Well done.")
    response = owner.get(path("goal-detail", goal))
    words = words_of(response)
    for each in (
        WHAT,
        "B4.6 Acting outside the contract: Practitioner",
        "On the job",
        "I chair one.",
        "You and Tomasz",
    ):
        assert each in words
    assert words.index(f"Nia Penŵydd {timezone.localdate().day}") < words.index("Tomasz Quillfeather " + str(TODAY.day))
    assert f"One {HOSTILE} done." in words
    links = links_of(response)
    assert (links["Mark as done"], links["Change this goal"], links["Drop this goal"]) == (
        path("goal-finish", goal),
        path("goal-edit", goal),
        path("goal-drop", goal),
    )


def test_goal_detail_is_the_line_managers_too_while_they_see_the_round(boss, nia, tomasz, talked, goal):
    response = boss.get(path("goal-detail", goal))
    assert "Nia Penŵydd’s goal" in words_of(response)
    assert links_of(response)["Mark as done"] == path("goal-finish", goal)
    confirm(talked, tomasz, nia)
    response = boss.get(path("goal-detail", goal))
    assert "Mark as done" not in links_of(response)
    assert "Save note" in words_of(response)
    end_line(nia)
    assert boss.get(path("goal-detail", goal)).status_code == 404


def test_goal_detail_hides_the_level_from_whoever_rates_first(sign_in, published_version):
    person, line_manager = make_user(name="Rhodri"), make_user()
    draft = make_assessment(person)
    rate_all(draft)
    goal = make_goal(person, ("B4.6", 3))
    share(draft, line_manager, rates_first=True)
    words = words_of(sign_in(line_manager).get(path("goal-detail", goal)))
    assert "B4.6 Acting outside the contract" in words
    assert "Expert" not in words
    assert "B4.6 Acting outside the contract: Expert" in words_of(sign_in(person).get(path("goal-detail", goal)))


def test_goal_detail_names_nobody_once_the_line_has_ended(owner, nia, goal):
    end_line(nia)
    words = words_of(owner.get(path("goal-detail", goal)))
    assert "Tomasz" not in words
    assert "Only you, until you share an assessment" in words


ROUTES = ("goal-detail", "goal-edit", "goal-note", "goal-finish", "goal-drop", "goal-outcome", "goal-reopen")


def test_a_goal_is_not_there_for_anybody_else(sign_in, client, boss, nia, goal, superuser):
    end_line(nia)
    browsers = [sign_in(make_user()), sign_in(superuser), boss]
    for name in ROUTES:
        for method in ("get", "post"):
            address = path(name, goal)
            expected = 405 if (name, method) in {("goal-detail", "post"), ("goal-reopen", "get")} else 404
            assert [getattr(each, method)(address, TYPED).status_code for each in browsers] == [expected] * 3
            response = getattr(client, method)(address)
            assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={address}")
    assert said(goal)[0] == WHAT


@pytest.mark.parametrize("place", ["draft", "closed", "none", "returned"])
def test_a_goal_of_ones_own_alone_is_not_there_for_the_line_manager(sign_in, published_version, place):
    person, line_manager = make_user(), make_user()
    make_line(person, line_manager)
    if place != "none":
        draft = make_assessment(person)
        rate_all(draft)
    goal = make_goal(person)
    if place == "closed":
        close(draft)
    elif place == "returned":
        actions.return_assessment(assessment=share(draft, line_manager), by=line_manager, reason="Again")
    browser = sign_in(line_manager)
    for name in ("goal-detail", "goal-edit", "goal-note", "goal-finish", "goal-drop"):
        assert browser.get(path(name, goal)).status_code == 404
    assert sign_in(person).get(path("goal-detail", goal)).status_code == 200


def test_goal_detail_takes_as_many_queries_for_one_note_as_for_many(owner, nia, tomasz, goal):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            owner.get(path("goal-detail", goal))
        counts.append(len(queries))
        for number in range(6):
            actions.add_goal_note(goal=goal, by=(nia, tomasz)[number % 2], text=f"Note {number}")
    assert counts[0] == counts[1] <= 8


# goal-edit


def test_goal_edit_changes_one(owner, goal):
    page = Page(owner.get(path("goal-edit", goal))).check()
    assert page.form("what").fields["revision"] == ["1"]
    data = page.form("what").data(**TYPED | {f"aim-{pk_of('B4.6')}": "", f"aim-{pk_of('A1.1')}": "3"})
    response = owner.post(path("goal-edit", goal), data, follow=True)
    assert response.redirect_chain == [(path("goal-detail", goal), 302)]
    assert said(goal) == ("Write a guide", "Legal agrees.\nSo do I.", "formal", IN_A_YEAR, [("A1.1", 3)])


def test_goal_edit_keeps_a_day_that_has_passed(owner, goal):
    past = TODAY - timedelta(days=3)
    Goal.objects.filter(pk=goal.pk).update(due_on=past)
    page = Page(owner.get(path("goal-edit", goal)))
    assert owner.post(path("goal-edit", goal), page.form("what").data(what="Write a guide")).status_code == 302
    assert said(goal)[3] == past
    earlier = past - timedelta(days=400)
    data = page.form("what").data(due_on_year=str(earlier.year))
    assert summary_of(owner.post(path("goal-edit", goal), data)) == [
        ("The date must be today or later", "#id_due_on_day")
    ]


def test_goal_edit_by_the_line_manager_in_the_conversation(boss, nia, talked, goal):
    confirm(talked, nia)
    data = Page(boss.get(path("goal-edit", goal))).form("what").data(what="Write a guide")
    response = boss.post(path("goal-edit", goal), data, follow=True)
    assert "the confirmation no longer counts" in words_of(response)
    assert said(goal)[0] == "Write a guide"


@pytest.mark.parametrize("name", ["goal-edit", "goal-finish", "goal-drop"])
def test_a_goal_is_not_changed_by_the_line_manager_once_agreed(boss, nia, tomasz, talked, goal, name):
    confirm(talked, tomasz, nia)
    for method in ("get", "post"):
        assert getattr(boss, method)(path(name, goal), TYPED).status_code == 403
    assert Goal.objects.get(pk=goal.pk).state == "open"


@pytest.mark.parametrize("name", ["goal-edit", "goal-finish", "goal-drop"])
def test_a_goal_that_is_over_is_not_changed(owner, nia, goal, name):
    actions.finish_goal(goal=goal, by=nia, outcome="There")
    for method in ("get", "post"):
        assert getattr(owner, method)(path(name, goal), TYPED | {"outcome": "Here"}).status_code == 403
    assert Goal.objects.get(pk=goal.pk).outcome == "There"


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("goal-edit", "save_goal"),
        ("goal-note", "add_goal_note"),
        ("goal-finish", "finish_goal"),
        ("goal-drop", "drop_goal"),
    ],
)
def test_a_goal_that_changed_between_page_and_lock_is_refused(owner, goal, monkeypatch, name, action):
    def too_late(**said):
        raise NotOpen

    monkeypatch.setattr(f"assessments.views.goals.{action}", too_late)
    assert owner.post(path(name, goal), TYPED | {"outcome": "x", "text": "x"}).status_code == 403


def test_goal_edit_shows_what_two_people_say_and_overwrites_nothing(owner, boss, goal):
    mine, theirs = (Page(each.get(path("goal-edit", goal))).form("what") for each in (owner, boss))
    there = theirs.data(what="Saved <there>", measure="", **{f"aim-{pk_of('A1.1')}": "3"})
    assert boss.post(path("goal-edit", goal), there).status_code == 302
    response = owner.post(path("goal-edit", goal), mine.data(what="Typed <here>"))
    assert response.status_code == 422
    assert summary_of(response) == [("This goal was changed meanwhile. Choose which one to keep.", "#discard")]
    words = words_of(response)
    assert "Saved <there> How will you learn it? On the job" in words
    assert "Left empty What is it for? A1.1 Risk management approach: Expert B4.6" in words
    fields = fields_of(response)
    assert (fields["what"], fields["revision"], "discard" in fields) == (["Typed <here>"], ["2"], False)
    assert said(goal)[0] == "Saved <there>"
    kept = Page(response).form("what")
    assert owner.post(path("goal-edit", goal), kept.data(discard="1")).status_code == 302
    assert said(goal)[0] == "Saved <there>"
    assert owner.post(path("goal-edit", goal), kept.data()).status_code == 302
    assert said(goal)[0] == "Typed <here>"


def test_goal_edit_saves_in_as_many_queries_for_one_statement_as_for_many(owner, goal):
    counts = []
    for codes in (["A1.1"], ["A1.2", "A1.3", "B4.3", "B6.1"]):
        data = Page(owner.get(path("goal-edit", goal))).form("what").data(what=str(codes))
        data |= {f"aim-{pk_of(code)}": "1" for code in codes}
        with CaptureQueriesContext(connection) as queries:
            assert owner.post(path("goal-edit", goal), data).status_code == 302
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 21


# goal-note


def test_goal_note_is_added_by_both(owner, boss, nia, tomasz, goal):
    for browser, text in ((owner, "One done.\r\nOne to go."), (boss, HOSTILE)):
        response = browser.post(path("goal-note", goal), {"text": text}, follow=True)
        assert response.redirect_chain == [(path("goal-detail", goal), 302)]
    assert [(note.by, note.text) for note in goal.notes.all()] == [(nia, "One done.\nOne to go."), (tomasz, HOSTILE)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Enter how it is going"),
        ("x" * 1001, "The note must be 1,000 characters or fewer. It has 1,001."),
        ("\0", f"The note {UNSTORABLE}"),
    ],
)
def test_goal_note_says_what_is_wrong(owner, goal, text, message):
    response = owner.post(path("goal-note", goal), {"text": text})
    assert (response.status_code, summary_of(response)) == (422, [(message, "#id_text")])
    assert not goal.notes.exists()


def test_goal_note_has_a_page_of_its_own(owner, goal):
    assert fields_of(owner.get(path("goal-note", goal)))["text"] == [""]


# goal-finish, goal-drop, goal-reopen


def test_goal_finish_keeps_what_came_of_it(owner, goal):
    assert fields_of(owner.get(path("goal-finish", goal)))["outcome"] == [""]
    response = owner.post(path("goal-finish", goal), {"outcome": f"I chaired\r\n{HOSTILE}"}, follow=True)
    words = words_of(response)
    assert "The goal is marked as done." in words
    assert f"What came of it I chaired {HOSTILE}" in words
    goal.refresh_from_db()
    assert (goal.state, goal.outcome) == ("done", f"I chaired\n{HOSTILE}")


def test_goal_finish_says_what_is_wrong(owner, goal):
    response = owner.post(path("goal-finish", goal), {"outcome": "x" * 1001})
    message = "What came of it must be 1,000 characters or fewer. It has 1,001."
    assert (response.status_code, summary_of(response)) == (422, [(message, "#id_outcome")])
    assert fields_of(response)["outcome"] == ["x" * 1001]


def test_goal_drop_asks_why(owner, goal):
    response = owner.post(path("goal-drop", goal), {"outcome": " "})
    assert (response.status_code, summary_of(response)) == (422, [("Enter why the goal is dropped", "#id_outcome")])
    response = owner.post(path("goal-drop", goal), {"outcome": "I changed posts."}, follow=True)
    assert "Why it was dropped I changed posts." in words_of(response)
    assert Goal.objects.get(pk=goal.pk).state == "dropped"


def test_goal_finish_by_the_line_manager_in_the_conversation(boss, goal):
    assert "What Nia Penŵydd did" in words_of(boss.get(path("goal-finish", goal)))
    assert boss.post(path("goal-finish", goal), {}).status_code == 302
    assert Goal.objects.get(pk=goal.pk).state == "done"


def test_goal_reopen_goes_on_with_one(owner, boss, nia, goal):
    assert owner.post(path("goal-reopen", goal)).status_code == 403
    actions.finish_goal(goal=goal, by=nia, outcome="I chaired one.")
    assert "Open this goal again" in words_of(owner.get(path("goal-detail", goal)))
    assert "Open this goal again" not in words_of(boss.get(path("goal-detail", goal)))
    assert boss.post(path("goal-reopen", goal)).status_code == 403
    response = owner.post(path("goal-reopen", goal), follow=True)
    assert "The goal is open again." in words_of(response)
    assert Goal.objects.get(pk=goal.pk).state == "open"


# goal-outcome


def test_goal_outcome_says_later_what_came_of_a_goal(owner, boss, nia, goal):
    assert "What came of it?" not in words_of(owner.get(path("goal-detail", goal)))
    actions.finish_goal(goal=goal, by=nia)
    assert "What came of it?" in words_of(owner.get(path("goal-detail", goal)))
    assert "What came of it?" not in words_of(boss.get(path("goal-detail", goal)))
    assert fields_of(owner.get(path("goal-outcome", goal)))["outcome"] == [""]
    response = owner.post(path("goal-outcome", goal), {"outcome": f"I chaired\r\n{HOSTILE}"}, follow=True)
    words = words_of(response)
    assert "What came of the goal is saved." in words
    assert f"What came of it I chaired {HOSTILE}" in words
    assert "What came of it?" not in words
    assert Goal.objects.get(pk=goal.pk).outcome == f"I chaired\n{HOSTILE}"


def test_goal_outcome_says_what_is_wrong(owner, nia, goal):
    actions.finish_goal(goal=goal, by=nia)
    for typed, message in (
        (" ", "Enter what came of it"),
        ("x" * 1001, "What came of it must be 1,000 characters or fewer. It has 1,001."),
    ):
        response = owner.post(path("goal-outcome", goal), {"outcome": typed})
        assert (response.status_code, summary_of(response)) == (422, [(message, "#id_outcome")])
    assert fields_of(response)["outcome"] == ["x" * 1001]


def test_goal_outcome_is_refused_to_whoever_has_none_to_say(owner, boss, nia, goal, monkeypatch):
    assert answers_to(owner, path("goal-outcome", goal)) == (403, 403)
    actions.finish_goal(goal=goal, by=nia)
    assert answers_to(boss, path("goal-outcome", goal)) == (403, 403)
    monkeypatch.setattr("assessments.views.goals.permissions.can_say_outcome", lambda user, goal: True)
    actions.add_goal_outcome(goal=goal, by=nia, outcome="Said")
    assert owner.post(path("goal-outcome", goal), {"outcome": "Again"}).status_code == 403


# goal-calendar


def test_goal_calendar_has_ones_own_open_goals(owner, boss, nia, goal):
    done = make_goal(nia, what="Finished")
    actions.finish_goal(goal=done, by=nia)
    response = owner.get(reverse("goal-calendar"))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="goals.ics"'
    assert response["Cache-Control"] == "no-store, private"
    text = response.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 1
    for line in (
        f"UID:goal-{goal.pk}@testserver",
        f"DTSTART;VALUE=DATE:{IN_A_YEAR:%Y%m%d}",
        f"SUMMARY:Goal due: {WHAT}",
        "DESCRIPTION:B4.6 Acting outside the contract: Practitioner\\nI chair one.",
        f"URL:http://testserver{path('goal-detail', goal)}",
    ):
        assert f"\r\n{line}\r\n" in text
    assert "VALARM" not in text
    assert "TRIGGER:-P14D" in owner.get(reverse("goal-calendar"), {"remind": "yes"}).content.decode()


def test_goal_calendar_without_an_open_goal_says_so(boss, goal):
    response = boss.get(reverse("goal-calendar"), follow=True)
    assert response.redirect_chain == [(reverse("goal-list"), 302)]
    assert "There is no open goal" in words_of(response)
