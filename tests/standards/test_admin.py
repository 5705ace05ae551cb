"""The editors' pages: a draft is edited whole, a published version only where its words do not change."""

from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client

from standards.actions import publish_unreviewed
from standards.admin.asked import StatementAdmin
from standards.admin.rows import PUBLISHED, RowAdmin
from standards.fingerprint import fingerprint, version_entries
from standards.library import version_library
from standards.models import (
    Area,
    Attribute,
    CaseStudy,
    Framework,
    GlossaryTerm,
    GuideSection,
    Insight,
    LearningResource,
    Level,
    LevelDescriptor,
    LifecycleStage,
    PeopleProfile,
    ReferencePage,
    RoleProfile,
    Section,
    Source,
    Statement,
    Version,
)
from standards.tree import version_tree
from standards.version_tables import VERSION_PATHS
from tests.conftest import HEAVY
from tests.factories import make_user
from tests.standards.admin_pages import messages_of, page, read_form, row_of, send
from tests.standards.versions import WORDS, make_version, make_whole_version

MODELS = [
    Framework,
    Version,
    Level,
    Section,
    Area,
    Statement,
    LevelDescriptor,
    Attribute,
    GlossaryTerm,
    RoleProfile,
    ReferencePage,
    LifecycleStage,
    Source,
    PeopleProfile,
    CaseStudy,
    Insight,
    GuideSection,
    LearningResource,
]
EDITABLE_AT_ANY_TIME = {
    Area: {"short_title"},
    Statement: {"topic", "part"},
    GlossaryTerm: {"other_forms"},
    Insight: {"areas"},
    GuideSection: {"areas"},
    LearningResource: {"title", "provider", "link", "area", "level"},
}
WITH_EVERY_WIDGET = [Framework, Version, Area, Statement, RoleProfile, CaseStudy, Insight, LearningResource]
WITHOUT_ANYTHING_OF_OURS = [model for model in MODELS if model is not Framework and model not in EDITABLE_AT_ANY_TIME]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def editor_session(kept_for_the_module):
    """The key of a session in which somebody is signed in who may enter the admin and change the standards."""
    editor = make_user(is_staff=True)
    editor.user_permissions.set(Permission.objects.filter(content_type__app_label="standards"))
    browser = Client()
    browser.force_login(editor)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def editor_browser(editor_session):
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = editor_session
    return browser


@pytest.fixture(scope="module", autouse=True)
def small_versions(kept_for_the_module):
    """A draft and a published version of its own framework, there for every test."""
    return make_whole_version(), publish_unreviewed(version=make_whole_version())


@pytest.fixture
def draft(small_versions):
    return Version.objects.get(pk=small_versions[0].pk)


@pytest.fixture
def published(small_versions):
    return Version.objects.get(pk=small_versions[1].pk)


@pytest.fixture(autouse=True)
def short_lists(monkeypatch):
    """Few rows on a page of a list: most tests are about others, and drawing a hundred takes a while."""
    monkeypatch.setattr(RowAdmin, "list_per_page", 5)
    return monkeypatch


def assert_saved(response):
    assert response.redirect_chain
    assert "changed successfully" in messages_of(response)[0]


def assert_refused(response):
    assert response.status_code == 200
    assert messages_of(response) == [f"{PUBLISHED} Nothing was saved."]


# Finding

# The lists are alike, so that a few stand for all; with HEAVY, each is tried.
SOME_MODELS = MODELS if HEAVY else (Version, Area, Statement, LevelDescriptor, GlossaryTerm, Insight)


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_open(editor_browser, draft, published_version, model):
    assert editor_browser.get(page(model, "changelist")).status_code == 200
    for version in (draft, published_version) if model in SOME_MODELS else (draft,):
        response = editor_browser.get(page(model, "change", row_of(model, version).pk))
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("model", "words", "found"),
    [
        (Statement, "B4.3", ["B4.3"]),
        (Statement, "Deciding on change", ["B4.4"]),
        (Statement, "acting outside the lines", ["B4.6"]),
        (Area, "B4", ["B4"]),
        (Area, "contractual changes", ["B4"]),
        (GlossaryTerm, "CCN", ["Change control note"]),
    ],
)
def test_search_by_code_topic_and_words(editor_browser, published_version, model, words, found):
    response = editor_browser.get(page(model, "changelist"), {"q": words})
    rows = response.context["cl"].result_list
    assert [getattr(row, "code", None) or row.term for row in rows] == found


