"""The pages of a person's notices, and of which they get by e-mail."""

from datetime import date

import pytest

from people.actions import choose_notices, notify
from people.models import Notice, NoticeChoice
from people.views.notices import NOTICES_ON_A_PAGE

pytestmark = pytest.mark.django_db
NOTICES, CHOICE = "/notices/", "/account/notices/"


@pytest.fixture
def tell(contract_manager, stranger):
    def tell(kind="shared", *, recipient=contract_manager, path="/assessments/", **fields):
        return notify(recipient=recipient, kind=kind, actor=stranger, path=path, **fields)

    return tell


def html_of(response):
    return response.content.decode()


def test_notice_list_says_what_comes_there_while_it_is_empty(manager_client):
    html = html_of(manager_client.get(NOTICES))
    assert "Nothing yet" in html
    assert f'href="{CHOICE}"' in html


def test_notice_list_shows_ones_own_the_newest_first(manager_client, line_manager, tell):
    tell("goal-due", due_on=date(2026, 12, 3))
    tell("shared")
    tell("agreed", recipient=line_manager)
    html = html_of(manager_client.get(NOTICES))
    first, second = html.index("Zofia Dąbrówka has shared"), html.index("A goal of yours is due on 3 December 2026")
    assert first < second
    assert "2 are unread" in html
    assert html.count(">Unread<") == 2
    assert "the assessment is agreed" not in html


def test_notice_list_keeps_a_name_as_text(manager_client, stranger, tell):
    stranger.name = "<script>alert(1)</script>"
    stranger.save()
    tell()
    html = html_of(manager_client.get(NOTICES))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; has shared" in html
    assert "<script>alert" not in html


def test_reading_the_list_changes_nothing_and_a_post_marks_all_read(
    manager_client, contract_manager, line_manager, tell
):
    tell(), tell(), tell(recipient=line_manager)
    manager_client.get(NOTICES)
    assert Notice.objects.unread().count() == 3
    assert manager_client.post(NOTICES).url == NOTICES
    assert list(Notice.objects.unread().values_list("recipient", flat=True)) == [line_manager.pk]
    html = html_of(manager_client.get(NOTICES))
    assert "All notices are marked as read" in html
    assert "None is unread" in html
    assert "Mark all as read" not in html


@pytest.mark.parametrize(
    ("path", "onward"), [("/assessments/", "/assessments/"), ("", NOTICES), ("//evil.example/", NOTICES)]
)
def test_notice_open_marks_it_read_and_leads_on(manager_client, contract_manager, tell, path, onward):
    notice, other = tell(path=path), tell()
    assert manager_client.get(f"{NOTICES}{notice.pk}/").status_code == 405
    assert manager_client.post(f"{NOTICES}{notice.pk}/").url == onward
    assert list(Notice.objects.unread()) == [other]


@pytest.mark.parametrize("who", ["stranger", "superuser"])
def test_notice_open_is_ones_own(request, sign_in, tell, who):
    notice = tell()
    assert sign_in(request.getfixturevalue(who)).post(f"{NOTICES}{notice.pk}/").status_code == 404
    assert Notice.objects.unread().count() == 1


@pytest.mark.parametrize("page", ["", "1", "2", "99", "nonsense", "\0", "9" * 40])
def test_notice_list_comes_in_pages(manager_client, tell, page):
    for _ in range(NOTICES_ON_A_PAGE + 2):
        tell()
    html = html_of(manager_client.get(NOTICES, {"page": page}))
    is_last = page in ("2", "99", "9" * 40)
    assert html.count('class="notices__notice"') == (2 if is_last else NOTICES_ON_A_PAGE)
    assert ("Newer notices" in html, "Older notices" in html) == (is_last, not is_last)


@pytest.mark.parametrize("notices", [1, NOTICES_ON_A_PAGE])
def test_notice_list_costs_the_same_with_one_and_many(manager_client, tell, notices, django_assert_num_queries):
    for _ in range(notices):
        tell()
    with django_assert_num_queries(5):  # session, user, how many, the page with its actors, unread
        manager_client.get(NOTICES)


def test_notice_choose_begins_with_every_kind(manager_client):
    html = html_of(manager_client.get(CHOICE))
    assert html.count('type="checkbox"') == html.count(" checked") == len(Notice.Kind)


def test_notice_choose_saves_what_is_ticked(manager_client, contract_manager):
    response = manager_client.post(CHOICE, {"kinds_1": ["line-asked"], "kinds_4": ["agreed", "ready-to-confirm"]})
    assert (response.status_code, response.url) == (302, CHOICE)
    wanted = {"line-asked", "agreed", "ready-to-confirm"}
    kept = set(NoticeChoice.objects.filter(user=contract_manager).values_list("kind", flat=True))
    assert kept == set(Notice.Kind.values) - wanted
    html = html_of(manager_client.get(CHOICE))
    assert "Your choice is saved" in html
    assert html.count(" checked") == 3


@pytest.mark.parametrize("typed", ["agreed", "nonsense", "\0"])
def test_notice_choose_refuses_what_is_not_in_the_group(manager_client, contract_manager, typed):
    choose_notices(user=contract_manager, by_email=["agreed"])
    response = manager_client.post(CHOICE, {"kinds_1": ["line-asked", typed]})
    assert response.status_code == 422
    html = html_of(response)
    assert '<a href="#id_kinds_1">Choose from the kinds of notice in the list</a>' in html
    assert 'id="id_kinds_1"' in html
    assert NoticeChoice.objects.filter(user=contract_manager).count() == len(Notice.Kind) - 1


def test_somebody_signed_out_is_asked_to_sign_in(client):
    assert [client.get(path).url for path in (NOTICES, CHOICE)] == [
        f"/accounts/login/?next={path}" for path in (NOTICES, CHOICE)
    ]


def test_account_detail_says_how_many_are_unread(manager_client, tell):
    assert "unread)" not in html_of(manager_client.get("/account/"))
    tell()
    assert "(1 unread)" in html_of(manager_client.get("/account/"))
