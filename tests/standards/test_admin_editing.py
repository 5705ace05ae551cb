"""Editing a draft: the next version is begun, rows are moved, nothing is overwritten unseen, and editors talk to one another."""

import pytest
from django.urls import reverse

from people.actions import make_editor
from standards.actions import add_comment, back_to_draft, publish_unreviewed, start_next_version
from standards.admin.preview import readers_page
from standards.admin.rows import CHANGED_MEANWHILE, IN_REVIEW
from standards.models import (
    Area,
    CaseStudy,
    CaseStudyStage,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    PeopleProfile,
    ReadersNote,
    ReferencePage,
    RoleProfile,
    Source,
    Statement,
    StatementComment,
    StatementLink,
    Version,
)
from standards.version_tables import VERSION_PATHS
from tests.factories import make_user
from tests.standards.admin_pages import messages_of, page, read_form, row_of, send
from tests.standards.versions import WORDS, make_version, make_whole_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def people(kept_for_the_module):
    harriet, idris = make_user(name="Harriet Molescroft"), make_user(name="Idris Prendergast")
    for each in (harriet, idris):
        make_editor(user=each)
    return harriet, idris


@pytest.fixture(scope="module")
def versions(people):
    """A published version, and the draft that follows it."""
    published = publish_unreviewed(version=make_whole_version())
    return published, start_next_version(version=published, number="2", by=people[0])


@pytest.fixture
def published(versions):
    return Version.objects.get(pk=versions[0].pk)


@pytest.fixture
def draft(versions):
    return Version.objects.get(pk=versions[1].pk)


@pytest.fixture
def browser(sign_in, people):
    return sign_in(people[0])


@pytest.fixture
def statement(draft):
    return row_of(Statement, draft)


def codes(version):
    return [each.code for each in Statement.objects.filter(area__section__version=version).order_by("order")]


# The next version


def test_next_version_is_begun_on_its_page(browser, draft, published, people):
    address = page(Version, "next", published.pk)
    assert "Version 2 is being made already" in browser.get(address).text
    draft.delete()
    assert address in browser.get(page(Version, "change", published.pk)).text
    response = browser.post(address, {"number": "1.1", "issued": "May 2027"}, follow=True)
    begun = Version.objects.get(number="1.1", framework=published.framework)
    assert response.redirect_chain == [(page(Version, "change", begun.pk), 302)]
    assert (begun.follows, begun.issued, begun.history.get().history_user) == (published, "May 2027", people[0])
    assert [link.kind for link in begun.links.all()] == ["same", "same"]


@pytest.mark.parametrize(
    ("number", "issued", "error"),
    [
        ("0.9", "May 2027", "higher than 1"),
        ("", "May 2027", "Write the number of the next version"),
        ("two", "May 2027", "with digits"),
        ("2", "", "Write when the next version is issued"),
    ],
)
def test_next_version_gives_back_what_was_typed(browser, draft, published, number, issued, error):
    draft.delete()
    response = browser.post(page(Version, "next", published.pk), {"number": number, "issued": issued})
    assert response.status_code == 422
    assert error in response.text
    field = "number" if number != "2" else "issued"
    assert f'<a href="#id_{field}">' in response.text
    assert {"number": number, "issued": issued}.items() <= read_form(response).items()
    assert published.framework.versions.count() == 1


def test_next_version_is_not_begun_from_a_draft_or_by_anybody(browser, sign_in, draft, published, stranger):
    assert browser.get(page(Version, "next", draft.pk)).status_code == 403
    assert browser.get(page(Version, "next", 0)).status_code == 404
    stranger.is_staff = True
    stranger.save()
    assert sign_in(stranger).get(page(Version, "next", published.pk)).status_code == 403
    assert sign_in().post(page(Version, "next", published.pk)).status_code == 302


# Order


def test_row_is_moved_on_the_list(browser, draft, statement):
    address = page(Statement, "move", statement.pk)
    listed = page(Statement, "changelist")
    assert f'formaction="{address}"' in browser.get(listed).text
    came_from = {"Referer": f"http://testserver{listed}?version={draft.pk}"}
    response = browser.post(address, {"way": "down"}, headers=came_from)
    assert response.url == f"{listed}?version={draft.pk}"
    assert codes(draft) == ["A1.2", "A1.1"]
    response = browser.post(address, {"way": "down"}, follow=True)
    assert messages_of(response)[-1] == "A1.1 Topic is the last already."
    browser.post(address, {"way": "up"})
    assert codes(draft) == ["A1.1", "A1.2"]
    browser.post(address, {"way": "sideways"})
    browser.get(address)
    assert codes(draft) == ["A1.1", "A1.2"]