def test_search_finds_descriptors_by_their_words(editor_browser, published_version):
    rows = (
        editor_browser.get(page(LevelDescriptor, "changelist"), {"q": "lines contract waiver"})
        .context["cl"]
        .result_list
    )
    assert [(row.statement.code, row.level.rank) for row in rows] == [("B4.6", 1), ("B4.6", 2), ("B4.6", 3)]


@pytest.mark.parametrize("model", [model for model in SOME_MODELS if model not in (Framework, Version)])
def test_lists_are_filtered_by_version(editor_browser, draft, published_version, model):
    for version in (draft, published_version):
        rows = editor_browser.get(page(model, "changelist"), {"version": version.pk}).context["cl"].queryset
        assert rows.count() == len(rows) > 0
        assert row_of(model, version) in rows
    both = editor_browser.get(page(model, "changelist")).context["cl"].queryset.count()
    assert editor_browser.get(page(model, "changelist"), {"version": "x"}).context["cl"].queryset.count() == both


@pytest.mark.parametrize("model", SOME_MODELS)
def test_lists_take_the_same_queries_for_few_and_many_rows(
    editor_browser, published_version, model, short_lists, django_assert_num_queries, django_assert_max_num_queries
):
    short_lists.undo()
    make_version(WORDS)
    with django_assert_max_num_queries(12) as few:
        editor_browser.get(page(model, "changelist"))
    for _ in range(3):
        make_whole_version()
    with django_assert_num_queries(len(few)):
        editor_browser.get(page(model, "changelist"))


@pytest.mark.parametrize("address", ["?q=%00", "?p=999", "?level__rank=x", "?o=x", "?version=%00", "?e=1"])
def test_odd_addresses_are_answered(editor_browser, published_version, address):
    response = editor_browser.get(page(LevelDescriptor, "changelist") + address, follow=True)
    assert response.status_code == 200


# A draft


def test_draft_statement_is_edited_with_its_descriptors(editor_browser, draft):
    statement = row_of(Statement, draft)
    assert_saved(send(editor_browser, statement, code="A1.9", **{"descriptors-1-text": "Does it all"}))
    statement.refresh_from_db()
    assert statement.code == "A1.9"
    assert [d.text for d in statement.descriptors.order_by("level__rank")] == ["Knows", "Does it all", "Leads"]


def test_draft_area_is_edited_with_its_statements(editor_browser, draft):
    area = row_of(Area, draft)
    new = {"statements-2-code": "A1.3", "statements-2-topic": "New", "statements-2-order": "3"}
    response = send(editor_browser, area, title="Another", **new, **{"statements-TOTAL_FORMS": "3"})
    assert_saved(response)
    area.refresh_from_db()
    assert area.title == "Another"
    assert [(s.code, s.topic) for s in area.statements.all()] == [("A1.1", "Topic"), ("A1.2", "Topic"), ("A1.3", "New")]
    assert len({s.lineage for s in area.statements.all()}) == 3


def test_draft_statement_is_removed_from_its_area(editor_browser, draft):
    area = row_of(Area, draft)
    assert_saved(send(editor_browser, area, **{"statements-0-DELETE": "on"}))
    assert [s.code for s in area.statements.all()] == ["A1.2"]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Version, "issued"),
        (Level, "summary"),
        (Section, "title"),
        (Area, "summary"),
        (LevelDescriptor, "text"),
        (Attribute, "name"),
        (GlossaryTerm, "definition"),
        (RoleProfile, "description"),
        (ReferencePage, "body"),
        (LifecycleStage, "involvement"),
        (Source, "title"),
        (PeopleProfile, "quote"),
        (CaseStudy, "introduction"),
        (Insight, "text"),
        (GuideSection, "title"),
        (LearningResource, "provider"),
    ],
)
def test_draft_rows_are_edited(editor_browser, draft, model, field):
    row = row_of(model, draft)
    edited_at = draft.edited_at
    assert_saved(send(editor_browser, row, **{field: "New words"}))
    row.refresh_from_db()
    draft.refresh_from_db()
    assert getattr(row, field) == "New words"
    assert draft.edited_at > edited_at


