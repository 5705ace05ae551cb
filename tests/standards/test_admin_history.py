"""Who changed what in a draft, and the way back."""

import pytest
from django.db import transaction
from django.urls import reverse

from people.actions import make_editor
from standards.actions import (
    NotEditable,
    bring_back,
    go_back,
    keep_before,
    move_row,
    publish_unreviewed,
    start_next_version,
)
from standards.edits import Names, changes_of, histories_of
from standards.fingerprint import fingerprint, version_entries
from standards.models import (
    Area,
    GlossaryTerm,
    Insight,
    LevelDescriptor,
    RoleProfile,
    Section,
    Statement,
    Version,
    one_change,
)
from tests.factories import make_user
from tests.standards.admin_pages import messages_of, page, row_of, send
from tests.standards.versions import make_whole_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def people(kept_for_the_module):
    harriet, idris = make_user(name="Harriet Molescroft"), make_user(name="Idris Prendergast")
    for each in (harriet, idris):
        make_editor(user=each)
    return harriet, idris


@pytest.fixture(scope="module")
def begun(people):
    """A draft that follows a published version."""
    return start_next_version(version=publish_unreviewed(version=make_whole_version()), number="2", by=people[0])


@pytest.fixture
def draft(begun):
    return Version.objects.get(pk=begun.pk)


@pytest.fixture
def browser(sign_in, people):
    return sign_in(people[0])


@pytest.fixture
def statement(draft):
    return row_of(Statement, draft)


def edit(by, *edits):
    """One change by ``by``: each of ``edits`` is a row with its new words, or with None to remove it. As the admin does it."""
    with transaction.atomic(), one_change(by):
        keep_before([row for row, _ in edits if row.pk])
        for row, fields in edits:
            if fields is None:
                row.delete()
                continue
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()


def descriptor(statement, rank):
    return statement.descriptors.get(level__rank=rank)


def back(row, key, by):
    return go_back(row=row, key=key, names=Names(Version.objects.get(number="2")), by=by)


def changes(row):
    """The history of ``row``, the latest change first: who, and what became of which row."""
    found = changes_of(histories_of(row), Names(Version.objects.get(number="2")))
    return [("beginning" if change.is_beginning else change.who, told(change)) for change in found]


def told(change):
    return {
        edit.name: (edit.kind, [(each.label, str(each.after.striptags())) for each in edit.differences])
        for edit in change.edits
    }


def keys(row):
    return [change.key for change in changes_of(histories_of(row), Names(Version.objects.get(number="2")))]


def address_back(row, key):
    return reverse(f"admin:standards_{row._meta.model_name}_go_back", args=[row.pk, key])


def words(statement):
    return list(statement.descriptors.order_by("level__rank").values_list("text", flat=True))


# What is told


def test_save_is_one_change_of_a_row_and_what_is_under_it(browser, sign_in, people, statement):
    assert changes(statement) == []
    send(browser, statement, topic="Bread", **{"descriptors-0-text": "Knows bread"})
    send(sign_in(people[1]), statement, **{"descriptors-2-DELETE": "on"})
    assert changes(statement) == [
        ("Idris Prendergast", {"A1.1 Bread, Third": ("-", [])}),
        (
            "Harriet Molescroft",
            {
                "A1.1 Bread": ("~", [("topic", "[added: Bread]")]),
                "A1.1 Bread, First": ("~", [("text", "Knows [added: bread]")]),
            },
        ),
        ("beginning", changes(statement)[-1][1]),
    ]
    shown = browser.get(page(Statement, "history", statement.pk)).text
    assert '<ins><span class="govuk-visually-hidden visually-hidden">[added: </span>bread' in shown
    assert shown.count("Go back to this") == 2
    assert "Idris Prendergast" in shown


def test_save_that_changes_nothing_is_no_change(browser, statement):
    send(browser, statement)
    assert changes(statement) == []
    assert "Nobody has changed anything here yet" in browser.get(page(Statement, "history", statement.pk)).text


def test_user_text_is_data_in_a_history(browser, people, statement):
    edit(people[0], (descriptor(statement, 1), {"text": "<script>alert(1)</script>"}))
    shown = browser.get(page(Statement, "history", statement.pk)).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_mapping_is_told_by_its_areas(browser, draft):
    insight = row_of(Insight, draft)
    send(browser, insight, areas=[])
    [change, _] = changes_of(histories_of(insight), Names(draft))
    [difference] = change.edits[0].differences
    assert (difference.label, difference.before.striptags()) == ("areas", "[taken out: A1 Area]")


def test_change_by_another_way_is_told_as_nobodys(people, statement):
    edit(people[0], (statement, {"topic": "Bread"}))
    Statement.objects.filter(pk=statement.pk).update(topic="Imported")
    edit(people[1], (statement, {"topic": "Cake"}))
    assert [(who, list(edits)) for who, edits in changes(statement)] == [
        ("Idris Prendergast", ["A1.1 Cake"]),
        ("", ["A1.1 Imported"]),
        ("Harriet Molescroft", ["A1.1 Bread"]),
        ("beginning", ["A1.1 Topic"]),
    ]


