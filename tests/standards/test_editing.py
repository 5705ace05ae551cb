"""Making a version: begun as a copy, edited, and taken back."""

import json
import string

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.actions import NotNext, publish_unreviewed, start_next_version
from standards.fingerprint import fingerprint, version_entries
from standards.models import Area, Statement, Version
from standards.version_numbers import is_higher, is_version_number
from standards.version_tables import VERSION_PATHS
from tests.conftest import HEAVY
from tests.factories import make_user
from tests.standards.versions import WORDS, make_version, make_whole_version

pytestmark = pytest.mark.django_db

NUMBER = "77.88.99"


@pytest.fixture(scope="module")
def by(kept_for_the_module):
    return make_user(name="Harriet Molescroft")


@pytest.fixture(scope="module")
def small(kept_for_the_module):
    return publish_unreviewed(version=make_whole_version())


def renumbered(version, number):
    """The entries of ``version`` as they would be under another number."""
    text = json.dumps(version_entries(version), default=str, sort_keys=True)
    text = text.replace(json.dumps(version.number), json.dumps(number))
    return json.loads(text.replace(f"Version {version.number}", f"Version {number}"))


def ours(version):
    """What the fingerprint leaves out: rows and fields that are the portal's own."""
    statements = Statement.objects.filter(area__section__version=version).order_by("area", "order")
    return {
        "topics": list(statements.values_list("topic", "part__code")),
        "short titles": [area.short_title for section in version.sections.all() for area in section.areas.all()],
        "other forms": [term.other_forms for term in version.glossary_terms.all()],
        "insights": [[area.code for area in each.areas.all()] for each in version.insights.all()],
        "guide": [[area.code for area in each.areas.all()] for each in version.guide_sections.all()],
        "resources": [
            (each.title, each.provider, each.link, each.area and each.area.code, each.level and each.level.rank)
            for each in version.learning_resources.all()
        ],
    }


# Numbers


@pytest.mark.parametrize(
    ("number", "than", "higher"),
    [
        ("2.1", "2.0", True),
        ("2.10", "2.9", True),
        ("10", "9.9", True),
        ("2.0.1", "2", True),
        ("2", "2.0", False),
        ("2.0", "2", False),
        ("1.9", "2.0", False),
        ("1", "first", True),
    ],
)
def test_numbers_are_compared_number_by_number(number, than, higher):
    assert is_higher(number, than) is higher


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=4), st.lists(st.integers(0, 9999), min_size=1, max_size=4))
def test_of_two_numbers_at_most_one_is_higher(one, other):
    one, other = (".".join(map(str, parts)) for parts in (one, other))
    assert not (is_higher(one, other) and is_higher(other, one))
    assert is_version_number(one)


@pytest.mark.parametrize("text", ["", "latest", "2.", ".2", "2..0", "2.0a", "１", "1.2.3.4.5", "12345", "2/0", "-1"])
def test_what_is_no_number_of_a_version(text):
    assert not is_version_number(text)


# The next version


def test_next_version_is_a_copy_of_everything(published_version, by):
    draft = start_next_version(version=published_version, number=NUMBER, by=by)
    assert (draft.state, draft.follows, draft.fingerprint) == ("draft", published_version, "")
    assert fingerprint(renumbered(draft, "2.0")) == published_version.fingerprint
    assert ours(draft) == ours(published_version)
    for model, path in VERSION_PATHS.items():
        counts = [model.objects.filter(**{path or "pk": each.pk}).count() for each in (draft, published_version)]
        assert counts[0] == counts[1] > 0, model


@pytest.mark.parametrize(
    ("title", "of_next"),
    [
        ("Small standards, Version 1, Today", "Small standards, Version 4.0, May 2027"),
        ("Edition 1.5 of 1 standard", "Edition 1.5 of 1 standard"),
    ],
)
def test_next_version_has_its_own_number_and_day_in_the_title_of_its_source(by, title, of_next):
    version = make_version(WORDS)
    version.source_title = title
    version.save()
    publish_unreviewed(version=version)
    draft = start_next_version(version=version, number="4.0", by=by, issued="May 2027")
    assert (draft.source_title, draft.issued) == (of_next, "May 2027")