def test_draft_is_begun_and_filled(editor_browser, published_version):
    framework = published_version.framework
    data = {"framework": framework.pk, "number": "3.0", "issued": "2027", "source_title": "Draft", "licence": "OGL"}
    response = editor_browser.post(page(Version, "add"), data)
    assert response.status_code == 302
    version = Version.objects.get(number="3.0")
    assert version.state == "draft"
    section = {"code": "A", "title": "Section", "summary": "Words", "order": "1"}
    section = {f"sections-0-{name}": value for name, value in section.items()}
    assert_saved(send(editor_browser, version, **section, **{"sections-TOTAL_FORMS": "1"}))
    area = {"code": "A1", "title": "Area", "short_title": "Area", "summary": "S", "kind": "behaviour", "order": "1"}
    area = {f"areas-0-{name}": value for name, value in area.items()}
    assert_saved(send(editor_browser, version.sections.get(), **area, **{"areas-TOTAL_FORMS": "1"}))
    assert version.sections.get().areas.get().code == "A1"
    term = {"version": version.pk, "term": "Plan", "definition": "What is meant to be done.", "order": "1"}
    assert editor_browser.post(page(GlossaryTerm, "add"), term).status_code == 302
    assert version.glossary_terms.get().term == "Plan"


def test_draft_case_study_is_edited_with_its_stages(editor_browser, draft):
    study = row_of(CaseStudy, draft)
    new = {"stages-1-title": "Using", "stages-1-text": "Crossed.", "stages-1-order": "2"}
    assert_saved(send(editor_browser, study, **{"stages-0-text": "Paid."}, **new, **{"stages-TOTAL_FORMS": "2"}))
    assert [(stage.title, stage.text) for stage in study.stages.all()] == [("Buying", "Paid."), ("Using", "Crossed.")]


@pytest.mark.parametrize(
    ("model", "fields", "chosen"),
    [
        (ReferencePage, {"slug": "new", "title": "N", "body": "B", "group": "annex"}, set()),
        (LifecycleStage, {"title": "N"}, set()),
        (Source, {"title": "N"}, set()),
        (PeopleProfile, {"slug": "new", "job_title": "N", "organisation": "O", "body": "B"}, {"level"}),
        (CaseStudy, {"slug": "new", "title": "N", "organisation": "O", "introduction": "I"}, set()),
        (Insight, {"number": 9, "group": "G", "text": "T"}, {"areas"}),
        (GuideSection, {"code": "Z", "title": "N"}, {"areas"}),
        (LearningResource, {"title": "N", "provider": "P"}, {"area", "level"}),
    ],
)
def test_draft_is_given_reference_material(editor_browser, draft, model, fields, chosen):
    """What is chosen from the version of a row is asked for when the row has one."""
    form = editor_browser.get(page(model, "add")).context["adminform"].form
    response = editor_browser.post(page(model, "add"), {"version": draft.pk, "order": 9} | fields)
    assert response.status_code == 302
    row = model.objects.filter(version=draft).latest("pk")
    assert {name: getattr(row, name) for name in fields} == fields
    later = editor_browser.get(page(model, "change", row.pk)).context["adminform"].form
    assert set(later.fields) - set(form.fields) == chosen
    for name in chosen:
        assert {option.pk for option in later.fields[name].queryset} == {
            option.pk for option in type(later.fields[name].queryset.first()).objects.all() if in_version(option, draft)
        }


