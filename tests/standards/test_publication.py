"""The check before publication, and the comparison with the source: everything that they find, and where it is mended."""

import pytest

from standards.actions import propose_links, publish_unreviewed, start_next_version
from standards.against_source import MOST_BYTES, Missing, Unreadable, read_source, texts_not_in
from standards.models import (
    Area,
    AreaVariant,
    CaseStudyStage,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    LifecycleStage,
    ReferencePage,
    RoleTarget,
    Section,
    Statement,
    StatementLink,
    Version,
)
from standards.publication import publication_problems
from standards.publication_texts import bad_letter
from tests.standards.document import SOURCE
from tests.standards.made_up import make_made_up_version
from tests.standards.versions import WORDS, make_version, make_whole_version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(kept_for_the_module):
    """A draft with something in every table; each test spoils it in a savepoint."""
    return make_whole_version()


@pytest.fixture
def version(made):
    return Version.objects.get(pk=made.pk)


def found(version):
    """What the check says, with the name of the model on whose page each is mended."""
    return [(problem.text, problem.model) for problem in publication_problems(version)]


def test_a_whole_version_has_no_problem(version):
    assert found(version) == []


def test_each_problem_names_the_row_on_whose_page_it_is_mended(version):
    statement = Statement.objects.get(area__section__version=version, code="A1.2")
    statement.descriptors.filter(level__rank=3).delete()
    (problem,) = publication_problems(version)
    assert (str(problem), problem.model, problem.pk) == (
        "A1.2 has words at 2 of 3 levels.",
        "statement",
        statement.pk,
    )


# Levels and words


def test_words_of_white_space_are_no_words(version):
    LevelDescriptor.objects.filter(statement__area__section__version=version, level__rank=2).update(text=" \n ")
    assert found(version) == [
        ("A1.1 has words at 2 of 3 levels.", "statement"),
        ("A1.2 has words at 2 of 3 levels.", "statement"),
    ]


def test_a_framework_may_let_levels_undefined_but_not_all_of_them(version):
    Framework.objects.filter(pk=version.framework_id).update(allows_undefined_levels=True)
    words = LevelDescriptor.objects.filter(statement__area__section__version=version)
    words.exclude(level__rank=2).delete()
    version = Version.objects.get(pk=version.pk)
    assert found(version) == []
    words.filter(statement__code="A1.2").delete()
    assert found(version) == [("A1.2 has words at 0 of 3 levels.", "statement")]


def test_ranks_begin_at_one_without_a_gap(version):
    Level.objects.filter(version=version, rank=3).update(rank=5)
    assert found(version) == [("The levels have the ranks 1, 2, 5: number them from 1, without a gap.", "version")]


def test_levels_have_names_of_their_own(version):
    Level.objects.filter(version=version, rank=2).update(name="FIRST")
    assert found(version) == [("More than one level is called First.", "level")]


def test_every_section_has_an_area_and_every_area_a_statement(version):
    section = Section.objects.create(version=version, code="B", title="B", summary="B", order=2)
    assert found(version) == [("Section B has no area.", "section")]
    area = Area.objects.create(
        section=section, code="B1", title="B", short_title="B", summary="B", kind="enabling", order=1
    )
    level = version.levels.get(rank=1)
    RoleTarget.objects.create(profile=version.role_profiles.get(), area=area, level=level)
    assert found(version) == [("Area B1 has no statement.", "area")]


# Codes and numbers


def test_codes_are_compared_in_any_case(version):
    Section.objects.create(version=version, code="a", title="B", summary="B", order=2)
    Statement.objects.filter(area__section__version=version, code="A1.2").update(code="a1.1")
    assert [text for text, _ in found(version)] == [
        "Section a has no area.",
        "More than one section has the code A.",
        "More than one statement has the code A1.1.",
        "The statement code a1.1 cannot stand in an address: write it like B4.3.",
    ]


@pytest.mark.parametrize("code", ["A 1", "a1", "A/1", "Ä1", "A1."])
def test_area_codes_can_stand_in_an_address(version, code):
    Area.objects.filter(section__version=version).update(code=code)
    assert found(version) == [(f"The area code {code} cannot stand in an address: write it like B4.", "area")]


@pytest.mark.parametrize("number", ["latest", "2.0a", "3/1", "", "3.", "٣"])
def test_version_numbers_are_digits_and_full_stops(version, number):
    Version.objects.filter(pk=version.pk).update(number=number)
    version.refresh_from_db()
    problem = f"The version number {number} is not digits with full stops between, such as 3.0."
    assert found(version) == [(problem, "version")]


@pytest.mark.parametrize(
    ("number", "is_raised"), [("2.10", True), ("3", True), ("2.1", False), ("2.0", False), ("1", False)]
)
def test_version_numbers_are_raised_part_by_part(version, number, is_raised):
    framework = version.framework
    for each in ("2.1", "1.9"):
        other = make_version(WORDS)
        Version.objects.filter(pk=other.pk).update(framework=framework, number=each)
        publish_unreviewed(version=other) if each == "2.1" else None
    Version.objects.filter(pk=version.pk).update(number=number if number != "2.1" else "2.1.0")
    version.refresh_from_db()
    problem = ("Version 2.1 is published already: give this one a higher number.", "version")
    assert found(version) == ([] if is_raised else [problem])