@settings(max_examples=500 if HEAVY else 5)
@given(
    rows=st.lists(
        st.tuples(*[st.text(string.ascii_letters + " <&;Łŵ’", min_size=1).filter(str.strip)] * 3),
        min_size=1,
        max_size=4,
    ),
    data=st.data(),
)
def test_whatever_was_edited_is_copied(by, rows, data):
    """Also what has odd places in the order, labels of our own and no part."""
    with transaction.atomic():
        version = make_whole_version()
        area = Area.objects.get(section__version=version)
        for n, texts in enumerate(rows):
            place = data.draw(st.integers(0, 9))
            statement = Statement.objects.create(
                area=area, code=f"X{n}.1", topic="X", order=place, part=area.parts.get()
            )
            for level, text in zip(version.levels.all(), texts, strict=True):
                statement.descriptors.create(level=level, text=text)
        publish_unreviewed(version=version)
        draft = start_next_version(version=version, number=NUMBER, by=by)
        entries = [renumbered(draft, "1"), renumbered(version, "1")]
        assert fingerprint(entries[0]) == fingerprint(entries[1])
        assert ours(draft) == ours(version)
        transaction.set_rollback(True)


def test_next_version_keeps_lineages_and_points_at_nothing_of_the_one_before(small, by):
    draft = start_next_version(version=small, number="2", by=by, issued="May 2027")
    assert draft.issued == "May 2027"
    lineages = [
        set(Statement.objects.filter(area__section__version=each).values_list("lineage", flat=True))
        for each in (draft, small)
    ]
    assert lineages[0] == lineages[1]
    assert str(small.pk) not in {
        str(version)
        for model, path in VERSION_PATHS.items()
        if path
        for field in model._meta.get_fields()
        if field.concrete and field.related_model in VERSION_PATHS and VERSION_PATHS[field.related_model]
        for version in model.objects.filter(**{path: draft.pk})
        .exclude(**{field.name: None})
        .values_list(f"{field.name}__{VERSION_PATHS[field.related_model]}", flat=True)
    }
    assert list(draft.history.values_list("history_type", "history_user")) == [("+", by.pk)]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("1", "There is a version 1 already"),
        ("1.0", "There is a version 1.0 already"),
        ("0.9", "higher than 1"),
        ("next", "with digits"),
        ("", "with digits"),
    ],
)
def test_next_version_needs_a_higher_number(small, by, number, why):
    with pytest.raises(NotNext, match=why):
        start_next_version(version=small, number=number, by=by)
    assert small.framework.versions.count() == 1


def test_one_version_is_made_at_a_time(small, by):
    draft = start_next_version(version=small, number="2", by=by)
    with pytest.raises(NotNext, match="Version 2 is being made already"):
        start_next_version(version=small, number="3", by=by)
    with pytest.raises(NotNext, match="Version 2 is not published"):
        start_next_version(version=draft, number="3", by=by)
    Version.objects.filter(pk=draft.pk).update(state="in_review")
    with pytest.raises(NotNext, match="Version 2 is being made already"):
        start_next_version(version=small, number="3", by=by)


def test_next_version_takes_the_same_queries_for_few_and_many_rows(small, by, django_assert_num_queries):
    many = publish_unreviewed(version=make_version(*[WORDS] * 20))
    with CaptureQueriesContext(connection) as few:
        start_next_version(version=publish_unreviewed(version=make_version(WORDS)), number="2", by=by)
    with CaptureQueriesContext(connection) as published:
        publish_unreviewed(version=make_version(WORDS))
    with django_assert_num_queries(len(few) - len(published)):
        start_next_version(version=many, number="2", by=by)