def in_version(row, version):
    return type(row).objects.filter(**{VERSION_PATHS[type(row)]: version}, pk=row.pk).exists()


@pytest.mark.parametrize(("model", "name"), [(Source, "url"), (LearningResource, "link")])
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_addresses_lead_to_the_web(editor_browser, draft, model, name, address):
    row = row_of(model, draft)
    response = send(editor_browser, row, **{name: address})
    assert response.context["adminform"].form.errors.keys() == {name}


def test_draft_offers_only_rows_of_its_own_version(editor_browser, draft, published_version):
    statement, profile = row_of(Statement, draft), row_of(RoleProfile, draft)
    part = draft.sections.get().areas.get().parts.get()
    response = editor_browser.get(page(Statement, "change", statement.pk))
    form = response.context["adminform"].form
    assert [value for value, _ in form.fields["area"].choices if value] == [statement.area_id]
    assert [value for value, _ in form.fields["part"].choices if value] == [part.pk]
    levels = response.context["inline_admin_formsets"][0].formset.forms[0].fields["level"].choices
    assert [label for value, label in levels if value] == ["First", "Second", "Third"]
    response = send(editor_browser, profile, **{"targets-0-area": Area.objects.get(code="B4").pk})
    assert response.context["inline_admin_formsets"][0].formset.forms[0].errors.keys() == {"area"}


def test_draft_is_deleted_whole(editor_browser, draft):
    response = editor_browser.post(page(Version, "delete", draft.pk), {"post": "yes"})
    assert response.status_code == 302
    assert not Version.objects.filter(pk=draft.pk).exists()
    assert not Statement.objects.filter(area__section__version=draft.pk).exists()


def test_new_rows_go_only_into_what_may_change(editor_browser, draft, published_version):
    response = editor_browser.get(page(GlossaryTerm, "add"))
    assert [value for value, _ in response.context["adminform"].form.fields["version"].choices if value] == [draft.pk]
    data = {"version": published_version.pk, "term": "New", "definition": "New", "order": "99"}
    response = editor_browser.post(page(GlossaryTerm, "add"), data)
    assert response.context["adminform"].form.errors.keys() == {"version"}


@pytest.mark.parametrize("model", [Level, Section, Area, Statement, LevelDescriptor, Attribute])
def test_rows_are_added_on_the_page_of_what_they_belong_to(editor_browser, model):
    assert editor_browser.get(page(model, "add")).status_code == 403


# A published version


@pytest.mark.parametrize("model", [model for model in MODELS if model is not Framework])
def test_published_rows_are_read_only(editor_browser, published, model):
    response = editor_browser.get(page(model, "change", row_of(model, published).pk))
    assert set(response.context["adminform"].form.fields) == EDITABLE_AT_ANY_TIME.get(model, set())
    assert PUBLISHED in response.text
    for inline in response.context["inline_admin_formsets"]:
        assert not inline.has_add_permission
        assert not inline.has_change_permission
        assert not inline.has_delete_permission


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [(Area, "short_title", "Shorter"), (Statement, "topic", "Plainer"), (GlossaryTerm, "other_forms", "plans\nPlans")],
)
def test_what_is_ours_is_edited_at_any_time_and_trees_are_read_again(editor_browser, published, model, field, value):
    before = version_tree(published)
    row = row_of(model, published)
    assert_saved(send(editor_browser, row, **{field: value}))
    row.refresh_from_db()
    published.refresh_from_db()
    assert getattr(row, field).replace("\r", "") == value
    assert version_tree(published) is not before


@pytest.mark.parametrize("model", [Insight, GuideSection])
def test_mapping_of_a_published_version_is_edited(editor_browser, published, model):
    row, before = row_of(model, published), version_library(published)
    assert_saved(send(editor_browser, row, areas=[]))
    assert not row.areas.exists()
    area = Area.objects.get(section__version=published)
    assert_saved(send(editor_browser, row, areas=[area.pk]))
    assert row.areas.get() == area
    published.refresh_from_db()
    assert version_library(published) is not before
    assert published.fingerprint == fingerprint(version_entries(published))
    response = send(editor_browser, row, areas=[Area.objects.get(code="B4").pk])
    assert response.context["adminform"].form.errors.keys() == {"areas"}


