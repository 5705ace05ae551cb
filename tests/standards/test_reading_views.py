"""Who may open a version, what caches are told about its pages, and what a page costs."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from standards import actions, release
from standards.models import Area, Version
from standards.views import reading
from tests.standards.versions import make_whole_version

pytestmark = pytest.mark.django_db

FRAMEWORK = "contract-management"
# Every page of a version that is drawn from its tree and library, with what its address needs.
PAGES = {
    "version-detail": {},
    "area-detail": {"area_code": "B4"},
    "statement-detail": {"statement_code": "B4.3"},
    "level-detail": {"rank": 2},
    "level-compare": {"lower": 1, "upper": 2},
    "lifecycle-detail": {},
    "role-list": {},
    "role-detail": {"slug": "contract-manager"},
    "page-detail": {"slug": "foreword"},
    "people-list": {},
    "people-detail": {"slug": "director-of-investment"},
    "casestudy-detail": {"slug": "healthy-start-vitamins"},
    "insight-list": {},
    "learning-list": {},
    "source-list": {},
    "glossary-list": {},
}
QUERIES = dict.fromkeys(PAGES, 1) | {"glossary-list": 2}


def address(name, version="2.0", framework=FRAMEWORK, **kwargs):
    return reverse(name, kwargs={"framework": framework, "version": version, **(kwargs or PAGES[name])})


@pytest.fixture(autouse=True)
def no_page_remembered():
    reading.forget_pages()


# Caches


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_version_is_public_and_costs_a_query(client, name, django_assert_num_queries):
    first = client.get(address(name))
    assert first.status_code == 200
    reading.forget_pages()
    with django_assert_num_queries(QUERIES[name]):
        drawn = client.get(address(name))
    with django_assert_num_queries(1):
        remembered = client.get(address(name))
    assert drawn.content == remembered.content == first.content
    for response in (drawn, remembered):
        assert response["Cache-Control"] == "public, max-age=300"
        assert response["Vary"] == "Cookie"
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert not response.cookies


@pytest.mark.parametrize("name", PAGES)
def test_unchanged_page_is_answered_before_anything_is_drawn(client, name, django_assert_num_queries, monkeypatch):
    etag = client.get(address(name))["ETag"]
    monkeypatch.setattr(reading, "_drawn_once", None)
    with django_assert_num_queries(1):
        response = client.get(address(name), headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == (etag, "public, max-age=300")


def test_page_is_drawn_anew_when_a_label_changes(client, published_version):
    page = address("area-detail")
    etag = client.get(page)["ETag"]
    Area.objects.filter(code="B4").update(short_title="Changing things")
    actions.touch_version(version_id=published_version.pk)
    response = client.get(page, headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response["ETag"] != etag
    assert b"Changing things" in response.content


def test_page_is_drawn_anew_after_an_update_of_the_portal(client, monkeypatch):
    page = address("area-detail")
    etag = client.get(page)["ETag"]
    monkeypatch.setattr(release, "_remembered", lambda root: "another")
    assert client.get(page, headers={"If-None-Match": etag}).status_code == 200


def test_release_changes_with_a_template_and_with_a_name(tmp_path, settings):
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates" / "page.html"
    page.write_text("one")
    first = release._read(tmp_path)
    page.write_text("two")
    second = release._read(tmp_path)
    settings.PORTAL_ORGANISATION_NAME = "Another Department"
    assert len({first, second, release._read(tmp_path)}) == 3


@pytest.mark.parametrize("name", PAGES)
def test_somebody_signed_in_gets_a_page_that_nothing_keeps(manager_client, contract_manager, name):
    response = manager_client.get(address(name))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"
    assert "ETag" not in response
    assert contract_manager.name in response.content.decode()
    again = manager_client.get(address(name), headers={"If-None-Match": "*"})
    assert again.status_code == 200


def test_name_of_somebody_signed_in_is_not_remembered(client, manager_client, contract_manager):
    manager_client.get(address("area-detail"))
    assert contract_manager.name not in client.get(address("area-detail")).content.decode()


def test_page_with_a_message_is_kept_by_nothing(manager_client):
    manager_client.post(reverse("account_logout"))
    told, after = (manager_client.get(address("area-detail")) for _ in range(2))
    assert b"govuk-notification-banner" in told.content
    assert told["Cache-Control"] == "no-store, private"
    assert b"govuk-notification-banner" not in after.content
    assert after["Cache-Control"] == "public, max-age=300"


def test_odd_queries_take_no_place_of_pages(client, monkeypatch):
    monkeypatch.setattr(reading, "REMEMBERED_SEARCHES", 2)
    page = address("area-detail")
    for number in range(3):
        assert client.get(f"{page}?number={number}").status_code == 200
    assert len(reading._remembered) == 0
    assert [key.partition("?")[2] for _, key in reading._remembered_searches] == ["number=1", "number=2"]
    client.get(page)
    client.get(f"{page}?marks=off")
    assert len(reading._remembered) == 2


def test_few_pages_are_remembered(client, monkeypatch):
    monkeypatch.setattr(reading, "REMEMBERED_PAGES", 2)
    for code in ("A1", "A2", "B1"):
        client.get(address("area-detail", area_code=code))
    assert [key.split("/")[-2] for _, key in reading._remembered] == ["A2", "B1"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_can_only_be_read(client, name, method):
    assert getattr(client, method)(address(name)).status_code == 405


# Versions


@pytest.mark.parametrize("name", PAGES)
def test_latest_is_the_published_version_and_says_where_it_stays(client, name):
    latest = client.get(address(name, version="latest")).content.decode()
    assert f'<link rel="canonical" href="{address(name)}">' in latest
    assert (
        latest.replace(f'<link rel="canonical" href="{address(name)}">\n', "")
        == client.get(address(name)).content.decode()
    )


def test_latest_of_two_versions_is_the_one_published_last(client, published_version):
    later = next_version(published_version)
    notice = "There is a later version"
    assert notice not in client.get(address("version-detail", version="latest")).content.decode()
    assert "Version 3.0" in client.get(address("version-detail", version="latest")).content.decode()
    earlier = client.get(address("version-detail")).content.decode()
    assert (notice in earlier, f"Read version {later.number}" in earlier) == (True, True)


def next_version(version):
    """A later version of the same framework, published."""
    later = make_whole_version()
    Version.objects.filter(pk=later.pk).update(framework=version.framework, number="3.0")
    return actions.publish_unreviewed(version=later)


@pytest.mark.parametrize(
    ("framework", "version"), [(FRAMEWORK, "9.9"), ("nothing", "2.0"), ("nothing", "latest"), (FRAMEWORK, "2.0%00")]
)
def test_version_that_is_not_there_is_not_found(client, framework, version):
    assert client.get(f"/standards/{framework}/{version}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "Z9/",
        "b4/",
        "B3a/",
        "B4.99/",
        "level/0/",
        "level/4/",
        "level/2/to/2/",
        "level/2/to/1/",
        "level/1/to/9/",
        "roles/x/",
        "about/x/",
        "people/x/",
        "case-studies/x/",
    ],
)
def test_part_that_is_not_there_is_not_found(client, path):
    assert client.get(f"{address('version-detail')}{path}").status_code == 404


def draft_pages(version):
    slug = version.framework.slug
    return [
        address("version-detail", "1", slug),
        address("area-detail", "1", slug, area_code="A1"),
        address("statement-detail", "1", slug, statement_code="A1.1"),
        address("role-detail", "1", slug, slug="clerk"),
        address("glossary-list", "1", slug),
        address("lifecycle-detail", "1", slug),
    ]


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_draft_is_there_for_editors_only_and_marked(sign_in, editor, contract_manager, superuser, state):
    version = make_whole_version()
    Version.objects.filter(pk=version.pk).update(state=state)
    for page in draft_pages(version):
        assert sign_in().get(page).status_code == 404
        assert sign_in(contract_manager).get(page).status_code == 404
        for user in (editor, superuser):
            response = sign_in(user).get(page)
            assert response.status_code == 200
            assert response["Cache-Control"] == "no-store, private"
            word = "Draft" if state == "draft" else "In review"
            assert f"<strong>{word}.</strong> Version 1 is not published" in response.content.decode()
    assert sign_in(editor).get(f"/standards/{version.framework.slug}/latest/").status_code == 404


def test_staff_who_are_no_editors_see_no_draft(sign_in, contract_manager):
    contract_manager.is_staff = True
    contract_manager.save()
    version = make_whole_version()
    assert sign_in(contract_manager).get(draft_pages(version)[0]).status_code == 404


def test_retired_version_stays_and_leads_to_the_latest(client, published_version):
    next_version(published_version)
    Version.objects.filter(pk=published_version.pk).update(state="retired", retired_at=timezone.now())
    page = client.get(address("area-detail"))
    assert page.status_code == 200
    html = page.content.decode()
    assert "<strong>Retired.</strong> Version 2.0" in html
    assert f'href="{address("version-detail", version="latest")}">Read version 3.0, the latest' in html
    assert page["Cache-Control"] == "public, max-age=300"


def test_a_version_that_will_retire_says_when_beside_the_later_one(client, published_version, editor):
    next_version(published_version)
    page = client.get(address("area-detail")).content.decode()
    assert "There is a later version." in page
    assert "retires on" not in page
    day = timezone.localdate() + timedelta(days=40)
    actions.plan_retirement(version=published_version, closes_on=day, retires_on=day, by=editor)
    page = client.get(address("area-detail")).content.decode()
    assert f"Version 2.0 retires on {day.day} {day:%B %Y}." in page


def test_contents_show_the_fingerprint_short_and_whole(client, published_version):
    page = client.get(address("version-detail")).content.decode()
    whole = published_version.fingerprint
    assert f">{whole[:4]} {whole[4:8]}</code>" in page
    assert f">{whole}</span>" in page


def test_retiring_a_version_draws_its_pages_anew(client, published_version):
    etag = client.get(address("area-detail"))["ETag"]
    Version.objects.filter(pk=published_version.pk).update(state="retired", retired_at=timezone.now())
    assert client.get(address("area-detail"), headers={"If-None-Match": etag}).status_code == 200


# The list


def test_list_leads_to_the_only_version(client):
    assert client.get(reverse("standards-list")).url == address("version-detail")


def test_list_shows_every_version_that_is_published(client, published_version, django_assert_num_queries):
    make_whole_version()
    next_version(published_version)
    with django_assert_num_queries(1):
        response = client.get(reverse("standards-list"))
    found = re.findall(r'portal-row__name"><a class="govuk-link" href="([^"]*)"', response.content.decode())
    assert found == [address("version-detail", version="3.0"), address("version-detail")]
    assert client.get(reverse("standards-list"), headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_list_leads_to_a_retired_version_too(client, published_version):
    Version.objects.filter(pk=published_version.pk).update(state="retired", retired_at=timezone.now())
    assert client.get(reverse("standards-list")).url == address("version-detail")


def test_everybody_finds_the_standards_in_the_menu(client, manager_client):
    for browser in (client, manager_client):
        html = browser.get(reverse("help")).content.decode()
        assert f'href="{reverse("standards-list")}">Standards' in html
        here = browser.get(address("area-detail")).content.decode()
        assert f'href="{reverse("standards-list")}" aria-current="true"' in here