def test_row_is_moved_beside_others_and_what_was_typed_is_saved(browser, draft, statement):
    area = statement.area
    response = send(browser, area, title="Another", _move=f"statements:{statement.pk}:down")
    assert response.redirect_chain == [(f"{page(Area, 'change', area.pk)}#statements-group", 302)]
    assert codes(draft) == ["A1.2", "A1.1"]
    area.refresh_from_db()
    assert area.title == "Another"
    for pressed in ("statements:0:up", f"variants:{statement.pk}:up"):
        send(browser, area, _move=pressed)
    assert codes(draft) == ["A1.2", "A1.1"]


def test_equal_places_are_told_apart_when_one_is_moved(browser, draft, statement):
    Statement.objects.filter(area=statement.area).update(order=4)
    browser.post(page(Statement, "move", statement.pk), {"way": "down"})
    assert codes(draft) == ["A1.2", "A1.1"]
    assert [each.order for each in statement.area.statements.all()] == [1, 2]


def test_order_of_what_is_published_stays_but_for_learning_resources(browser, published):
    first = row_of(Statement, published)
    response = browser.post(page(Statement, "move", first.pk), {"way": "down"}, follow=True)
    assert messages_of(response) == ["The order can be changed in a draft only."]
    assert codes(published) == ["A1.1", "A1.2"]
    course = row_of(LearningResource, published)
    other = LearningResource.objects.create(version=published, title="B", provider="P", order=9)
    browser.post(page(LearningResource, "move", other.pk), {"way": "up"})
    assert list(published.learning_resources.all()) == [other, course]


def test_new_rows_go_last(browser, draft, statement):
    send(browser, statement.area, **{"statements-2-code": "A1.3", "statements-2-topic": "New"})
    assert codes(draft) == ["A1.1", "A1.2", "A1.3"]
    data = {"version": draft.pk, "term": "Ask", "definition": "To say what one wants."}
    assert browser.post(page(GlossaryTerm, "add"), data).status_code == 302
    assert [(term.term, term.order) for term in draft.glossary_terms.all()] == [("Plan", 1), ("Ask", 2)]


def test_somebody_who_is_no_editor_moves_nothing(sign_in, draft, statement, stranger):
    stranger.is_staff = True
    stranger.save()
    assert sign_in(stranger).post(page(Statement, "move", statement.pk), {"way": "down"}).status_code == 403
    assert codes(draft) == ["A1.1", "A1.2"]


# A statement's words


def test_new_statement_has_a_place_for_the_words_of_each_level(browser, draft, statement):
    new = Statement.objects.create(area=statement.area, code="A1.3", topic="New", order=3)
    form = read_form(browser.get(page(Statement, "change", new.pk)))
    levels = list(draft.levels.values_list("pk", flat=True))
    assert [form[f"descriptors-{n}-level"] for n in range(3)] == [[str(pk)] for pk in levels]
    response = send(browser, new, **{"descriptors-0-text": "Knows", "descriptors-2-text": "Leads"})
    assert response.redirect_chain
    assert [(each.level.rank, each.text) for each in new.descriptors.order_by("level__rank")] == [
        (1, "Knows"),
        (3, "Leads"),
    ]
    assert read_form(browser.get(page(Statement, "change", new.pk)))["descriptors-2-level"] == [str(levels[1])]


# Two editors


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(browser, sign_in, people, statement):
    address = page(Statement, "change", statement.pk)
    mine = read_form(browser.get(address)) | {"descriptors-0-text": "Mine"}
    send(sign_in(people[1]), statement, **{"descriptors-0-text": "Theirs"})
    response = browser.post(address, mine)
    assert response.status_code == 200
    assert CHANGED_MEANWHILE in response.text.replace("&#x27;", "'")
    assert read_form(response)["descriptors-0-text"] == "Mine"
    assert statement.descriptors.get(level__rank=1).text == "Theirs"
    again = read_form(response)
    assert browser.post(address, again).status_code == 302
    assert statement.descriptors.get(level__rank=1).text == "Mine"
    assert [each.text for each in statement.descriptors.get(level__rank=1).history.all()] == ["Mine", "Theirs", "Knows"]


def test_what_somebody_else_changed_elsewhere_is_in_nobodys_way(browser, sign_in, people, draft, statement):
    address = page(Statement, "change", statement.pk)
    mine = read_form(browser.get(address)) | {"topic": "Mine"}
    send(sign_in(people[1]), Statement.objects.get(area__section__version=draft, code="A1.2"), topic="Theirs")
    assert browser.post(address, mine).status_code == 302