def test_learning_resources_of_a_published_version_come_change_and_go(editor_browser, published):
    before = version_library(published)
    data = {"version": published.pk, "title": "Talk", "provider": "A club", "link": "example.com", "order": 2}
    assert editor_browser.post(page(LearningResource, "add"), data).status_code == 302
    row = published.learning_resources.get(title="Talk")
    area, level = Area.objects.get(section__version=published), published.levels.get(rank=1)
    assert_saved(send(editor_browser, row, area=area.pk, level=level.pk, title="Speech"))
    row.refresh_from_db()
    assert (row.title, row.link, row.area, row.level) == ("Speech", "https://example.com", area, level)
    published.refresh_from_db()
    changed = version_library(published)
    assert [resource.title for resource in changed.resources] == ["A course", "Speech"]
    assert len(before.resources) == 1
    assert editor_browser.post(page(LearningResource, "delete", row.pk), {"post": "yes"}).status_code == 302
    published.refresh_from_db()
    assert [resource.title for resource in version_library(published).resources] == ["A course"]
    chosen = {"action": "delete_selected", "_selected_action": [before.resources[0].pk], "post": "yes"}
    assert editor_browser.post(page(LearningResource, "changelist"), chosen).status_code == 302
    published.refresh_from_db()
    assert version_library(published).resources == ()
    assert published.fingerprint == fingerprint(version_entries(published))


def test_learning_resource_stays_in_its_version(editor_browser, draft, published_version):
    row = row_of(LearningResource, published_version)
    assert_refused(send(editor_browser, row, version=draft.pk))
    row.refresh_from_db()
    assert row.version == published_version
    foreign = Area.objects.get(section__version=draft)
    response = send(editor_browser, row, area=foreign.pk)
    assert response.context["adminform"].form.errors.keys() == {"area"}


def test_part_of_a_published_statement_is_chosen_from_its_area(editor_browser, published):
    statement = row_of(Statement, published)
    part = statement.area.parts.get()
    assert_saved(send(editor_browser, statement, part=part.pk))
    statement.refresh_from_db()
    assert statement.part == part
    foreign = Area.objects.get(code="B3").parts.first()
    response = send(editor_browser, statement, part=foreign.pk)
    assert response.context["adminform"].form.errors.keys() == {"part"}


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (Statement, {"code": "X1"}),
        (Statement, {"area": "1"}),
        (Statement, {"descriptors-0-text": "Changed"}),
        (Statement, {"descriptors-0-DELETE": "on"}),
        (Statement, {"descriptors-TOTAL_FORMS": "4", "descriptors-3-text": "More", "descriptors-3-level": "1"}),
        (Area, {"title": "Changed"}),
        (Area, {"statements-0-code": "X1"}),
        (Area, {"statements-0-topic": "Changed"}),
        (Area, {"variants-0-title": "Changed"}),
        (GlossaryTerm, {"definition": "Changed"}),
        (Insight, {"text": "Changed"}),
        (Insight, {"version": "1"}),
        (GuideSection, {"title": "Changed"}),
    ],
)
def test_tampered_form_of_a_published_row_changes_nothing(editor_browser, published, model, sent):
    before = published_rows(published)
    assert_refused(send(editor_browser, row_of(model, published), **sent))
    assert published_rows(published) == before


@pytest.mark.parametrize("model", WITHOUT_ANYTHING_OF_OURS)
def test_published_rows_without_anything_of_ours_take_no_form(editor_browser, published, model):
    row = row_of(model, published)
    before = published_rows(published)
    data = {"title": "Changed", "text": "Changed", "name": "Changed", "number": "9", "stages-0-text": "Changed"}
    assert editor_browser.post(page(model, "change", row.pk), data).status_code == 403
    assert published_rows(published) == before