def test_history_takes_the_same_queries_for_few_and_many_changes(
    browser, people, statement, django_assert_num_queries, django_assert_max_num_queries
):
    edit(people[0], (statement, {"topic": "Bread"}), (descriptor(statement, 1), {"text": "Bread"}))
    address = page(Statement, "history", statement.pk)
    with django_assert_max_num_queries(21) as few:
        browser.get(address)
    queries = len(few)
    for n in range(3):
        edit(people[0], (statement, {"topic": f"{n}"}), (descriptor(statement, n + 1), {"text": f"{n}"}))
    with django_assert_num_queries(queries):
        browser.get(address)


# Going back


def test_row_goes_back_with_what_is_under_it(browser, people, statement):
    edit(people[0], (statement, {"topic": "Bread"}), (descriptor(statement, 1), {"text": "Knows bread"}))
    second = [
        (statement, {"topic": "Cake"}),
        (descriptor(statement, 2), {"text": "Bakes"}),
        (descriptor(statement, 3), None),
    ]
    edit(people[1], *second)
    _, first, beginning = keys(statement)
    shown = browser.get(address_back(statement, first))
    assert [(step["does"], step["noun"]) for step in shown.context["steps"]] == [
        ("Changes", "statement"),
        ("Changes", "level descriptor"),
        ("Comes back", "level descriptor"),
    ]
    assert words(statement) == ["Knows bread", "Bakes"]
    response = browser.post(address_back(statement, first), follow=True)
    assert messages_of(response) == ["A1.1 Bread is as it was then."]
    statement.refresh_from_db()
    assert (statement.topic, words(statement)) == ("Bread", ["Knows bread", "Does", "Leads"])
    back(statement, beginning, people[0])
    statement.refresh_from_db()
    assert (statement.topic, words(statement)) == ("Topic", ["Knows", "Does", "Leads"])
    assert len(keys(statement)) == 5
    assert back(statement, keys(statement)[0], people[0]) == []
    assert len(keys(statement)) == 5


def test_draft_that_went_back_all_the_way_is_as_it_was_begun(draft, people, statement):
    before = fingerprint(version_entries(draft))
    area, profile, term = statement.area, row_of(RoleProfile, draft), row_of(GlossaryTerm, draft)
    new = Statement(area=area, code="A1.3", topic="New", order=3)
    edit(people[0], (area, {"title": "Changed"}), (statement, None), (new, {}))
    assert move_row(row=new, up=True, by=people[1])
    edit(people[1], (profile, {"title": "Changed"}), (profile.targets.get(), None))
    edit(people[0], (term, {"term": "Changed"}))
    assert fingerprint(version_entries(draft)) != before
    for row in (area, profile, term):
        back(row, "beginning", people[0])
    assert fingerprint(version_entries(draft)) == before


def test_mapping_goes_back(browser, draft):
    insight = row_of(Insight, draft)
    send(browser, insight, areas=[])
    browser.post(address_back(insight, "beginning"))
    assert [area.code for area in insight.areas.all()] == ["A1"]


def test_unknown_change_is_not_found(browser, people, statement):
    edit(people[0], (statement, {"topic": "Bread"}))
    for key in ("nothing", "statement-0"):
        assert browser.get(address_back(statement, key)).status_code == 404
        assert browser.post(address_back(statement, key)).status_code == 404
    assert browser.get(address_back(Statement(pk=0), "beginning")).status_code == 404


def test_nothing_goes_back_in_review_or_once_published(browser, draft, statement, people):
    edit(people[0], (statement, {"topic": "Bread"}), (descriptor(statement, 1), {"text": "Bread"}))
    for state in ("in_review", "published"):
        if state == "published":
            publish_unreviewed(version=draft)
        else:
            Version.objects.filter(pk=draft.pk).update(state=state)
        assert "Go back to this" not in browser.get(page(Statement, "history", statement.pk)).text
        response = browser.post(address_back(statement, "beginning"), follow=True)
        assert response.status_code == 403 or "Nothing was changed." in messages_of(response)[-1]
        with pytest.raises(NotEditable):
            go_back(row=statement, key="beginning", names=Names(draft), by=people[0])
    statement.refresh_from_db()
    assert (statement.topic, words(statement)[0]) == ("Bread", "Bread")


def test_label_of_a_published_row_keeps_its_history(browser, draft, statement):
    publish_unreviewed(version=draft)
    send(browser, statement, topic="Plainer")
    assert [who for who, _ in changes(statement)] == ["Harriet Molescroft", "beginning"]