@pytest.mark.parametrize(("title", "is_right"), [("Standards, Version 2.0", False), ("Standards, version 1", True)])
def test_a_title_that_names_a_version_names_this_one(version, title, is_right):
    Version.objects.filter(pk=version.pk).update(source_title=title)
    version.refresh_from_db()
    problem = ("The title of the source names version 2.0, and this is version 1.", "version")
    assert found(version) == ([] if is_right else [problem])


# Roles


def test_role_profiles_name_a_level_for_every_area(version):
    RoleTarget.objects.filter(profile__version=version).delete()
    assert found(version) == [("Role profile “Clerk” names no level for A1.", "roleprofile")]


def test_role_profiles_refer_to_their_own_version(version):
    other = make_version(WORDS).levels.get(rank=1)
    RoleTarget.objects.filter(profile__version=version).update(level=other)
    assert found(version) == [
        ("Role profile “Clerk” names no level for A1.", "roleprofile"),
        ("Role profile “Clerk” refers to an area or a level of another version.", "roleprofile"),
    ]


# Texts


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Plain words, £5 – “so”\tand\r\nso on", ""),
        ("Welsh ŵ, 漢字, 🙂 and a‍joiner", ""),
        ("A bell\x07", "U+0007"),
        ("\x00", "U+0000"),
        ("a\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\ud800", "U+D800"),
        ("\udfff", "U+DFFF"),
        ("\ufffe", "U+FFFE"),
        ("\U0001ffff", "U+1FFFF"),
        ("\ufdd0", "U+FDD0"),
        ("\u2028", "U+2028"),
        ("\u202e", "U+202E"),
    ],
)
def test_letters_that_are_not_for_texts(text, letter):
    assert bad_letter(text) == letter


def test_texts_are_free_of_control_characters(version):
    Area.objects.filter(section__version=version).update(short_title="A\x0bB")
    AreaVariant.objects.filter(area__section__version=version).update(where="Page\x1b 1")
    CaseStudyStage.objects.filter(case_study__version=version).update(text="a\u202eb")
    assert [(text.partition(": ")[2], model) for text, model in found(version)] == [
        ("its short title holds the control character U+000B.", "area"),
        ("its where holds the control character U+001B.", "area"),
        ("its text holds the control character U+202E.", "casestudy"),
    ]


def test_forms_belong_to_one_term(version):
    GlossaryTerm.objects.create(
        version=version, term="Scheme", other_forms="schemes\nplan", definition="A plan.", order=2
    )
    assert found(version) == [
        ("Glossary term “Scheme”: “plan” is a form of more than one term: “Plan” and “Scheme”.", "glossaryterm")
    ]


def test_terms_have_addresses_of_their_own(version):
    GlossaryTerm.objects.create(version=version, term="Plan!", definition="Another.", order=2)
    GlossaryTerm.objects.create(version=version, term="£", definition="Money.", order=3)
    assert found(version) == [
        ("Glossary term “Plan!”: it has the same address, #plan, as “Plan”.", "glossaryterm"),
        ("Glossary term “£”: it has no letter that its address could be made of.", "glossaryterm"),
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "## One\n\n### Two\n\n## Three\n\n#### not a heading",
            "a heading begins with #### where ### is next: leave none out",
        ),
        ("Words\n\n### Two", "a heading begins with ### where ## is next: leave none out"),
        (
            "# One",
            "a heading begins with one #, or is underlined with =: the page's own title is above it, so begin with ##",
        ),
        (
            "One\n===",
            "a heading begins with one #, or is underlined with =: the page's own title is above it, so begin with ##",
        ),
    ],
)
def test_headings_step_down_from_the_second_level(version, body, says):
    LifecycleStage.objects.filter(version=version).update(involvement=body)
    (stage,) = LifecycleStage.objects.filter(version=version)
    assert found(version) == [(f"Lifecycle stage “{stage.title}”: {says}.", "lifecyclestage")]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://example.com/x", ""),
        ("mailto:someone@example.com", ""),
        ("/nowhere/", "leads to no page of the portal"),
        ("/", ""),
        ("/standards/", ""),
        ("{here}", ""),
        ("{here}A1/", ""),
        ("{here}A1.2/", ""),
        ("{here}level/3/", ""),
        ("{here}roles/clerk/", ""),
        ("{here}glossary/", ""),
        ("{here}glossary/#plan", ""),
        ("{latest}A1/", ""),
        ("{here}A2/", "leads to something that this version does not have"),
        ("{here}A1.9/", "leads to something that this version does not have"),
        ("{here}level/4/", "leads to something that this version does not have"),
        ("{here}roles/cook/", "leads to something that this version does not have"),
        ("{here}about/nothing/", "leads to something that this version does not have"),
        ("{here}people/nobody/", "leads to something that this version does not have"),
        ("{here}case-studies/none/", "leads to something that this version does not have"),
        ("{latest}A2/", "leads to something that this version does not have"),
        ("{here}glossary/#scheme", "leads to a term that this version does not define"),
        ("/standards/contract-management/2.0/B4/", ""),
        ("/standards/contract-management/latest/", ""),
        ("/standards/contract-management/9.9/", "leads to a version that is not published"),
        ("/standards/other/latest/", "leads to a version that is not published"),
        (
            "glossary/#plan",
            "depends on the page that it stands on: begin it with /standards/, or with https:// for another site",
        ),
        (
            "#plan",
            "depends on the page that it stands on: begin it with /standards/, or with https:// for another site",
        ),
    ],
)
def test_links_lead_somewhere(version, published_version, address, says):
    root = f"/standards/{version.framework.slug}/"
    address = address.format(here=f"{root}{version.number}/", latest=f"{root}latest/")
    ReferencePage.objects.filter(version=version).update(body=f"Read [this]({address}).")
    problems = [(text.partition("”: ")[2], model) for text, model in found(version)]
    assert problems == ([(f"the link to {address} {says}.", "referencepage")] if says else [])


