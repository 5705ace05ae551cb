"""The library of a version: what it holds, what it costs, and when it is read again."""

import pytest
from markupsafe import Markup

from standards.actions import publish_unreviewed, touch_version
from standards.library import forget_libraries, read_library, version_library
from standards.models import (
    Area,
    CaseStudy,
    CaseStudyStage,
    Framework,
    GuideSection,
    Insight,
    LearningResource,
    ReferencePage,
    Version,
)
from tests.standards.versions import add_reference_material, make_version, make_whole_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_libraries()
    yield
    forget_libraries()


@pytest.fixture
def small():
    return make_whole_version()


@pytest.fixture
def published(small):
    return publish_unreviewed(version=small)


# What it holds


def test_library_of_a_small_version(small):
    library = version_library(small)
    page = library.page("foreword")
    assert (page.title, page.group, page.body.source) == ("Foreword", "about", "## Why\n\nBecause.")
    assert page.html == '<h2 class="govuk-heading-m">Why</h2>\n<p class="govuk-body">Because.</p>\n'
    assert page.body.words == "Why\nBecause."
    person = library.person("baker")
    assert (person.job_title, person.organisation, person.quote) == ("Baker", "Bakery", "Bread")
    assert (person.rank, person.level, person.body.words) == (2, "Second", "My day\nLong.")
    study = library.case_study("bridge")
    assert (study.title, study.organisation, study.html) == (
        "A bridge",
        "Roads",
        '<p class="govuk-body">It stands.</p>\n',
    )
    assert [(stage.title, stage.text.words) for stage in study.stages] == [("Buying", "Bought.")]
    assert [(i.number, i.group, i.text, i.area_codes) for i in library.insights] == [
        (1, "Strategy", "Make time", ("A1",))
    ]
    assert [(s.code, s.title, s.area_codes) for s in library.guide_sections] == [("A", "Before", ("A1",))]
    assert [(s.title, s.url) for s in library.sources] == [("A book", "https://example.com/book")]
    assert [(s.title, s.involvement.words) for s in library.stages] == [("Buying", "Buyers")]
    (resource,) = library.resources
    assert (resource.title, resource.provider, resource.link) == (
        "A course",
        "A college",
        "https://example.com/course",
    )
    assert (resource.area_code, resource.rank, resource.level) == ("A1", 2, "Second")


def test_every_text_in_markdown_is_safe_markup(small):
    small.pages.update(body="<b>x</b>")
    library = version_library(small)
    stages = [stage for study in library.case_studies for stage in study.stages]
    for row in (*library.pages, *library.people, *library.case_studies, *stages, *library.stages):
        assert isinstance(row.html, Markup)
    assert library.page("foreword").html == '<p class="govuk-body">&lt;b&gt;x&lt;/b&gt;</p>\n'


def test_an_empty_text_is_false(small):
    small.lifecycle_stages.update(involvement=" ")
    (stage,) = version_library(small).stages
    assert not stage.involvement


def test_rows_come_in_their_order_and_not_in_that_of_their_making(small):
    ReferencePage.objects.create(version=small, slug="a", title="A", body="", group="annex", order=3)
    ReferencePage.objects.create(version=small, slug="b", title="B", body="", group="about", order=2)
    library = version_library(small)
    assert [page.slug for page in library.pages] == ["foreword", "b", "a"]
    assert [page.slug for page in library.pages_in("about")] == ["foreword", "b"]
    assert [page.slug for page in library.pages_in("annex")] == ["a"]


def test_case_studies_of_one_order_keep_their_own_stages(small):
    first = small.case_studies.get()
    other = CaseStudy.objects.create(
        version=small, slug="tunnel", title="T", organisation="R", introduction="", order=1
    )
    for study in (other, first):
        CaseStudyStage.objects.create(case_study=study, title=f"Using {study.slug}", text="", order=2)
    CaseStudyStage.objects.create(case_study=other, title="Buying", text="", order=1)
    CaseStudy.objects.create(version=small, slug="empty", title="E", organisation="R", introduction="", order=2)
    assert [(s.slug, [stage.title for stage in s.stages]) for s in version_library(small).case_studies] == [
        ("bridge", ["Buying", "Using bridge"]),
        ("tunnel", ["Buying", "Using tunnel"]),
        ("empty", []),
    ]