# In review


@pytest.mark.parametrize("model", [Version, Statement, Insight])
def test_version_in_review_is_read_only(browser, draft, model):
    row = row_of(model, draft)
    open_page = read_form(browser.get(page(model, "change", row.pk)))
    Version.objects.filter(pk=draft.pk).update(state="in_review")
    response = browser.get(page(model, "change", row.pk))
    assert response.context["adminform"].form.fields == {}
    assert IN_REVIEW in response.text
    assert all(not each.has_change_permission for each in response.context["inline_admin_formsets"])
    assert browser.post(page(model, "change", row.pk), open_page | {"title": "Changed"}).status_code == 403
    assert browser.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_version_in_review_keeps_its_order_and_takes_no_new_rows(browser, draft, statement, people):
    Version.objects.filter(pk=draft.pk).update(state="in_review")
    browser.post(page(Statement, "move", statement.pk), {"way": "down"})
    assert codes(draft) == ["A1.1", "A1.2"]
    data = {"version": draft.pk, "term": "Ask", "definition": "To say what one wants."}
    response = browser.post(page(GlossaryTerm, "add"), data)
    assert response.context["adminform"].form.errors.keys() == {"version"}
    back_to_draft(version=draft, by=people[0])
    assert browser.post(page(GlossaryTerm, "add"), data).status_code == 302


# As readers will see it


# As readers will see it


def test_every_row_leads_to_where_readers_will_find_it(browser, draft, statement):
    found = {model: readers_page(row_of(model, draft)) for model in VERSION_PATHS if model is not CaseStudyStage}
    begins = f"/standards/{draft.framework.slug}/2/"
    assert {
        model: address.removeprefix(begins) for model, address in found.items() if not address.endswith(begins)
    } == {
        Level: "level/1/",
        Area: "A1/",
        Statement: "A1.1/",
        LevelDescriptor: "A1.1/",
        GlossaryTerm: "glossary/",
        RoleProfile: "roles/clerk/",
        ReferencePage: "about/foreword/",
        LifecycleStage: "lifecycle/",
        Source: "sources/",
        PeopleProfile: "people/baker/",
        CaseStudy: "case-studies/bridge/",
        Insight: "insights/",
        GuideSection: "insights/",
        LearningResource: "learning/",
    }
    link = f'<a href="{found[Statement]}" class="viewsitelink">See as readers will</a>'
    assert link in browser.get(page(Statement, "change", statement.pk)).text


def test_row_with_a_code_that_no_address_can_have_leads_to_its_version(browser, draft, statement):
    Statement.objects.filter(pk=statement.pk).update(code="new one")
    response = browser.get(page(Statement, "change", statement.pk))
    assert response.context["absolute_url"] == reverse("version-detail", args=[draft.framework.slug, "2"])
    assert browser.get(response.context["absolute_url"]).status_code == 200


# Comments


def test_comment_is_written_read_counted_and_resolved(browser, sign_in, people, statement):
    address = reverse("admin:standards_statement_comments", args=[statement.pk])
    response = browser.post(address, {"text": "Is <b>this</b> clear?"})
    assert response.url == f"{page(Statement, 'change', statement.pk)}#comments"
    comment = statement.comments.get()
    assert (comment.by, comment.resolved_at) == (people[0], None)
    theirs = sign_in(people[1])
    shown = theirs.get(page(Statement, "change", statement.pk)).text
    assert "Is &lt;b&gt;this&lt;/b&gt; clear?" in shown
    assert "Comments of editors (1 open)" in shown
    listed = theirs.get(page(Statement, "changelist"), {"version": statement.area.section.version_id, "q": "Knows"})
    assert [row.open_comments for row in listed.context["cl"].result_list] == [1]
    resolve = reverse("admin:standards_statement_comment_resolve", args=[statement.pk, comment.pk])
    assert theirs.get(resolve).status_code == 405
    assert theirs.post(resolve).url == response.url
    comment.refresh_from_db()
    resolved_at = comment.resolved_at
    theirs.post(resolve)
    comment.refresh_from_db()
    assert comment.resolved_at == resolved_at is not None
    assert "1 open" not in theirs.get(page(Statement, "change", statement.pk)).text


