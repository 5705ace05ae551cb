"""Where each statement of a version comes from in an earlier one."""

import json
from collections import Counter

import pytest
from django.core import serializers
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from standards.actions import decide_obvious, load_fixture, propose_links, publish_unreviewed, start_next_version
from standards.fingerprint import version_entries
from standards.links import Kind, Path, Step, compose, forget_paths, steps_by_lineage, version_paths
from standards.models import Area, Level, LevelDescriptor, Statement, StatementLink
from tests.standards.made_up import BECAME, MOVED, make_made_up_version
from tests.standards.versions import make_version

REACH = {Kind.SAME: 0, Kind.EDITORIAL: 1, Kind.CHANGED: 2, Kind.SPLIT: 3, Kind.MERGED: 4}


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_paths()


def codes(version):
    return dict(Statement.objects.filter(area__section__version=version).values_list("pk", "code"))


# Steps put together


def path_of(new, *steps):
    return compose([new], steps)[new]


def test_the_farthest_reaching_kind_names_the_path():
    edit, change, same = Step(2, 3, Kind.EDITORIAL), Step(1, 2, Kind.CHANGED), Step(1, 2, Kind.SAME)
    assert path_of(3, [edit], [change]) == Path(Kind.CHANGED, (1,))
    assert path_of(3, [edit], [same]) == Path(Kind.EDITORIAL, (1,))
    assert path_of(3, [edit]) == Path(Kind.EDITORIAL, (2,))
    assert path_of(3) == Path(Kind.SAME, (3,))


def test_what_was_new_on_the_way_is_new():
    assert path_of(3, [Step(2, 3, Kind.CHANGED)], [Step(None, 2, Kind.NEW)]) == Path(Kind.NEW, ())


def test_parts_that_were_merged_again_ask_for_the_whole_anew():
    merged = [Step(2, 4, Kind.MERGED), Step(3, 4, Kind.MERGED)]
    assert path_of(4, merged, [Step(1, 2, Kind.SPLIT), Step(1, 3, Kind.SPLIT)]) == Path(Kind.CHANGED, (1,))


def test_one_of_the_merged_that_was_new_on_the_way_makes_it_a_change():
    merged = [Step(2, 4, Kind.MERGED), Step(3, 4, Kind.MERGED)]
    assert path_of(4, merged, [Step(1, 2, Kind.SAME), Step(None, 3, Kind.NEW)]) == Path(Kind.CHANGED, (1,))


def test_a_part_that_was_merged_comes_from_both():
    steps = [Step(2, 4, Kind.MERGED), Step(3, 4, Kind.MERGED)], [Step(1, 2, Kind.SPLIT), Step(5, 3, Kind.CHANGED)]
    assert path_of(4, *steps) == Path(Kind.MERGED, (1, 5))


@st.composite
def steps_between(draw, olds, news):
    """Links such as editors decide, from some statements to others, each covered once."""
    olds, news, steps = list(olds), list(news), []
    while olds or news:
        kind = draw(st.sampled_from(Kind.values))
        old_count = {"new": 0, "merged": 2}.get(kind, 1)
        new_count = {"removed": 0, "split": 2}.get(kind, 1)
        if len(olds) < old_count or len(news) < new_count:
            kind, old_count, new_count = ("removed", 1, 0) if olds else ("new", 0, 1)
        ends = [olds.pop() for _ in range(old_count)] or [None], [news.pop() for _ in range(new_count)] or [None]
        steps += [Step(old, new, Kind(kind)) for old in ends[0] for new in ends[1]]
    return steps


@given(st.data())
def test_paths_compose(data):
    first, second, third = range(8), range(10, 18), range(20, 28)
    early = data.draw(steps_between(first, second))
    late = data.draw(steps_between(second, third))
    whole = compose(third, [late, early])
    step_one, step_two = compose(second, [early]), compose(third, [late])
    assert set(whole) == set(third)
    for new, path in whole.items():
        through = [step_one[middle] for middle in step_two[new].olds]
        assert set(path.olds) == {old for each in through for old in each.olds}
        assert (path.kind == Kind.NEW) == (not path.olds)
        assert (path.kind == Kind.MERGED) == (len(path.olds) > 1)
        keeps = path.kind in (Kind.SAME, Kind.EDITORIAL)
        if keeps:
            # Nothing on the way says more than that.
            assert all(each.kind in (Kind.SAME, Kind.EDITORIAL) for each in (*through, step_two[new]))
            assert REACH[path.kind] == max(REACH[each.kind] for each in (*through, step_two[new]))


lineages = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["words", "other words"])), max_size=8)


@given(lineages, lineages)
def test_without_links_lineage_and_words_cover_every_statement_once(olds, news):
    steps = steps_by_lineage(dict(enumerate(olds)), dict(enumerate(news, start=100)))
    assert sorted(each.old for each in steps if each.old is not None) == list(range(len(olds)))
    assert sorted(each.new for each in steps if each.new is not None) == list(range(100, 100 + len(news)))
    for each in steps:
        if each.kind in (Kind.SAME, Kind.CHANGED):
            (was, before), (now, after) = olds[each.old], news[each.new - 100]
            assert was == now
            assert (before == after) == (each.kind == Kind.SAME)
        else:
            assert each.kind in (Kind.NEW, Kind.REMOVED)


# Versions