def test_insights_stand_under_their_headings(small):
    for number, group in ((3, "Contract"), (2, "Strategy"), (4, "Contract")):
        Insight.objects.create(version=small, number=number, group=group, text=f"Insight {number}")
    groups = version_library(small).insight_groups
    assert [(group.title, [i.number for i in group.insights]) for group in groups] == [
        ("Strategy", [1, 2]),
        ("Contract", [3, 4]),
    ]


def test_what_an_area_is_mapped_to(small):
    area = Area.objects.get(section__version=small)
    other = Area.objects.create(
        section=area.section, code="A2", title="B", short_title="B", summary="B", kind="behaviour", order=2
    )
    GuideSection.objects.create(version=small, code="B", title="After", order=2).areas.set([other, area])
    Insight.objects.create(version=small, number=2, group="Strategy", text="Listen").areas.add(other)
    library = version_library(small)
    assert library.guide_sections[1].area_codes == ("A1", "A2")
    assert [section.code for section in library.guide_sections_of("A1")] == ["A", "B"]
    assert [section.code for section in library.guide_sections_of("A2")] == ["B"]
    assert [insight.number for insight in library.insights_of("A2")] == [2]
    assert library.guide_sections_of("B9") == library.insights_of("B9") == ()


def test_resources_of_an_area_are_its_own_and_then_those_for_all(small):
    for order, title in ((0, "For all"), (5, "For all too")):
        LearningResource.objects.create(version=small, title=title, provider="P", order=order)
    library = version_library(small)
    assert [resource.title for resource in library.resources] == ["For all", "A course", "For all too"]
    assert [resource.title for resource in library.resources_of("A1")] == ["A course", "For all", "For all too"]
    assert [resource.title for resource in library.resources_of("B9")] == ["For all", "For all too"]
    assert (library.resources[0].area_code, library.resources[0].rank, library.resources[0].level) == ("", None, "")


def test_people_by_level(small):
    small.people_profiles.create(slug="owner", job_title="Owner", organisation="O", body="", order=2)
    library = version_library(small)
    assert [person.slug for person in library.people_at(2)] == ["baker"]
    assert [person.slug for person in library.people_at(None)] == ["owner"]
    assert library.people_at(1) == ()
    assert library.person("owner").level == ""


def test_what_is_not_in_the_version_is_a_key_error(small):
    library = version_library(small)
    for ask in (library.page, library.person, library.case_study):
        with pytest.raises(KeyError):
            ask("nothing")


def test_nothing_of_another_version_is_in_it(small):
    other = make_version(("Knows", "Does", "Leads"))
    before = version_library(small)
    add_reference_material(other, Area.objects.get(section__version=other))
    assert version_library(small) == before


def test_empty_version():
    version = Version.objects.create(framework=Framework.objects.create(slug="empty"), number="1")
    library = version_library(version)
    assert not any((library.pages, library.people, library.case_studies, library.insights, library.insight_groups))
    assert not any((library.guide_sections, library.sources, library.stages, library.resources))


# What it costs


def test_a_library_is_read_in_eight_queries_and_then_in_none(published_version, django_assert_num_queries):
    with django_assert_num_queries(8):
        first = version_library(published_version)
    with django_assert_num_queries(0):
        assert version_library(published_version) is first


def test_a_small_library_takes_as_many_queries(small, django_assert_num_queries):
    with django_assert_num_queries(8):
        read_library(small)


# What is remembered


def test_a_touched_version_is_read_again(published):
    before = version_library(published)
    LearningResource.objects.create(version=published, title="New", provider="P", order=2)
    assert version_library(published) is before
    touch_version(version_id=published.pk)
    published.refresh_from_db()
    assert [resource.title for resource in version_library(published).resources] == ["A course", "New"]


def test_a_draft_is_not_remembered(small):
    before = version_library(small)
    small.pages.update(title="Another")
    assert (before.page("foreword").title, version_library(small).page("foreword").title) == ("Foreword", "Another")


def test_a_library_cannot_be_changed(small):
    with pytest.raises(AttributeError):
        version_library(small).pages[0].title = "Another"