def test_what_is_in_the_way_is_said(browser, people, statement):
    edit(people[0], (statement, {"code": "A1.9"}))
    edit(people[0], (statement.area.statements.last(), {"code": "A1.1"}))
    response = browser.post(address_back(statement, "beginning"), follow=True)
    assert messages_of(response)[-1].startswith("Nothing was changed.")
    statement.refresh_from_db()
    assert statement.code == "A1.9"


# What was removed


def test_removed_statement_comes_back_with_its_words(browser, draft, statement):
    before = fingerprint(version_entries(draft))
    browser.post(page(Statement, "delete", statement.pk), {"post": "yes"})
    assert fingerprint(version_entries(draft)) != before
    response = browser.get(page(Version, "history", draft.pk))
    can_come_back = [each["told"].edit for each in response.context["edits"] if each["told"].can_come_back]
    assert [(edit.model, edit.kind, edit.name) for edit in can_come_back] == [(Statement, "-", "A1.1 Topic")]
    address = reverse(
        "admin:standards_version_bring_back", args=[draft.pk, "statement", can_come_back[0].record.history_id]
    )
    assert address in response.text
    assert browser.get(address).status_code == 403
    response = browser.post(address, follow=True)
    assert messages_of(response) == ["A1.1 Topic is back, with what was removed together with it."]
    assert fingerprint(version_entries(draft)) == before
    assert sorted(draft.links.values_list("kind", flat=True)) == ["same", "same"]
    assert messages_of(browser.post(address, follow=True)) == ["Nothing was changed. It is there already."]


def test_removed_section_comes_back_whole(people, draft):
    before = fingerprint(version_entries(draft))
    section = row_of(Section, draft)
    pk = section.pk
    edit(people[0], (section, None))
    assert not Statement.objects.filter(area__section__version=draft).exists()
    record = Section.history.filter(id=pk, history_type="-").get()
    bring_back(model=Section, history_id=record.pk, version=draft, by=people[1])
    assert Statement.objects.filter(area__section__version=draft).count() == 2
    # Which attributes belong to its areas has to be chosen again.
    row_of(Section, draft).version.attributes.get().areas.add(row_of(Area, draft))
    assert fingerprint(version_entries(draft)) == before


def test_removed_mapping_comes_back_with_its_areas(browser, draft):
    insight = row_of(Insight, draft)
    browser.post(page(Insight, "delete", insight.pk), {"post": "yes"})
    record = Insight.history.filter(id=insight.pk, history_type="-").get()
    browser.post(reverse("admin:standards_version_bring_back", args=[draft.pk, "insight", record.pk]))
    assert [area.code for area in Insight.objects.get(pk=insight.pk).areas.all()] == ["A1"]


def test_row_comes_back_only_to_what_it_belongs_to(browser, draft, statement, people):
    lost, pk = descriptor(statement, 1).pk, statement.pk
    edit(people[0], (descriptor(statement, 1), None))
    edit(people[0], (statement, None))
    record = LevelDescriptor.history.filter(id=lost, history_type="-").get()
    with pytest.raises(NotEditable, match="Bring that back first"):
        bring_back(model=LevelDescriptor, history_id=record.pk, version=draft, by=people[0])
    other = Version.objects.exclude(pk=draft.pk).first()
    record = Statement.history.filter(id=pk, history_type="-").get()
    with pytest.raises(NotEditable):
        bring_back(model=Statement, history_id=record.pk, version=other, by=people[0])
    with pytest.raises(NotEditable):
        bring_back(model=Statement, history_id=0, version=draft, by=people[0])
    assert browser.post(reverse("admin:standards_version_bring_back", args=[draft.pk, "user", 1])).status_code == 404


def test_history_of_a_version_takes_the_same_queries_for_few_and_many_changes(
    browser, people, draft, statement, django_assert_num_queries, django_assert_max_num_queries
):
    address = page(Version, "history", draft.pk)
    edit(people[0], (statement, {"topic": "Bread"}), (descriptor(statement, 1), {"text": "Bread"}))
    with django_assert_max_num_queries(29) as few:
        browser.get(address)
    queries = len(few)
    for n in range(3):
        edit(people[0], (statement, {"topic": f"{n}"}), (descriptor(statement, n + 1), {"text": f"{n}"}))
    with django_assert_num_queries(queries):
        browser.get(address)


# Who may


def test_history_is_for_editors(sign_in, people, draft, statement, stranger):
    edit(people[0], (statement, {"topic": "Bread"}))
    stranger.is_staff = True
    stranger.save()
    theirs = sign_in(stranger)
    for address in (page(Statement, "history", statement.pk), page(Version, "history", draft.pk)):
        assert theirs.get(address).status_code == 403
        assert sign_in().get(address).status_code == 302
    assert theirs.post(address_back(statement, "beginning")).status_code in (403, 404)
    record = statement.history.first()
    assert (
        theirs.post(reverse("admin:standards_version_bring_back", args=[draft.pk, "statement", record.pk])).status_code
        == 403
    )
    statement.refresh_from_db()
    assert statement.topic == "Bread"
