"""From draft to published: who is asked to sign, what counts as signed, and every way in which publishing is refused."""

import pytest
from django.contrib.auth.models import Permission

from people.actions import make_editor
from people.models import User
from standards.actions import (
    NotEditable,
    NotPublishable,
    ask_for_review,
    back_to_draft,
    publish_unreviewed,
    publish_version,
    sign_off,
    signing_problems,
)
from standards.fingerprint import fingerprint, version_entries
from standards.models import LevelDescriptor, SignOff, Version
from standards.reviewers import reviewers_to_ask
from tests.factories import make_user
from tests.standards import following
from tests.standards.versions import WORDS, make_version

pytestmark = pytest.mark.django_db


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
    return make_version(WORDS), editor, make_reviewer()


@pytest.fixture
def version(made):
    return Version.objects.get(pk=made[0].pk)


@pytest.fixture
def editor(made):
    return User.objects.get(pk=made[1].pk)


@pytest.fixture
def reviewer(made):
    return User.objects.get(pk=made[2].pk)


def make_reviewer(**fields):
    """Somebody who may look at versions in the admin, and change nothing there."""
    user = make_user(is_staff=True, **fields)
    user.user_permissions.add(Permission.objects.get(codename="view_version"))
    return user


@pytest.fixture
def in_review(version, editor, reviewer):
    return ask_for_review(version=version, by=editor, reviewers=[reviewer])


def answers(version):
    return [(each.reviewer, each.answer, each.remark, each.is_current) for each in version.sign_offs.order_by("pk")]


def change_words(version):
    """Change a word past the admin, which would refuse it in review."""
    LevelDescriptor.objects.filter(level__version=version, level__rank=1).update(text="Knew")


def state(version):
    return Version.objects.get(pk=version.pk).state


# Who may be asked


def test_reviewers_are_active_staff_who_may_look_at_versions(editor, superuser, contract_manager, reviewer):
    make_reviewer(is_active=False)
    no_staff = make_reviewer()
    no_staff.is_staff = False
    no_staff.save()
    make_user(is_staff=True)
    assert set(reviewers_to_ask()) == {editor, superuser, reviewer}


# Asking


def test_asking_puts_a_draft_into_review(version, editor, reviewer, superuser, told):
    edited_at = version.edited_at
    asked = ask_for_review(version=version, by=editor, reviewers=[reviewer, superuser, reviewer])
    assert (asked.pk, state(version)) == (version.pk, "in_review")
    assert asked.edited_at > edited_at
    assert answers(version) == [(reviewer, "waiting", "", True), (superuser, "waiting", "", True)]
    assert [each.asked_by for each in version.sign_offs.all()] == [editor, editor]
    assert told == [("review_asked", version, editor, [reviewer, superuser])]
    assert version.history.first().history_user == editor


@pytest.mark.parametrize("count", [0, 1])
def test_asking_needs_reviewers_who_may(version, editor, contract_manager, told, count):
    with pytest.raises(NotEditable) as refused:
        ask_for_review(version=version, by=editor, reviewers=[contract_manager][:count])
    assert str(refused.value) == ["Name at least one reviewer.", "Nia Penŵydd may not review versions."][count]
    assert (state(version), answers(version), told) == ("draft", [], [])


def test_asking_for_what_could_not_be_published_is_refused(version, editor, reviewer, told):
    LevelDescriptor.objects.filter(level__version=version, level__rank=1).delete()
    with pytest.raises(NotPublishable) as refused:
        ask_for_review(version=version, by=editor, reviewers=[reviewer])
    assert str(refused.value) == "A1.1 has words at 2 of 3 levels."
    assert (state(version), answers(version), told) == ("draft", [], [])


def test_asking_twice_is_refused(in_review, editor, superuser):
    with pytest.raises(NotEditable, match=r"^Version 1 is in review by now\.$"):
        ask_for_review(version=in_review, by=editor, reviewers=[superuser])
    assert len(answers(in_review)) == 1


def test_asking_for_a_published_version_is_refused(version, editor, reviewer):
    publish_unreviewed(version=version)
    with pytest.raises(NotEditable, match=r"^Version 1 is published by now\.$"):
        ask_for_review(version=version, by=editor, reviewers=[reviewer])


# Signing


def test_signing_keeps_the_fingerprint_of_the_words(in_review, reviewer, editor, told):
    signed = sign_off(version=in_review, by=reviewer, signs=True, remark=" Well done. ")
    assert told[-1] == ("review_answered", in_review, reviewer, editor)
    assert answers(in_review) == [(reviewer, "signed", "Well done.", True)]
    assert signed.answered_at
    assert signed.fingerprint == fingerprint(version_entries(in_review))


def test_changes_are_wanted_with_a_remark(in_review, reviewer):
    with pytest.raises(NotEditable, match=r"^Say what is to change\.$"):
        sign_off(version=in_review, by=reviewer, signs=False, remark=" \n")
    assert answers(in_review) == [(reviewer, "waiting", "", True)]
    sign_off(version=in_review, by=reviewer, signs=False, remark="A1.1 says too much.")
    assert answers(in_review) == [(reviewer, "changes", "A1.1 says too much.", True)]
    sign_off(version=in_review, by=reviewer, signs=True)
    assert answers(in_review) == [(reviewer, "signed", "", True)]


