"""The pages of who is whose line manager."""

import pytest
from django.urls import reverse

from people.actions import MOST_ASKED_IN_A_DAY, end_line, name_line_manager
from people.models import ReportingLine
from tests.factories import make_user
from tests.people.lines import STATES, make_line

pytestmark = pytest.mark.django_db
LINE = "/line-manager/"


def answer(line):
    return f"{LINE}{line.pk}/"


def html_of(response):
    return response.content.decode()


def states():
    return [line.state for line in ReportingLine.objects.order_by("pk")]


def test_line_detail_says_what_to_do_without_one(manager_client):
    html = html_of(manager_client.get(LINE))
    assert "You have no line manager here yet" in html
    assert "Name your line manager" in html
    assert "Earlier" not in html


def test_line_detail_after_a_line_has_ended(manager_client, contract_manager, line_manager):
    end_line(line=make_line(contract_manager, line_manager), ended_by=contract_manager)
    assert "You have no line manager here now." in html_of(manager_client.get(LINE))


@pytest.mark.parametrize("email", ["tomasz@example.com", "Nobody@Example.org"])
def test_line_detail_answers_the_same_whether_or_not_the_address_is_known(manager_client, line_manager, email):
    response = manager_client.post(LINE, {"email": email})
    assert (response.status_code, response.url) == (302, LINE)
    html = html_of(manager_client.get(LINE))
    assert f"We have asked {email.lower()}" in html
    assert "Quillfeather" not in html
    blank = html.replace(email.lower(), "ADDRESS")
    assert blank.count("ADDRESS") == 2
    assert "They accept or decline once they sign in with that address" in blank


def test_line_detail_shows_who_it_is_once_they_have_accepted(manager_client, contract_manager, line_manager):
    line = make_line(contract_manager, line_manager)
    html = html_of(manager_client.get(LINE))
    assert "<strong>Tomasz Quillfeather</strong> has been your line manager here since" in html
    assert f'href="{LINE}{line.pk}/end/"' in html


def test_line_detail_says_that_an_account_is_closed(manager_client, contract_manager, line_manager):
    make_line(contract_manager, line_manager)
    line_manager.is_active = False
    line_manager.save()
    assert "This account has been closed since: name somebody else" in html_of(manager_client.get(LINE))


@pytest.mark.parametrize("state", ["declined", "withdrawn", "ended"])
def test_line_detail_keeps_those_before(manager_client, contract_manager, line_manager, state):
    make_line(contract_manager, line_manager, state=state)
    html = html_of(manager_client.get(LINE))
    assert html.count(f"{state} on ") == 1
    assert ("Tomasz Quillfeather" in html) == (state == "ended")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Enter your line manager’s e-mail address"),
        ("nonsense", "Enter an e-mail address in the correct format, like name@example.com"),
        ("a\0b@example.com", "The e-mail address must not contain a NUL character"),
        (
            f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'z' * 60}.{'z' * 20}.org",
            "The e-mail address must be 254 characters or fewer",
        ),
        ("NIA@example.com", "Enter the address of somebody else. This one is yours"),
        ("waiting@example.org", "Enter another address. You have named this one already"),
    ],
)
def test_line_detail_refuses_at_the_field_and_keeps_what_was_typed(manager_client, contract_manager, typed, error):
    name_line_manager(person=contract_manager, email="waiting@example.org", asked_by=contract_manager)
    response = manager_client.post(LINE, {"email": typed})
    html = html_of(response)
    assert response.status_code == 422
    assert html.count("<title>Error: Your line manager – ") == 1
    assert f'<a href="#id_email">{error}</a>' in html
    assert "\0" in typed or not typed or f'value="{typed}"' in html
    assert states() == ["waiting"]


def test_line_detail_refuses_the_eleventh_in_a_day(manager_client, contract_manager):
    for number in range(MOST_ASKED_IN_A_DAY):
        name_line_manager(person=contract_manager, email=f"p{number}@example.org", asked_by=contract_manager)
    response = manager_client.post(LINE, {"email": "one.more@example.org"})
    assert response.status_code == 422
    assert "You have named 10 addresses within a day" in html_of(response)


@pytest.mark.parametrize("lines", [1, 8])
def test_line_detail_costs_the_same_with_few_and_many(
    manager_client, contract_manager, line_manager, lines, django_assert_num_queries
):
    for _ in range(lines):
        make_line(contract_manager, line_manager, state="ended")
    with django_assert_num_queries(3):  # session, user, lines with their people
        manager_client.get(LINE)


@pytest.mark.parametrize(
    ("chosen", "state", "says"),
    [("accept", "accepted", "You have accepted"), ("decline", "declined", "You have declined")],
)
def test_line_answer_accepts_and_declines(sign_in, contract_manager, line_manager, chosen, state, says):
    line = make_line(contract_manager, line_manager, state="waiting")
    browser = sign_in(line_manager)
    html = html_of(browser.get(answer(line)))
    assert "Nia Penŵydd names you as their line manager</h1>" in html
    assert "You see only what they share with you" in html
    response = browser.post(answer(line), {"answer": chosen})
    assert (response.status_code, response.url) == (302, answer(line))
    assert states() == [state]
    html = html_of(browser.get(answer(line)))
    assert says in html
    assert 'name="answer"' not in html


@pytest.mark.parametrize("typed", [{}, {"answer": ""}, {"answer": "perhaps"}, {"answer": "\0"}])
def test_line_answer_asks_again_for_anything_else(sign_in, contract_manager, line_manager, typed):
    line = make_line(contract_manager, line_manager, state="waiting")
    response = sign_in(line_manager).post(answer(line), typed)
    assert response.status_code == 422
    html = html_of(response)
    assert '<a href="#answer">Choose Accept or Decline</a>' in html
    assert 'id="answer"' in html
    assert states() == ["waiting"]


