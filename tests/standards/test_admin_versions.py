"""An editor's way through the pages of a version: review, signing off, checking, publishing and retiring."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from people.actions import make_editor
from people.models import User
from standards.actions import add_comment, ask_for_review, publish_unreviewed, resolve_comment, sign_off
from standards.admin.versions import LINKS
from standards.against_source import MOST_BYTES
from standards.fingerprint import fingerprint, version_entries
from standards.models import LevelDescriptor, SignOff, Statement, Version
from tests.factories import make_user
from tests.standards import following
from tests.standards.versions import WORDS, make_version

pytestmark = pytest.mark.django_db
PAGES = ("review", "sign_off", "publish", "retire")


@pytest.fixture(autouse=True)
def told(settings, monkeypatch):
    settings.STANDARDS_FOLLOWER = "tests.standards.following"
    monkeypatch.setattr(following, "told", [])
    return following.told


@pytest.fixture(scope="module")
def made(kept_for_the_module):
    """A draft, its editor and somebody who may review it; each test begins with them in a savepoint."""
    editor = make_user(name="Harriet Molescroft")
    make_editor(user=editor)
    version = make_version(WORDS, ("Reads", "Writes", "Teaches"))
    return version, editor, make_staff("view_version", name="Rhiannon Ashgrove")


@pytest.fixture
def version(made):
    return Version.objects.get(pk=made[0].pk)


@pytest.fixture
def editor(made):
    return User.objects.get(pk=made[1].pk)


@pytest.fixture
def reviewer(made):
    return User.objects.get(pk=made[2].pk)


@pytest.fixture
def browser(sign_in, editor):
    return sign_in(editor)


def make_staff(*codenames, **fields):
    user = make_user(is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def page(name, version):
    return reverse(f"admin:standards_version_{name}", args=[version.pk])


def state(version):
    return Version.objects.get(pk=version.pk).state


def errors(response):
    assert response.status_code == 422
    return [error for field in response.context["form"].errors.values() for error in field]


@pytest.fixture
def in_review(version, editor, reviewer):
    return ask_for_review(version=version, by=editor, reviewers=[reviewer])


@pytest.fixture
def signed(in_review, reviewer):
    sign_off(version=in_review, by=reviewer, signs=True)
    return in_review


# The page of a version leads to them


def links(browser, version):
    return [title for title, _ in browser.get(page("change", version)).context["version_links"]]


def test_the_page_of_a_version_leads_to_those_of_its_state(browser, version, editor, reviewer):
    assert {"Review", "Check and publish"} <= set(links(browser, version))
    assert "Retire it" not in links(browser, version)
    publish_unreviewed(version=version)
    assert {"Review", "Retire it"} <= set(links(browser, version))
    assert "Check and publish" not in links(browser, version)


def test_a_version_that_follows_another_stays_with_its_framework(browser, version):
    is_chosen = 'name="framework"'
    assert is_chosen in browser.get(page("change", version)).text
    Version.objects.filter(pk=version.pk).update(follows=publish_unreviewed(version=make_version(WORDS)))
    assert is_chosen not in browser.get(page("change", version)).text


def test_every_page_that_is_led_to_opens(browser, version):
    for each in (version, publish_unreviewed(version=make_version(WORDS))):
        for title, url in browser.get(page("change", each)).context["version_links"]:
            assert browser.get(url).status_code == 200, title


def test_who_may_only_look_is_led_to_what_they_may_open(sign_in, version, reviewer):
    assert links(sign_in(reviewer), version) == ["Review", "Download it"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_for_those_with_permission(sign_in, in_review, contract_manager, name):
    assert sign_in().get(page(name, in_review)).status_code == 302
    assert sign_in(contract_manager).get(page(name, in_review)).status_code == 302
    assert sign_in(make_user(is_staff=True)).get(page(name, in_review)).status_code == 403


@pytest.mark.parametrize(
    ("name", "permission"),
    [("review", "view_version"), ("publish", "change_version"), ("retire", "publish_version")],
)
def test_one_permission_opens_each_page(sign_in, name, permission):
    version = make_version(WORDS)
    if name == "retire":
        version = publish_unreviewed(version=version)
    assert sign_in(make_staff(permission)).get(page(name, version)).status_code == 200


def test_a_version_that_is_not_there_is_not_found(browser, version):
    for name in PAGES:
        assert browser.get(page(name, Version(pk=0))).status_code == 404
    assert {link.name.removeprefix("standards_version_") for link in LINKS} >= {"review", "publish", "retire"}


# Review


def test_a_review_is_asked_for(browser, version, editor, reviewer, told):
    assert browser.get(page("review", version)).context["problems"] == []
    response = browser.post(page("review", version), {"reviewers": [reviewer.pk]})
    assert (response.status_code, response.url) == (302, page("review", version))
    assert state(version) == "in_review"
    assert told == [("review_asked", version, editor, [reviewer])]


def test_a_review_page_names_statements_that_are_still_discussed(browser, version, editor):
    assert "still open" not in browser.get(page("review", version)).text
    statement = Statement.objects.filter(area__section__version=version).first()
    comments = [add_comment(statement=statement, text="Plainer?", by=editor) for _ in range(2)]
    address = reverse("admin:standards_statement_change", args=[statement.pk])
    assert browser.get(page("review", version)).text.count(f'<a href="{address}#comments">{statement.code}</a>') == 1
    for comment in comments:
        resolve_comment(comment=comment)
    assert "still open" not in browser.get(page("review", version)).text


def test_a_review_needs_reviewers_who_may(browser, version, contract_manager):
    assert errors(browser.post(page("review", version))) == ["Name at least one reviewer."]
    for wrong in (contract_manager.pk, "x", 0):
        assert browser.post(page("review", version), {"reviewers": [wrong]}).status_code == 422
    assert state(version) == "draft"


def test_what_is_to_mend_comes_before_a_review(browser, version, reviewer):
    statement = Statement.objects.get(area__section__version=version, code="A1.2")
    statement.descriptors.filter(level__rank=1).delete()
    shown = browser.get(page("review", version))
    address = reverse("admin:standards_statement_change", args=[statement.pk])
    assert shown.context["problems"] == [("A1.2 has words at 2 of 3 levels.", address)]
    assert f'href="{address}"' in shown.text
    response = browser.post(page("review", version), {"reviewers": [reviewer.pk]})
    assert errors(response) == ["Something stands in the way: mend what the check found first."]


def test_a_version_goes_back_to_draft(browser, signed):
    response = browser.post(page("review", signed), {"back": "1"})
    assert (response.status_code, response.url) == (302, page("change", signed))
    assert (state(signed), SignOff.objects.get().is_current) == ("draft", False)
    browser.post(page("review", signed), {"back": "1"})
    assert state(signed) == "draft"


def test_a_reviewer_sees_how_far_it_is_and_changes_nothing(sign_in, in_review, reviewer):
    browser = sign_in(reviewer)
    shown = browser.get(page("review", in_review))
    assert shown.status_code == 200
    assert "Back to draft" not in shown.text
    assert browser.post(page("review", in_review), {"back": "1"}).status_code == 403
    assert state(in_review) == "in_review"


def test_nobody_edits_what_is_in_review(browser, in_review):
    statement = Statement.objects.get(area__section__version=in_review, code="A1.2")
    address = reverse("admin:standards_statement_change", args=[statement.pk])
    browser.post(address, {"code": "A1.9"})
    statement.refresh_from_db()
    assert statement.code == "A1.2"


# Signing off


def test_a_reviewer_signs(sign_in, in_review, reviewer):
    browser = sign_in(reviewer)
    shown = browser.get(page("sign_off", in_review))
    read = shown.context["stands"]
    assert read == fingerprint(version_entries(in_review))
    assert browser.get(reverse("version-detail", args=[in_review.framework.slug, "1"])).status_code == 200
    response = browser.post(page("sign_off", in_review), {"answer": "signed", "remark": "Good", "read": read})
    assert (response.status_code, response.url) == (302, page("sign_off", in_review))
    asked = SignOff.objects.get()
    assert (asked.answer, asked.remark, asked.fingerprint) == ("signed", "Good", read)
    again = browser.get(page("sign_off", in_review)).context["form"]
    assert (again["answer"].value(), again["remark"].value()) == ("signed", "Good")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose your answer."),
        ({"answer": "perhaps"}, "Select a valid choice. perhaps is not one of the available choices."),
        ({"answer": "changes", "remark": " "}, "Say which changes are wanted."),
        ({"answer": "signed", "remark": "x" * 2001}, "Ensure this value has at most 2000 characters (it has 2001)."),
        (
            {"answer": "signed", "read": "other"},
            "The words were changed since you opened this page. Read the version again before you go on.",
        ),
    ],
)
def test_answers_that_cannot_be(sign_in, in_review, reviewer, sent, says):
    response = sign_in(reviewer).post(page("sign_off", in_review), sent)
    assert errors(response) == [says]
    assert response.context["form"]["remark"].value() == sent.get("remark")
    assert SignOff.objects.get().answer == "waiting"


def test_only_who_was_asked_is_let_in(browser, in_review):
    assert browser.get(page("sign_off", in_review)).status_code == 403
    assert browser.post(page("sign_off", in_review), {"answer": "signed"}).status_code == 403


def test_later_nothing_waits(sign_in, browser, signed, reviewer):
    browser.post(page("review", signed), {"back": "1"})
    shown = sign_in(reviewer).get(page("sign_off", signed))
    assert (shown.status_code, shown.context["is_waited_for"]) == (200, False)
    assert "Nothing waits for you here" in shown.text
    response = sign_in(reviewer).post(page("sign_off", signed), {"answer": "signed"})
    assert errors(response) == ["Version 1 is draft by now."]


# Publishing


def test_what_was_signed_is_published(browser, signed, editor, told):
    shown = browser.get(page("publish", signed))
    assert (shown.context["is_ready"], shown.context["problems"], shown.context["unsigned"]) == (True, [], [])
    response = browser.post(page("publish", signed), {"publish": "1"})
    assert (response.status_code, response.url) == (302, page("change", signed))
    assert state(signed) == "published"
    assert ("published", signed, editor) in told
    assert browser.get(page("publish", signed)).url == page("change", signed)


def test_a_draft_is_checked_and_not_published(browser, version):
    LevelDescriptor.objects.filter(level__version=version, level__rank=1).delete()
    shown = browser.get(page("publish", version))
    assert [text for text, _ in shown.context["problems"]] == [
        "A1.1 has words at 2 of 3 levels.",
        "A1.2 has words at 2 of 3 levels.",
    ]
    assert (shown.context["unsigned"], shown.context["is_ready"]) == (["It has not been reviewed."], False)
    response = browser.post(page("publish", version), {"publish": "1"})
    assert response.status_code == 422
    assert response.context["refused"] == "Nothing was published. Version 1 is draft by now."
    assert state(version) == "draft"


def test_publishing_is_refused_with_the_reason(browser, in_review, reviewer):
    response = browser.post(page("publish", in_review), {"publish": "1"})
    assert response.status_code == 422
    assert response.context["refused"] == (
        "Nothing was published. Rhiannon Ashgrove has not signed the words as they stand. "
        "Somebody other than you must sign it off."
    )
    assert state(in_review) == "in_review"


def test_words_are_published_that_were_shown(browser, signed):
    response = browser.post(page("publish", signed), {"publish": "1", "read": "other"})
    assert response.status_code == 422
    assert "The words were changed since you opened this page." in response.context["refused"]
    assert f'value="{response.context["stands"]}"' in response.text
    assert state(signed) == "in_review"
    assert browser.post(page("publish", signed), {"other": "1"}).status_code == 200
    assert state(signed) == "in_review"


def test_publishing_needs_its_own_permission(sign_in, signed):
    browser = sign_in(make_staff("view_version", "change_version"))
    shown = browser.get(page("publish", signed))
    assert (shown.status_code, shown.context["is_ready"]) == (200, False)
    assert browser.post(page("publish", signed), {"publish": "1"}).status_code == 403
    assert state(signed) == "in_review"


def test_the_impact_is_shown_before_the_button(browser, signed, monkeypatch):
    figures = {
        "open_rounds": 9,
        "drafts": 7,
        "shared": 2,
        "carried": 55,
        "proposed": 44,
        "asked_again": 33,
        "archived": 22,
    }
    monkeypatch.setattr(following, "impact", lambda version: figures)
    text = " ".join(browser.get(page("publish", signed)).text.split())
    assert "9 assessments are under way under an earlier version: 7 drafts and 2 shared." in text
    for count in (55, 44, 33, 22):
        assert f"<td>{count}</td>" in text
    assert text.index("<td>22</td>") < text.index("Publish version 1")


# Comparing with the source


def compare(browser, version, content):
    sent = {"compare": "1", "file": SimpleUploadedFile("source.txt", content)}
    return browser.post(page("publish", version), sent)


def test_the_source_is_compared_and_not_kept(browser, version):
    response = compare(browser, version, b"First Second Third Section Area Summary Knows Does Leads Reads Teaches")
    assert response.status_code == 200
    compared = response.context["compared"]
    assert (compared["texts"], compared["more"]) == (19, 0)
    assert [(each.what, each.published) for each in compared["missing"]] == [
        ("Level descriptor “A1.2, Second”, text", "Writes")
    ]
    assert "Writes" in response.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00", "The file is not plain text in UTF-8. Save the document as plain text first."),
        (b"a" * (MOST_BYTES + 1), "The file is larger than 2 MB. Choose the text alone, without pictures."),
        (b"", "The file is empty. Choose the text of the source document."),
        (b" ", "The file holds no words."),
    ],
)
def test_files_that_are_no_source_are_refused(browser, version, content, says):
    assert errors(compare(browser, version, content)) == [says]


def test_a_file_is_to_be_chosen(browser, version):
    assert errors(browser.post(page("publish", version), {"compare": "1"})) == ["Choose a file to compare with."]


# Retiring


@pytest.fixture
def published(version):
    return publish_unreviewed(version=version)


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def days(version):
    version = Version.objects.get(pk=version.pk)
    return version.closes_on, version.retires_on


def test_the_end_is_planned_changed_and_taken_back(browser, published, told):
    sent = {"closes_on": in_days(5).isoformat(), "retires_on": in_days(40).strftime("%d/%m/%Y")}
    response = browser.post(page("retire", published), sent)
    assert (response.status_code, response.url) == (302, page("retire", published))
    assert days(published) == (in_days(5), in_days(40))
    assert told == [("retiring", published, in_days(40))]
    shown = browser.get(page("retire", published))
    assert f'value="{in_days(40).isoformat()}"' in shown.text
    assert "Take the days back" in shown.text
    browser.post(page("retire", published), {"take-back": "1"})
    assert days(published) == (None, None)
    assert "Take the days back" not in browser.get(page("retire", published)).text


@pytest.mark.parametrize(
    ("closes", "retires", "field", "says"),
    [
        ("", "", "closes_on", "Say which is the last day for new assessments."),
        ("soon", "", "closes_on", "Write the day with day, month and year, such as 27/5/2027."),
        ("2020-01-01", "", "closes_on", "The last day for new assessments is past."),
        ("2200-01-02", "2200-01-01", "retires_on", "It cannot retire before the last day for new assessments."),
    ],
)
def test_days_that_cannot_be(browser, published, closes, retires, field, says):
    response = browser.post(page("retire", published), {"closes_on": closes, "retires_on": retires})
    assert errors(response) == [says]
    form = response.context["form"]
    assert (list(form.errors), form["closes_on"].value(), form["retires_on"].value()) == ([field], closes, retires)
    assert f'<a href="#id_{field}">' in response.text
    assert days(published) == (None, None)


def test_people_midway_are_counted_and_have_thirty_days(browser, published, monkeypatch):
    monkeypatch.setattr(following, "people_midway", 3)
    assert "3 assessments under it are under way" in " ".join(browser.get(page("retire", published)).text.split())
    sent = {"closes_on": in_days(1).isoformat(), "retires_on": in_days(29).isoformat()}
    (said,) = errors(browser.post(page("retire", published), sent))
    assert said.startswith("3 people are midway under it and must have at least 30 days")


def test_only_a_published_version_has_an_end(browser, in_review, published_version):
    assert browser.get(page("retire", in_review)).status_code == 403
    assert browser.post(page("retire", in_review), {"take-back": "1"}).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_hostile_posts_are_answered(browser, in_review, name):
    far = "9" * 40
    assert browser.get(f"/admin/standards/version/{far}/{name.replace('_', '-')}/").status_code == 404
    for sent in (
        {"reviewers": [far, "\0", "-1"], "answer": "\0", "remark": "a\0b", "read": "x" * 5000},
        {"compare": "1", "file": "no file", "closes_on": "0000-00-00", "retires_on": "9999-12-31"},
        {"publish": "1", "read": "\u202e\0"},
    ):
        assert browser.post(page(name, in_review), sent).status_code in (200, 400, 403, 422)
    assert state(in_review) == "in_review"