# Links between versions


@pytest.fixture
def following(version):
    """A draft that follows the published version, of which it is a copy."""
    publish_unreviewed(version=version)
    return start_next_version(version=version, number="2", by=None)


def test_every_statement_of_both_versions_has_a_link(following):
    StatementLink.objects.filter(version=following).delete()
    assert found(following) == [
        ("A1.1 of version 1 has no link to this version.", "links"),
        ("A1.2 of version 1 has no link to this version.", "links"),
        ("A1.1 has no link to version 1.", "links"),
        ("A1.2 has no link to version 1.", "links"),
    ]


def test_every_link_is_decided(following):
    propose_links(version=following)
    StatementLink.objects.filter(version=following).update(decided_at=None)
    assert found(following) == [("2 links between the versions are proposed and not decided.", "links")]
    StatementLink.objects.filter(version=following, new__code="A1.1").update(decided_at=following.edited_at)
    assert found(following) == [("1 link between the versions is proposed and not decided.", "links")]
    StatementLink.objects.filter(version=following).update(decided_at=following.edited_at)
    assert found(following) == []


def test_links_lead_between_the_two_versions(following):
    propose_links(version=following)
    stranger = Statement.objects.get(area__section__version=make_version(WORDS))
    StatementLink.objects.filter(version=following, new__code="A1.1").update(old=stranger)
    StatementLink.objects.filter(version=following).update(decided_at=following.edited_at)
    assert found(following) == [
        ("A1.1 of version 1 has no link to this version.", "links"),
        ("A link leads to a statement of another version.", "links"),
    ]


def test_a_made_up_version_with_every_kind_of_link_has_no_problem(published_version, django_assert_max_num_queries):
    version = make_made_up_version(published_version)
    with django_assert_max_num_queries(35):
        assert found(version) == []


# The source


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no words"),
        (b" \n\t", "holds no words"),
        ("Déjà vu".encode("latin-1"), "not plain text in UTF-8"),
        (b"%PDF-1.7\n\xff\xfe", "not plain text in UTF-8"),
        ("so".encode("utf-16-le"), "not plain text"),
        (b"a" * (MOST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_files_that_are_no_text_are_refused(content, says):
    with pytest.raises(Unreadable, match=says):
        read_source(content)


def test_a_byte_order_mark_is_no_word():
    assert read_source("\ufeffWords".encode()) == "Words"


def test_texts_are_looked_for_without_white_space():
    version = make_version(("Knows the plan", "Does the plan", "Leads the plan and its makers"))
    source = "First Second Third Section Area Summary Knows\nthe pl an Does the plan  Leads the plan\fand its makers"
    assert texts_not_in(version, source) == (16, [])


def test_texts_that_the_source_does_not_have_are_shown_from_where_they_differ():
    version = make_version(("Knows the plan of the contract by heart", "Quite another thing", "Third"))
    source = "First Second Third Section Area Summary. Knows the plan of the contract by  name, and more"
    statement = "Level descriptor “A1.1, {}”, text"
    assert texts_not_in(version, source)[1] == [
        Missing(statement.format("First"), "Knows the plan of the contract by", "heart", "name, and more"),
        Missing(statement.format("Second"), "", "Quite another thing", ""),
    ]


def test_markdown_is_compared_by_its_words():
    version = make_whole_version()
    ReferencePage.objects.filter(version=version).update(title="T", body="## A *heading*\n\nMore [words](/) here.")
    _, missing = texts_not_in(version, "A heading. More words here. And so on.")
    assert not [each for each in missing if each.what.startswith("Reference page")]
    _, missing = texts_not_in(version, "A heading. More words here, and so on.")
    (page,) = [each for each in missing if each.what.startswith("Reference page")]
    assert page == Missing("Reference page “T”, body", "More words", "here.", "here, and so on.")


def test_the_standards_are_in_their_source_but_for_what_was_put_right(published_version):
    compared, missing = texts_not_in(published_version, read_source(SOURCE.encode()))
    assert (compared, len(missing)) == (549, 8), missing