@pytest.mark.parametrize("state", [state for state in STATES if state != "waiting"])
def test_line_answer_of_a_page_that_is_out_of_date_changes_nothing(sign_in, contract_manager, line_manager, state):
    line = make_line(contract_manager, line_manager, state=state)
    browser = sign_in(line_manager)
    response = browser.post(answer(line), {"answer": "accept"})
    assert (response.status_code, response.url) == (302, answer(line))
    assert states() == [state]
    assert "This request was answered or withdrawn meanwhile" in html_of(browser.get(answer(line)))


@pytest.mark.parametrize(
    ("state", "names"), [("withdrawn", False), ("ended", False), ("declined", False), ("accepted", True)]
)
def test_line_answer_names_nobody_once_it_is_over(sign_in, contract_manager, line_manager, state, names):
    line = make_line(contract_manager, line_manager, state=state)
    assert ("Nia Penŵydd" in html_of(sign_in(line_manager).get(answer(line)))) == names


@pytest.mark.parametrize("who", ["contract_manager", "stranger", "editor", "superuser"])
def test_line_answer_is_not_there_for_others(request, sign_in, contract_manager, line_manager, who):
    line = make_line(contract_manager, line_manager, state="waiting")
    browser = sign_in(request.getfixturevalue(who))
    assert browser.get(answer(line)).status_code == 404
    assert browser.post(answer(line), {"answer": "accept"}).status_code == 404
    assert states() == ["waiting"]


def test_line_answer_is_not_there_for_an_address_that_is_not_confirmed(sign_in, contract_manager):
    newcomer = make_user(is_verified=False)
    line = name_line_manager(person=contract_manager, email=newcomer.email, asked_by=contract_manager)
    assert sign_in(newcomer).get(answer(line)).status_code == 404


def test_line_withdraw_takes_the_request_back(manager_client, contract_manager, line_manager):
    line = make_line(contract_manager, line_manager, state="waiting")
    assert f'action="{answer(line)}withdraw/"' in html_of(manager_client.get(LINE))
    assert manager_client.get(f"{answer(line)}withdraw/").status_code == 405
    assert manager_client.post(f"{answer(line)}withdraw/").url == LINE
    assert states() == ["withdrawn"]
    assert "Your request is withdrawn" in html_of(manager_client.get(LINE))


def test_line_withdraw_of_a_page_that_is_out_of_date_ends_nothing(manager_client, contract_manager, line_manager):
    line = make_line(contract_manager, line_manager)
    manager_client.post(f"{answer(line)}withdraw/")
    assert states() == ["accepted"]
    assert "Your request was answered or withdrawn meanwhile" in html_of(manager_client.get(LINE))


@pytest.mark.parametrize(("who", "status"), [("line_manager", 403), ("stranger", 404), ("superuser", 404)])
def test_line_withdraw_is_the_persons(request, sign_in, contract_manager, line_manager, who, status):
    line = make_line(contract_manager, line_manager, state="waiting")
    assert sign_in(request.getfixturevalue(who)).post(f"{answer(line)}withdraw/").status_code == status
    assert states() == ["waiting"]


@pytest.mark.parametrize(
    ("who", "title", "onward"),
    [
        ("contract_manager", "Is Tomasz Quillfeather no longer your line manager?", LINE),
        ("line_manager", "Are you no longer the line manager of Nia Penŵydd?", reverse("team-list")),
    ],
)
def test_line_end_asks_and_ends(request, sign_in, contract_manager, line_manager, who, title, onward):
    line = make_line(contract_manager, line_manager)
    browser = sign_in(request.getfixturevalue(who))
    assert f"{title}</h1>" in html_of(browser.get(f"{answer(line)}end/"))
    assert states() == ["accepted"]
    assert browser.post(f"{answer(line)}end/").url == onward
    assert states() == ["ended"]


@pytest.mark.parametrize("state", [state for state in STATES if state != "accepted"])
@pytest.mark.parametrize("who", ["contract_manager", "line_manager"])
def test_line_end_is_for_a_live_line(request, sign_in, contract_manager, line_manager, who, state):
    line = make_line(contract_manager, line_manager, state=state)
    browser = sign_in(request.getfixturevalue(who))
    assert [browser.get(f"{answer(line)}end/").status_code, browser.post(f"{answer(line)}end/").status_code] == [
        403,
        403,
    ]
    assert states() == [state]


@pytest.mark.parametrize("who", ["stranger", "superuser"])
def test_line_end_is_not_there_for_others(request, sign_in, contract_manager, line_manager, who):
    line = make_line(contract_manager, line_manager)
    assert sign_in(request.getfixturevalue(who)).post(f"{answer(line)}end/").status_code == 404
    assert states() == ["accepted"]


def test_a_former_line_manager_is_not_led_to_the_person(sign_in, contract_manager, line_manager):
    line = make_line(contract_manager, line_manager, state="ended")
    line_manager.emailaddress_set.all().delete()
    assert sign_in(line_manager).get(answer(line)).status_code == 404


def test_somebody_signed_out_is_asked_to_sign_in(client, contract_manager, line_manager):
    line = make_line(contract_manager, line_manager)
    paths = [LINE, answer(line), f"{answer(line)}end/"]
    assert [client.get(path).url for path in paths] == [f"/accounts/login/?next={path}" for path in paths]