def test_the_made_up_version_leads_back_as_its_editor_decided(published_version):
    version = make_made_up_version(published_version)
    paths = version_paths(published_version, version)
    was, now = codes(published_version), codes(version)
    back = {now[new]: (path.kind.value, tuple(was[old] for old in path.olds)) for new, path in paths.back.items()}
    expected = {code: (kind, olds) for kind, olds, news in BECAME for code in news}
    assert {code: back[code] for code in expected} == expected
    assert {code: olds[0] for code, (kind, olds) in back.items() if kind == "same" and olds[0] != code} == MOVED
    assert len(back) == 67
    assert Counter(kind for kind, _ in back.values())["same"] == 49
    gone = [was[old] for old, news in paths.onward.items() if not news]
    assert gone == [olds[0] for kind, olds, _ in BECAME if kind == "removed"]
    # The same, read the other way.
    assert {(old, new) for old, news in paths.onward.items() for new in news} == {
        (old, new) for new, path in paths.back.items() for old in path.olds
    }
    assert list(paths.onward) == list(
        Statement.objects.filter(area__section__version=published_version)
        .order_by("area__section__order", "area__order", "order")
        .values_list("pk", flat=True)
    )
    area_codes = dict(Area.objects.values_list("pk", "code"))
    assert {area_codes[new]: area_codes.get(old) for new, old in paths.areas.items()} == {
        **{code: code for code in ("A1", "A2", "B1", "B3", "B4", "B5", "B6")},
        "B7": None,
    }
    assert paths.same_levels


def test_two_steps_are_put_together(published_version):
    third = make_made_up_version(published_version, is_published=True)
    fourth = start_next_version(version=third, number="4.0", by=None)
    changed = Statement.objects.get(area__section__version=fourth, code="B1.11")
    LevelDescriptor.objects.filter(statement=changed).update(text="Something else entirely")
    fourth = publish_unreviewed_with_links(fourth)
    paths = version_paths(published_version, fourth)
    was, now = codes(published_version), codes(fourth)
    back = {now[new]: (path.kind.value, tuple(was[old] for old in path.olds)) for new, path in paths.back.items()}
    assert back == {
        **{code: (kind, olds) for kind, olds, news in BECAME for code in news},
        **{code: found for code, found in back.items() if found[0] == "same"},
    }
    assert Counter(kind for kind, _ in back.values())["same"] == 49


def publish_unreviewed_with_links(version):
    """Publish a draft, everything that is proposed decided as it is proposed."""
    propose_links(version=version)
    StatementLink.objects.filter(version=version, decided_at=None).update(decided_at=timezone.now())
    return publish_unreviewed(version=version)


def test_versions_without_links_are_compared_by_lineage_and_words(published_version):
    version = make_made_up_version(published_version, is_linked=False)
    StatementLink.objects.filter(version=version).delete()
    paths = version_paths(published_version, version)
    was, now = codes(published_version), codes(version)
    back = {now[new]: (path.kind.value, [was[old] for old in path.olds]) for new, path in paths.back.items()}
    assert (back["A1.2"], back["B3.9"], back["A1.1"]) == (
        ("same", ["A1.2"]),
        ("same", ["B3.11"]),
        ("changed", ["A1.1"]),
    )
    assert (back["B1.10"], back["B1.11"]) == (("changed", ["B2.3"]), ("new", []))


def test_links_can_be_kept_as_files_beside_the_words(db, tmp_path):
    first = publish_unreviewed(version=make_version(("Reads", "Writes", "Leads"), ("Counts", "Saves", "Invests")))
    version = start_next_version(version=first, number="2", by=None)
    Statement.objects.get(area__section__version=version, code="A1.2").delete()
    propose_links(version=version)
    decide_obvious(version=version, by=None)
    links = serializers.serialize("python", version.links.all(), use_natural_foreign_keys=True)
    # A row of links has no name of its own.
    entries = [*version_entries(version), *({**each, "pk": None} for each in links)]
    (tmp_path / "all.json").write_text(json.dumps(entries, default=str), "utf-8")
    before = {(row.kind, row.old and row.old.code, row.new and row.new.code) for row in version.links.all()}
    version.delete()
    loaded, is_new = load_fixture(folder=tmp_path)
    assert (is_new, loaded.follows) == (True, first)
    assert {(row.kind, row.old and row.old.code, row.new and row.new.code) for row in loaded.links.all()} == before


def test_a_version_leads_to_itself_and_another_ladder_is_told(published_version):
    paths = version_paths(published_version, published_version)
    assert {new: path.olds for new, path in paths.back.items()} == {new: (new,) for new in paths.back}
    version = make_made_up_version(published_version)
    Level.objects.filter(version=version, rank=3).update(name="Master")
    assert not version_paths(published_version, version).same_levels


def test_few_queries_and_none_for_what_is_remembered(published_version, django_assert_num_queries):
    version = make_made_up_version(published_version, is_published=True)
    with django_assert_num_queries(5):
        paths = version_paths(published_version, version)
    with django_assert_num_queries(0):
        assert version_paths(published_version, version) is paths


def test_a_draft_is_read_anew_each_time(published_version):
    version = make_made_up_version(published_version)
    before = version_paths(published_version, version)
    removed = Statement.objects.get(area__section__version=version, code="A1.7")
    removed.delete()
    assert removed.pk not in version_paths(published_version, version).back
    assert len(before.back) == 67