@pytest.mark.parametrize("text", ["", "   ", "x" * (StatementComment.TEXT_LIMIT + 1)])
def test_comment_that_cannot_be_taken_is_given_back(browser, statement, text):
    response = browser.post(reverse("admin:standards_statement_comments", args=[statement.pk]), {"text": text})
    assert response.status_code == 422
    assert '<a href="#id_text">' in response.text
    assert read_form(response)["text"] == text
    assert not statement.comments.exists()


def test_comments_are_written_in_review_and_end_with_publication(browser, people, draft, statement, published):
    Version.objects.filter(pk=draft.pk).update(state="in_review")
    address = reverse("admin:standards_statement_comments", args=[statement.pk])
    assert browser.post(address, {"text": "Fine"}).status_code == 302
    old = row_of(Statement, published)
    response = browser.post(reverse("admin:standards_statement_comments", args=[old.pk]), {"text": "Late"})
    assert response.status_code == 422
    assert "This version is published" in response.text
    assert not old.comments.exists()


def test_comments_are_for_editors(sign_in, people, statement, stranger):
    add_comment(statement=statement, text="Hm", by=people[0])
    address = reverse("admin:standards_statement_comments", args=[statement.pk])
    resolve = reverse("admin:standards_statement_comment_resolve", args=[statement.pk, statement.comments.get().pk])
    assert sign_in(stranger).get(address).status_code == 302
    stranger.is_staff = True
    stranger.save()
    for response in (
        sign_in(stranger).get(address),
        sign_in(stranger).post(address, {"text": "x"}),
        sign_in(stranger).post(resolve),
    ):
        assert response.status_code == 403
    assert statement.comments.get().resolved_at is None


# Readers' notes


def test_what_readers_say_stands_beside_the_statement_without_names(browser, draft, published, statement):
    old, other = Statement.objects.filter(area__section__version=published).order_by("order")
    for n, (about, kind, text) in enumerate(
        [
            (old, "unclear", "Of what?"),
            (old, "unclear", ""),
            (old, "not-my-job", "Ask <law>"),
            (other, "unclear", "Elsewhere"),
        ]
    ):
        ReadersNote.objects.create(statement=about, reader=make_user(name=f"Reader{n} Name"), kind=kind, text=text)
    response = browser.get(page(Statement, "change", statement.pk))
    assert response.context["note_counts"] == [("It is unclear", 2), ("It is not part of my job", 1)]
    assert response.context["note_texts"] == [("It is not part of my job", "Ask <law>"), ("It is unclear", "Of what?")]
    assert "Ask &lt;law&gt;" in response.text
    assert not [n for n in range(4) if f"Reader{n}" in response.text]
    # A statement that was made of another one shows what was said of that.
    StatementLink.objects.filter(version=draft, new=statement).delete()
    Statement.objects.filter(pk=statement.pk).update(lineage="00000000-0000-4000-8000-000000000000")
    assert browser.get(page(Statement, "change", statement.pk)).context["note_counts"] == []
    StatementLink.objects.filter(version=draft, old=other).delete()
    StatementLink.objects.create(version=draft, old=other, new=statement, kind="changed")
    assert browser.get(page(Statement, "change", statement.pk)).context["note_texts"] == [
        ("It is unclear", "Elsewhere")
    ]


def test_statements_page_takes_the_same_queries_with_much_said(
    browser, people, statement, django_assert_num_queries, django_assert_max_num_queries
):
    address = page(Statement, "change", statement.pk)
    with django_assert_max_num_queries(26) as few:
        browser.get(address)
    for n in range(3):
        add_comment(statement=statement, text=f"{n}", by=people[n % 2])
        ReadersNote.objects.create(statement=statement, reader=make_user(), kind="unclear", text=f"{n}")
    with django_assert_num_queries(len(few)):
        browser.get(address)


def test_page_of_a_row_leads_to_its_version_and_the_start_to_all_versions(browser, draft):
    html = browser.get(page(Area, "change", row_of(Area, draft).pk)).text
    assert f'<a href="{page(Version, "change", draft.pk)}">{draft}</a> (draft).' in html
    assert "Part of" not in browser.get(page(Version, "change", draft.pk)).text
    assert f'<a href="{page(Version, "changelist")}">versions</a>' in browser.get(reverse("admin:index")).text


def test_page_of_an_area_takes_the_same_queries_for_few_and_many_statements(
    browser, django_assert_num_queries, django_assert_max_num_queries
):
    few, many = make_version(WORDS), make_version(*[WORDS] * 12)
    with django_assert_max_num_queries(22) as counted:
        browser.get(page(Area, "change", row_of(Area, few).pk))
    with django_assert_num_queries(len(counted)):
        browser.get(page(Area, "change", row_of(Area, many).pk))