def test_only_who_was_asked_signs(in_review, editor, superuser):
    for other in (editor, superuser):
        with pytest.raises(NotEditable, match=r"^You were not asked to sign this version off\.$"):
            sign_off(version=in_review, by=other, signs=True)


def test_words_are_signed_that_were_read(in_review, reviewer):
    read = fingerprint(version_entries(in_review))
    change_words(in_review)
    with pytest.raises(NotEditable, match="The words were changed since you opened this page"):
        sign_off(version=in_review, by=reviewer, signs=True, read=read)
    assert answers(in_review) == [(reviewer, "waiting", "", True)]


def test_signing_a_draft_is_refused(in_review, editor, reviewer):
    back_to_draft(version=in_review, by=editor)
    with pytest.raises(NotEditable, match=r"^Version 1 is draft by now\.$"):
        sign_off(version=in_review, by=reviewer, signs=True)


# Back to draft


def test_back_in_draft_nothing_that_was_signed_counts(in_review, editor, reviewer, told):
    sign_off(version=in_review, by=reviewer, signs=True)
    assert back_to_draft(version=in_review, by=editor).state == "draft"
    assert answers(in_review) == [(reviewer, "signed", "", False)]
    assert in_review.history.first().history_user == editor
    ask_for_review(version=in_review, by=editor, reviewers=[reviewer])
    assert answers(in_review) == [(reviewer, "signed", "", False), (reviewer, "waiting", "", True)]
    with pytest.raises(NotPublishable):
        publish_version(version=in_review, by=editor)


@pytest.mark.parametrize("is_published", [False, True])
def test_back_to_draft_is_for_what_is_in_review(version, editor, is_published):
    if is_published:
        publish_unreviewed(version=version)
    with pytest.raises(NotEditable):
        back_to_draft(version=version, by=editor)
    assert state(version) == ("published" if is_published else "draft")


# Publishing


def test_what_everybody_signed_is_published(in_review, editor, reviewer, told):
    sign_off(version=in_review, by=reviewer, signs=True)
    published = publish_version(version=in_review, by=editor)
    assert (published.state, state(in_review)) == ("published", "published")
    assert published.fingerprint == SignOff.objects.get().fingerprint == fingerprint(version_entries(published))
    assert told[2:] == [("published", in_review, editor)]
    assert published.history.first().history_user == editor


def refused(version, by):
    before = version_entries(version)
    with pytest.raises(NotPublishable) as refusal:
        publish_version(version=version, by=by)
    assert version_entries(version) == before
    assert state(version) == "in_review"
    assert ("published", version, by) not in following.told
    return [str(problem) for problem in refusal.value.problems]


def test_publishing_waits_for_everybody_who_was_asked(version, editor, reviewer, superuser):
    version = ask_for_review(version=version, by=editor, reviewers=[reviewer, superuser])
    sign_off(version=version, by=reviewer, signs=True)
    assert refused(version, editor) == ["Owain Bellweather has not signed the words as they stand."]
    sign_off(version=version, by=superuser, signs=False, remark="No.")
    assert refused(version, editor) == ["Owain Bellweather has not signed the words as they stand."]
    sign_off(version=version, by=superuser, signs=True)
    assert publish_version(version=version, by=editor).is_frozen


def test_publishing_needs_the_words_that_were_signed(in_review, editor, reviewer):
    sign_off(version=in_review, by=reviewer, signs=True)
    change_words(in_review)
    assert refused(in_review, editor) == [
        f"{reviewer} has not signed the words as they stand.",
        "Somebody other than you must sign it off.",
    ]


def test_nobody_publishes_what_they_alone_signed(version, editor, superuser):
    version = ask_for_review(version=version, by=superuser, reviewers=[editor])
    sign_off(version=version, by=editor, signs=True)
    assert refused(version, editor) == ["Somebody other than you must sign it off."]
    assert publish_version(version=version, by=superuser).is_frozen


def test_publishing_needs_the_check(in_review, editor, reviewer):
    LevelDescriptor.objects.filter(level__version=in_review, level__rank=1).delete()
    sign_off(version=in_review, by=reviewer, signs=True)
    assert refused(in_review, editor) == ["A1.1 has words at 2 of 3 levels."]


@pytest.mark.parametrize("is_published", [False, True])
def test_publishing_needs_a_review(version, editor, is_published, told):
    if is_published:
        publish_unreviewed(version=version)
    with pytest.raises(NotEditable, match=f"^Version 1 is {'published' if is_published else 'draft'} by now"):
        publish_version(version=version, by=editor)
    assert told == []


def test_without_anybody_asked_nothing_is_signed(version, editor):
    Version.objects.filter(pk=version.pk).update(state="in_review")
    assert signing_problems(version, editor, "x") == ["Somebody other than you must sign it off."]