@pytest.mark.parametrize("model", [model for model in MODELS if model not in (Framework, LearningResource)])
def test_published_rows_are_not_deleted(editor_browser, published, model):
    row = row_of(model, published)
    assert editor_browser.get(page(model, "delete", row.pk)).status_code == 403
    assert editor_browser.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    assert editor_browser.post(page(model, "changelist"), chosen).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_framework_with_a_published_version_keeps_its_slug_and_stays(editor_browser, published_version):
    framework = published_version.framework
    assert_saved(send(editor_browser, framework, slug="other", owner="Another"))
    framework.refresh_from_db()
    assert (framework.slug, framework.owner) == ("contract-management", "Another")
    response = editor_browser.post(page(Framework, "delete", framework.pk), {"post": "yes"})
    assert response.status_code in (200, 403)
    assert Framework.objects.filter(pk=framework.pk).exists()


def test_version_published_while_a_form_is_open(editor_browser, draft):
    statement = row_of(Statement, draft)
    address = page(Statement, "change", statement.pk)
    data = read_form(editor_browser.get(address)) | {"code": "A1.9"}
    publish_unreviewed(version=draft)
    assert_refused(editor_browser.post(address, data, follow=True))
    statement.refresh_from_db()
    assert statement.code == "A1.1"


def test_version_published_while_a_form_is_saved(editor_browser, draft, monkeypatch):
    statement = row_of(Statement, draft)
    save = StatementAdmin.save_model

    def publish_first(self, request, obj, form, change):
        publish_unreviewed(version=draft)
        save(self, request, obj, form, change)

    monkeypatch.setattr(StatementAdmin, "save_model", publish_first)
    response = send(editor_browser, statement, code="A1.9")
    assert response.status_code == 200
    assert "has just been published. Nothing was saved" in messages_of(response)[0]
    statement.refresh_from_db()
    assert statement.code == "A1.1"


def published_rows(version):
    """Every row of the version, and of the tables between two of its rows, as it stands."""
    tables = {}
    for model, path in VERSION_PATHS.items():
        rows = model.objects.filter(**{path or "pk": version.pk}).order_by("pk")
        tables[model] = list(rows.values())
        for field in model._meta.many_to_many:
            tables[model, field.name] = list(rows.values_list("pk", field.name).order_by("pk", field.name))
    return tables


# Who may


@pytest.mark.parametrize("model", MODELS)
def test_admin_is_for_those_with_permission(sign_in, contract_manager, published_version, model):
    address = page(model, "changelist")
    assert sign_in().get(address).status_code == 302
    browser = sign_in(contract_manager)
    assert browser.get(address).status_code == 302
    contract_manager.is_staff = True
    contract_manager.save()
    assert sign_in(contract_manager).get(address).status_code == 403


def test_unknown_row_leads_back_to_the_index(editor_browser, published_version):
    for pk in (0, "x", "%00"):
        response = editor_browser.get(f"/admin/standards/statement/{pk}/change/", follow=True)
        assert response.status_code == 200
        assert "doesn’t exist" in messages_of(response)[0]


# What browsers are told


class InlineCode(HTMLParser):
    """Collects what the Content Security Policy would block: scripts and styles in the page itself."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        is_data = names.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


def test_inline_code_is_seen():
    assert InlineCode('<p style="a" onclick="b"><style></style><script>c</script>').found == [
        "style",
        "onclick",
        "style",
        "script",
    ]


@pytest.mark.parametrize("model", MODELS if HEAVY else WITH_EVERY_WIDGET)
def test_pages_hold_no_inline_scripts_or_styles(editor_browser, draft, published_version, model):
    """Of models that have every widget and inline between them; with script/test --heavy of all."""
    row = row_of(model, draft)
    addresses = ["/admin/", page(model, "changelist"), page(model, "change", row.pk), page(model, "delete", row.pk)]
    for address in [*addresses, page(model, "history", row.pk)]:
        response = editor_browser.get(address)
        assert response.status_code == 200
        assert InlineCode(response.text).found == []
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
