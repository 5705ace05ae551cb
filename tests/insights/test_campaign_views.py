"""The pages of campaigns: who gets them, what is asked and shown before one starts, and counts as released and never live."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from insights.actions.campaigns import end_campaign, start_campaign
from insights.actions.inviting import invite_next
from insights.models import Campaign, Invitation
from insights.models.rollup import Stage
from insights.progress import progress_of
from insights.views import campaigns
from people.actions import place_person
from people.models import AnalystGrant, User
from privacy.my_data import counts
from standards.models import Framework, Version
from tests.factories import make_assessment, make_organisation, make_user, rate_all, share
from tests.insights.figures import figures_of, make_release
from tests.pages import Page
from tests.people.factors import let_pass

pytestmark = pytest.mark.django_db

HOSTILE = "<b>&{{7*7}}</b> {% debug %} \"'><script>alert(1)</script>"
SIXTY = timedelta(days=60)
STAGES = {"not-started": 35, "started": 40, "shared": 25, "agreed": 10}


@pytest.fixture(scope="module")
def version(kept_for_the_module):
    return Version.objects.published().get()


@pytest.fixture(scope="module")
def department(version):
    return make_organisation(name="Department of Marchmains")


@pytest.fixture(scope="module")
def part(department):
    return make_organisation(name=f"Estates {HOSTILE}", parent=department)


@pytest.fixture(scope="module")
def analyst(department):
    """May look at the department and invite its people."""
    person = make_user(name="Ada Thistlewood")
    AnalystGrant.objects.create(analyst=person, organisation=department, may_invite=True)
    return person


@pytest.fixture(scope="module")
def onlooker(department):
    """May look at the department, and no more."""
    person = make_user(name="Otto Brackenbury")
    AnalystGrant.objects.create(analyst=person, organisation=department)
    return person


@pytest.fixture
def browser(sign_in, analyst):
    return sign_in(analyst)


@pytest.fixture
def begin(version, analyst):
    """``begin(department)`` starts a campaign that is due in sixty days."""

    def started(organisation, due_in=SIXTY, **fields):
        campaign = start_campaign(
            organisation=organisation,
            framework=version.framework,
            due_on=timezone.localdate() + SIXTY,
            remind_days=[14, 3],
            by=analyst,
        )
        due = timezone.localdate() + due_in
        Campaign.objects.filter(pk=campaign.pk).update(due_on=due, **fields)
        campaign.refresh_from_db()
        return campaign

    return started


@pytest.fixture
def released(version, department):
    """``released(days, {organisation: (campaigns, people)})`` is a release that was made so many days ago."""

    def made(days, figures):
        numbers = {
            organisation: figures_of(version, 2, campaigns=campaigns, stages={"not-started": people})
            for organisation, (campaigns, people) in figures.items()
        }
        made_at = timezone.now() - timedelta(days=days)
        return make_release(department, version.framework, numbers, made_at=made_at)

    return made


def start_path(organisation):
    return reverse("campaign-start", args=[organisation.pk])


def detail_path(campaign):
    return reverse("campaign-detail", args=[campaign.pk])


def typed(ahead=SIXTY, step="check", **changes):
    day = timezone.localdate() + ahead
    said = {"due_on_day": day.day, "due_on_month": day.month, "due_on_year": day.year, "remind_days": [14, 3]}
    return said | {"step": step} | changes


def words_of(response):
    return Page(response).text


def in_words(day):
    return f"{day.day} {day:%B %Y}"


# Who gets them


def test_the_pages_are_for_those_who_see_the_organisation_and_starting_and_ending_for_those_who_may_invite(
    sign_in, begin, department, analyst, onlooker, superuser, stranger
):
    campaign = begin(department)
    place_person(person=stranger, organisation=department)
    reads = [reverse("campaign-list", args=[department.pk]), detail_path(campaign)]
    changes = [start_path(department), reverse("campaign-end", args=[campaign.pk])]
    for person, read, change in (
        (analyst, 200, 200),
        (onlooker, 200, 403),
        (superuser, 404, 404),
        (stranger, 404, 404),
    ):
        browser = sign_in(person)
        assert [browser.get(path).status_code for path in reads] == [read] * 2
        assert [browser.get(path).status_code for path in changes] == [change] * 2
        posted = [browser.post(path).status_code for path in reads]
        assert posted == [405, 405]
        if change != 200:
            assert [browser.post(path, typed(step="start")).status_code for path in changes] == [change] * 2
    assert Campaign.objects.get().is_standing


def test_campaign_start_asks_who_it_is_first_and_then_shows_the_same_check(browser, department):
    let_pass(browser, 15 * 60 + 1)
    assert browser.get(start_path(department)).url.startswith("/accounts/reauthenticate/")
    assert browser.post(start_path(department), typed(step="start")).url.startswith("/accounts/reauthenticate/")
    assert not Campaign.objects.exists()


# The list


def test_campaign_list_has_those_that_stand_are_over_and_lie_around(browser, begin, department, part):
    past = begin(department, due_in=timedelta(days=-1), opened_on=timezone.localdate() - SIXTY)
    ended = begin(department)
    end_campaign(campaign=ended)
    standing = begin(department)
    response = browser.get(reverse("campaign-list", args=[department.pk]))
    links = re.findall(r'href="(/campaigns/\d+/)"', response.content.decode())
    assert links == [detail_path(each) for each in (standing, ended, past)]
    said = words_of(browser.get(reverse("campaign-list", args=[part.pk])))
    assert f"Under way above or below it Department of Marchmains, by {in_words(standing.due_on)}" in said
    assert "No campaign of Estates" in said


def test_campaign_list_leads_to_those_around_it_that_may_be_seen(sign_in, browser, begin, department, part):
    campaign = begin(department)
    of_part = make_user()
    AnalystGrant.objects.create(analyst=of_part, organisation=part)
    for person, leads in ((browser, True), (sign_in(of_part), False)):
        response = person.get(reverse("campaign-list", args=[part.pk]))
        assert f"Department of Marchmains, by {in_words(campaign.due_on)}" in words_of(response)
        assert (f'href="{detail_path(campaign)}"' in response.content.decode()) is leads


def test_campaign_list_offers_to_start_one_to_whom_it_may_be_offered(sign_in, browser, onlooker, begin, department):
    path = reverse("campaign-list", args=[department.pk])
    assert "Start a campaign" in words_of(browser.get(path))
    assert "lets an analyst start and end them" in words_of(sign_in(onlooker).get(path))
    begin(department)
    assert "Why you cannot start one now" in words_of(browser.get(path))


def test_campaign_list_takes_as_many_queries_for_one_as_for_many(browser, begin, department):
    counts = []
    for _ in range(2):
        end_campaign(campaign=begin(department))
        begin(department)
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("campaign-list", args=[department.pk]))
        counts.append(len(queries))
        Campaign.objects.update(ended_at=timezone.now())
    assert counts[0] == counts[1]


# Starting


def test_campaign_start_shows_what_will_happen_and_starts_nothing(browser, department, released):
    released(3, {department: ({}, 205)})
    response = browser.post(start_path(department), typed())
    said = words_of(response)
    due = in_words(timezone.localdate() + SIXTY)
    assert response.status_code == 200
    assert "About 215 people work in Department of Marchmains" in said
    assert f"You are invited to assess yourself by {due}" in said
    assert f"Your organisation invites you to assess yourself against the standards by {due}." in said
    assert "14 days before, 3 days before" in said
    assert "Never who, and no answers" in said
    assert f"agreed one since {in_words(timezone.localdate() - SIXTY)}" in said
    assert not Campaign.objects.exists()


def test_campaign_start_counts_nobody_live(browser, department):
    for _ in range(7):
        make_user(organisation=department)
    said = words_of(browser.post(start_path(department), typed()))
    assert "How many they are is not known here yet" in said
    assert not re.search(r"\b(7|seven)\b", said.split("Who is invited")[1].split("What they get")[0])


def test_campaign_start_shows_a_small_number_as_fewer_than_five(browser, part, department, version):
    figures = figures_of(version, 0, stages={"not-started": 0})
    make_release(department, version.framework, {part: figures}, made_at=timezone.now())
    assert "Fewer than 5 people work in" in words_of(browser.post(start_path(part), typed()))


def test_the_check_starts_it_with_what_was_typed(browser, department, analyst):
    checked = Page(browser.post(start_path(department), typed(remind_days=[28, 1])))
    response = browser.post(start_path(department), checked.form("due_on_day").data(step="start"))
    campaign = Campaign.objects.get()
    assert response.url == detail_path(campaign)
    assert (campaign.due_on, campaign.remind_days, campaign.started_by) == (
        timezone.localdate() + SIXTY,
        [28, 1],
        analyst,
    )
    assert "The campaign has started" in words_of(browser.get(response.url))


def test_the_check_leads_back_to_a_form_that_holds_what_was_typed(browser, department):
    response = browser.post(start_path(department), typed(step="change", remind_days=[7]))
    form = Page(response).form("due_on_day")
    assert response.status_code == 200
    assert form.fields["remind_days"] == ["7"]
    assert form.fields["due_on_year"] == [str((timezone.localdate() + SIXTY).year)]


@pytest.mark.parametrize("step", ["check", "start", "change", ""])
@pytest.mark.parametrize(
    ("changes", "problem", "href"),
    [
        (
            {"due_on_day": "", "due_on_month": "", "due_on_year": ""},
            "Enter the day by which people are to share their assessment",
            "id_due_on_day",
        ),
        ({"due_on_day": "31", "due_on_month": "2"}, "The day must be a real date", "id_due_on_day"),
        ({"due_on_year": "2199"}, "The day must be within a year from today", "id_due_on_day"),
        ({"due_on_year": "2019"}, "The day must be in the future", "id_due_on_day"),
        ({"remind_days": ["14", "5"]}, "Choose from the reminders shown", "id_remind_days"),
        ({"remind_days": [HOSTILE]}, "Choose from the reminders shown", "id_remind_days"),
    ],
)
def test_campaign_start_refuses_what_cannot_be_and_keeps_what_was_typed(
    browser, department, changes, problem, href, step
):
    response = browser.post(start_path(department), typed(step=step) | changes)
    assert response.status_code == 422
    page = Page(response).check()
    assert page.errors == {href: problem}
    assert HOSTILE not in page.html
    form = page.form("due_on_day")
    assert form.fields["due_on_year"] == [str((typed() | changes)["due_on_year"])]
    assert not Campaign.objects.exists()


def test_campaign_start_refuses_a_reminder_before_the_invitation(browser, department):
    response = browser.post(start_path(department), typed(timedelta(days=10)))
    said = words_of(response)
    assert response.status_code == 422
    assert said.count("A reminder 14 days before would come no later than the invitation. Choose later ones") == 2


@pytest.mark.parametrize("above", [True, False])
def test_campaign_start_says_what_stands_in_the_way(browser, begin, department, part, above):
    standing = begin(department if above else part)
    path = start_path(part if above else department)
    response = browser.get(path)
    said = words_of(response)
    assert response.status_code == 200
    assert "You cannot start a campaign now" in said
    assert f"by {in_words(standing.due_on)}" in said
    assert browser.post(path, typed(step="start")).status_code == 403
    assert Campaign.objects.count() == 1


def test_campaign_start_says_that_no_standards_are_open(browser, department, version):
    Version.objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    assert "No standards are open for new assessments" in words_of(browser.get(start_path(department)))


def test_campaign_start_asks_which_standards_where_there_are_several(browser, department, begin, version, monkeypatch):
    other = Framework.objects.create(slug="other", title="Other standards")
    number_one = Version.objects.create(framework=other, number="1.0")
    manager = type(Version.objects.all())
    both = [version, number_one]
    monkeypatch.setattr(manager, "latest_of_each_framework", lambda rows: both)
    monkeypatch.setattr(manager, "open_for_rounds", lambda rows: rows.filter(pk__in=[each.pk for each in both]))
    response = browser.post(start_path(department), typed())
    assert Page(response).check().errors == {"id_framework": "Choose the standards"}
    browser.post(start_path(department), typed(step="start", framework="other"))
    assert Campaign.objects.get().framework == other
    # Of the one that is left nobody is asked.
    assert "Which standards?" not in words_of(browser.get(start_path(department)))


def test_who_starts_one_while_another_begins_is_told(browser, department, begin, monkeypatch):
    begin(department)
    first = iter([([Campaign.objects.get().framework], [])])
    real = campaigns._choices
    monkeypatch.setattr(campaigns, "_choices", lambda organisation: next(first, None) or real(organisation))
    response = browser.post(start_path(department), typed(step="start"), follow=True)
    assert "You cannot start a campaign now" in words_of(response)
    assert Campaign.objects.count() == 1


# What has come of it


def test_campaign_detail_shows_the_figures_of_the_latest_release(browser, begin, department, released):
    campaign = begin(department, started_at=timezone.now() - SIXTY)
    released(40, {department: ({campaign.pk: {"not-started": 105, "started": 5}}, 205)})
    latest = released(4, {department: ({campaign.pk: STAGES}, 205)})
    response = browser.get(detail_path(campaign))
    said = words_of(response)
    made_on = in_words(timezone.localdate(latest.made_at))
    assert f"110 people had been invited by {made_on}." in said
    rows = re.findall(
        r'<tr><th scope="row"><b>(.*?)</b>.*?<td class="portal-number">(.*?)</td>', response.content.decode()
    )
    assert rows == [("Not started", "35"), ("Started", "40"), ("Shared", "25"), ("Agreed", "10"), ("Invited", "110")]
    title = "110 invited. Not started: 35, Started: 40, Shared: 25, Agreed: 10"
    assert f"<title>{title}</title>" in response.content.decode()
    next_on = timezone.localdate(latest.made_at) + timedelta(days=30)
    assert f"The next figures come on {in_words(next_on)} at the earliest." in said


def test_campaign_detail_writes_small_numbers_as_fewer_than_five(browser, begin, department, released):
    campaign = begin(department, started_at=timezone.now() - SIXTY)
    released(4, {department: ({campaign.pk: {"not-started": 5}}, 205)})
    rows = re.findall(r'<td class="portal-number">(.*?)</td>', browser.get(detail_path(campaign)).content.decode())
    assert rows == ["5", "fewer than 5", "fewer than 5", "fewer than 5", "5"]
    released(3, {department: ({}, 205)})
    response = browser.get(detail_path(campaign))
    assert "Fewer than 5 people had been invited" in words_of(response)
    assert "<svg" not in response.content.decode()


def test_campaign_detail_shows_nothing_live_before_the_first_release(browser, begin, department, part, released):
    last = released(4, {department: ({}, 205)})
    campaign = begin(department)
    before = words_of(browser.get(detail_path(campaign)))
    for _ in range(6):
        make_user(organisation=part)
    invite_next(campaign_id=campaign.pk)
    assert Invitation.objects.count() == 6
    assert words_of(browser.get(detail_path(campaign))) == before
    day = timezone.localdate(last.made_at) + timedelta(days=30)
    assert f"No figures yet. They come on {in_words(day)} at the earliest." in before
    assert "Why not live" in before


def test_campaign_detail_without_any_release_names_tomorrow(browser, begin, department):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert f"They come on {in_words(tomorrow)} at the earliest." in words_of(
        browser.get(detail_path(begin(department)))
    )


def test_the_figures_of_a_campaign_that_is_over_are_the_first_after_its_end_and_before_the_next(
    begin, department, released
):
    now, day = timezone.now(), timezone.localdate()
    over = begin(
        department,
        due_in=timedelta(days=-100),
        opened_on=day - timedelta(days=150),
        started_at=now - timedelta(days=150),
    )
    for days, people in ((120, 5), (90, 10), (60, 15)):
        released(days, {department: ({over.pk: {"agreed": people}}, 205)})
    assert progress_of(over).invited.people == 10
    begin(department, started_at=now - timedelta(days=95))
    assert progress_of(over).invited.people == 5


def test_a_campaign_that_was_over_before_any_release_says_so(browser, begin, department):
    day = timezone.localdate()
    over = begin(
        department,
        due_in=timedelta(days=-10),
        opened_on=day - timedelta(days=40),
        started_at=timezone.now() - timedelta(days=40),
    )
    assert "No figures were made while people could be counted for it." in words_of(browser.get(detail_path(over)))


def test_every_stage_has_its_meaning(begin, department, released):
    campaign = begin(department, started_at=timezone.now() - SIXTY)
    released(4, {department: ({campaign.pk: STAGES}, 205)})
    progress = progress_of(campaign)
    assert [line.name for line in progress.lines] == Stage.labels
    assert all(line.meaning for line in progress.lines)
    assert len(progress.key) == 4


def test_hostile_names_are_drawn_as_text(browser, begin, part, released):
    campaign = begin(part, started_at=timezone.now() - SIXTY)
    released(4, {part: ({campaign.pk: STAGES}, 205)})
    paths = [
        reverse("campaign-list", args=[part.pk]),
        start_path(part),
        detail_path(campaign),
        reverse("campaign-end", args=[campaign.pk]),
    ]
    for path in paths:
        content = browser.get(path).content.decode()
        assert "<script>alert(1)" not in content
        assert "<b>&{{7*7}}" not in content
        assert "{{7*7}}" in content


# Ending


def test_campaign_end_ends_it_once(browser, begin, department):
    campaign = begin(department)
    path = reverse("campaign-end", args=[campaign.pk])
    assert "Nobody else is invited" in words_of(browser.get(path))
    assert "The campaign has ended" in words_of(browser.post(path, follow=True))
    campaign.refresh_from_db()
    assert campaign.ended_on == timezone.localdate()
    assert browser.get(path).url == detail_path(campaign)
    said = words_of(browser.post(path, follow=True))
    assert "The campaign was over already" in said
    assert f"Ended on {in_words(timezone.localdate())}" in said
    assert "End the campaign" not in said


# Whoever is invited


@pytest.fixture
def invited(begin, department, contract_manager):
    place_person(person=contract_manager, organisation=department)
    campaign = begin(department)
    invite_next(campaign_id=campaign.pk)
    return campaign


def invites(browser):
    return "Your organisation invites you to assess yourself" in words_of(browser.get(reverse("assessment-list")))


def test_the_page_of_assessments_says_by_when_until_one_is_shared(
    manager_client, contract_manager, line_manager, invited
):
    said = words_of(manager_client.get(reverse("assessment-list")))
    title = "Contract Management Professional Standards"
    assert (
        f"Your organisation invites you to assess yourself against the {title}, and to share it with your line manager, "
        f"by {in_words(invited.due_on)}. It sees counts, never who or what you answered."
    ) in said
    assessment = make_assessment(contract_manager)
    rate_all(assessment)
    assert invites(manager_client)
    share(assessment, line_manager)
    assert not invites(manager_client)


@pytest.mark.parametrize("how", ["ended", "over", "moved", "nobody"])
def test_the_page_of_assessments_says_nothing_where_nothing_stands(
    manager_client, sign_in, stranger, contract_manager, invited, how
):
    browser = manager_client
    match how:
        case "ended":
            end_campaign(campaign=invited)
        case "over":
            day = timezone.localdate()
            Campaign.objects.update(opened_on=day - SIXTY, due_on=day - timedelta(days=1))
        case "moved":
            place_person(person=contract_manager, organisation=None)
        case "nobody":
            browser = sign_in(stranger)
    assert not invites(browser)


def test_no_other_page_asks_for_invitations(manager_client, invited):
    for path in ("/goals/", "/team/", "/account/", "/help/"):
        with CaptureQueriesContext(connection) as queries:
            manager_client.get(path)
        assert not [each for each in queries if Invitation._meta.db_table in each["sql"]]


def test_the_notice_leads_to_the_page_of_assessments(manager_client, contract_manager, invited):
    notice = contract_manager.notices.get()
    assert manager_client.post(reverse("notice-open", args=[notice.pk])).url == reverse("assessment-list")


def test_ones_own_data_has_the_invitation(contract_manager, invited):
    assert ("Campaigns that invited you", 1) in counts(contract_manager)
    assert User.objects.get(pk=contract_manager.pk).invitations.count() == 1
