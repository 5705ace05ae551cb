"""Nothing that a round says is lost, whatever the links between versions, and however often it is carried over."""

from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import actions
from assessments.actions import carrying
from assessments.answers import Answered, Change
from assessments.carrying import plan
from assessments.models import AgreedTarget, Assessment, EarlierAnswer, EarlierTarget, Evidence, Rating, Target
from standards.tree import version_tree
from tests.assessments.carried import KEPT_SUPPORTS, SUPPORTS, everything, make_small_versions
from tests.assessments.test_carrying import Path, answers_given, links, way
from tests.conftest import HEAVY
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SAID = ("rank", "not_relevant", "reason", "note")
places = st.integers(0, 8)
views = st.sampled_from(["self", "self", "line_manager", "agreed"])


@pytest.fixture(scope="module")
def small(kept_for_the_module):
    versions = make_small_versions()
    people = [make_user(), make_user()]
    trees = [version_tree(version) for version in versions]
    return SimpleNamespace(versions=versions, people=people, trees=trees)


@st.composite
def steps(draw):
    """What becomes of statements and areas from a version to the next, by their places in it."""
    return SimpleNamespace(
        links=draw(links()),
        areas=draw(st.lists(st.sampled_from([0, 1, 2, None]), min_size=3, max_size=3)),
        same_levels=draw(st.integers(0, 7)) > 0,
    )


def paths_between(older, newer, step):
    """As ``standards.links`` has it, along ``step``."""
    olds, news = ([each.pk for each in tree.statements] for tree in (older, newer))
    areas = {
        area.pk: None if at is None else older.areas[at].pk for area, at in zip(newer.areas, step.areas, strict=True)
    }
    ends = [
        (kind, [olds[each - 1] for each in was], [news[each - 101] for each in now]) for kind, was, now in step.links
    ]
    paths = way(*ends, same_levels=step.same_levels, olds=olds).paths
    for new in news:
        paths.back.setdefault(new, Path("new", ()))
    paths.areas = areas
    return paths


def write(assessment, tree, answers):
    """Put answers of every view into a round, as a round that was given back has them."""
    asked = tree.statements
    answers = {
        (asked[n], view): answer
        for (n, view), answer in answers.items()
        if answer.rank is None or answer.rank in asked[n].choices
    }
    standing = {row.statement_id: row for row in Rating.objects.filter(assessment=assessment, view="self")}
    changes = []
    for (statement, view), answer in answers.items():
        if view == "self":
            row = standing.get(statement.pk)
            shown = Answered(*(getattr(row, name) for name in SAID)) if row else Answered()
            changes.append(Change(statement.pk, answer, row.revision if row else 0, shown.mark()))
    actions.save_ratings(assessment=assessment, changes=changes)
    Rating.objects.bulk_create(
        [
            Rating(
                assessment=assessment,
                statement_id=statement.pk,
                view=view,
                **{name: getattr(answer, name) for name in SAID},
                rated_by=assessment.other,
                about_revision=7 if view == "line_manager" else None,
            )
            for (statement, view), answer in answers.items()
            if view != "self"
        ],
        ignore_conflicts=True,
    )


def support(assessment, tree, supports):
    examples = [Evidence.objects.create(assessment=assessment, title=f"Example {n}") for n in range(3)]
    SUPPORTS.objects.bulk_create(
        SUPPORTS(evidence=examples[n], statement_id=tree.statements[at].pk) for n, at in set(supports)
    )


def rows_of(model, assessment, *names):
    return list(model.objects.filter(assessment=assessment).values_list(*names))


def snapshot(assessment):
    """What a round says, in plain values."""
    given = rows_of(
        Rating, assessment, "statement", "view", *SAID, "rated_by", "about_revision", "given_under", "revision"
    )
    kept = rows_of(EarlierAnswer, assessment, "statement", "view", "about", "outcome", *SAID, "rated_by")
    return SimpleNamespace(
        ratings={row[:2]: row[2:] for row in given},
        earlier=kept,
        supports=set(SUPPORTS.objects.filter(evidence__assessment=assessment).values_list("evidence", "statement")),
        kept_supports=set(
            KEPT_SUPPORTS.objects.filter(earlieranswer__assessment=assessment).values_list(
                "evidence", "earlieranswer__statement", "earlieranswer__about"
            )
        ),
        targets={row[0]: row[1:] for row in rows_of(Target, assessment, "area", "rank", "reason")},
        agreed_targets={row[0]: row[1:] for row in rows_of(AgreedTarget, assessment, "area", "rank", "reason")},
        earlier_targets=set(rows_of(EarlierTarget, assessment, "view", "area", "rank", "reason")),
    )


def faults(before, after, done, paths, older, newer):
    """A sentence for each thing that was lost, or that stands where it does not belong."""
    here = {each.pk for each in newer.statements}
    answered = 0
    for (old, view), (*answer, rated_by, about, under, revision) in before.ratings.items():
        says = answer[0] is not None or answer[1] or bool(answer[3])
        answered += view == "self" and (answer[0] is not None or answer[1])
        came = [
            new
            for new in paths.onward.get(old, ())
            if after.ratings.get((new, view)) == (*answer, rated_by, about, under or older.pk, revision)
            and paths.back[new].kind in ("same", "editorial")
        ]
        kept = [row[2] for row in after.earlier if row[:2] == (old, view) and row[4:] == (*answer, rated_by)]
        if says and len(came) + bool(kept) != 1:
            yield f"{answer} of {view} came along {len(came)} times and is kept beside {kept}"
        if kept and sorted(kept, key=str) != sorted(paths.onward.get(old, ()) or [None], key=str):
            yield f"{answer} is kept beside {kept}, not {paths.onward.get(old, ())}"
    if answered != done.carried + done.asked_again + done.proposed + done.archived:
        yield f"{answered} answers, and {done.carried} + {done.asked_again} + {done.proposed} + {done.archived}"
    for row in before.earlier:
        if not any((each[:2], each[4:]) == (row[:2], row[4:]) for each in after.earlier):
            yield f"{row} was kept, and is not any more"
    for new, _ in after.ratings:
        if new not in here:
            yield f"a rating of {new}, which is not asked"
    for row in after.earlier:
        if row[2] is not None and row[2] not in here:
            yield f"{row} is shown beside nothing"
    for example, old in before.supports:
        lost = [new for new in paths.onward.get(old, ()) if (example, new) not in after.supports]
        if lost or not (paths.onward.get(old, ()) or (example, old, None) in after.kept_supports):
            yield f"{example} supports {lost or old} no more"
    if {old for _, old in after.supports} - here:
        yield "a work example supports what is not asked"
    for example, statement, _ in before.kept_supports:
        if not any(each[:2] == (example, statement) for each in after.kept_supports):
            yield f"{example} supported {statement}"
    for view, had, has in (
        ("self", before.targets, after.targets),
        ("agreed", before.agreed_targets, after.agreed_targets),
    ):
        for area, target in had.items():
            places = [new for new, old in paths.areas.items() if old == area and has.get(new) == target]
            if not places and (view, area, *target) not in after.earlier_targets:
                yield f"the {view} target {target} of {area}"
        if set(has) - set(paths.areas):
            yield f"a {view} target of an area that is not asked"
    if set(after.targets) != set(paths.areas):
        yield "an area without a target"
    yield from (f"the target {each}" for each in before.earlier_targets - after.earlier_targets)


def carry_along(small, steps, patch, *, answers, supports, targets, agreed_targets):
    """Carry a round along ``steps``, with what it says at each, and back out of it all; returns what was lost or is wrong."""
    wrong = []
    with transaction.atomic():
        assessment = actions.start_assessment(
            owner=small.people[0], version=small.versions[0], role_profile_id=small.trees[0].role_profiles[0].pk
        )
        areas = small.trees[0].areas
        for area, (rank, reason) in zip(areas, targets, strict=True):
            Target.objects.filter(assessment=assessment, area=area.pk).update(rank=rank, reason=reason)
        AgreedTarget.objects.bulk_create(
            AgreedTarget(assessment=assessment, area_id=areas[n].pk, rank=rank) for n, rank in agreed_targets.items()
        )
        for number, step in enumerate(steps):
            older, newer = small.trees[number : number + 2]
            paths = paths_between(older, newer, step)
            patch.setattr(carrying, "version_paths", lambda *_, paths=paths: paths)
            assessment = Assessment.objects.select_related("version", "owner").get(pk=assessment.pk)
            assessment.other = small.people[1]
            write(assessment, older, answers[number])
            support(assessment, older, supports[number])
            before = snapshot(assessment)
            done = actions.carry_over(assessment=assessment, to_version=small.versions[number + 1])
            wrong += faults(before, snapshot(assessment), done, paths, older, newer)
            stands = everything(assessment)
            if actions.carry_over(assessment=assessment, to_version=small.versions[number + 1]) != done:
                wrong.append("carried over twice")
            if everything(assessment) != stands:
                wrong.append("the second time changed something")
        transaction.set_rollback(True)
    return wrong


@settings(max_examples=400 if HEAVY else 6)
@given(
    st.lists(steps(), min_size=2, max_size=2),
    st.lists(st.dictionaries(st.tuples(places, views), answers_given, max_size=14), min_size=2, max_size=2),
    st.lists(st.lists(st.tuples(st.integers(0, 2), places), max_size=8), min_size=2, max_size=2),
    st.lists(st.tuples(st.sampled_from([None, 1, 3]), st.sampled_from(["", "Why"])), min_size=3, max_size=3),
    st.dictionaries(st.integers(0, 2), st.sampled_from([None, 2]), max_size=2),
)
def test_nothing_is_lost(small, steps, answers, supports, targets, agreed_targets):
    said = {"answers": answers, "supports": supports, "targets": targets, "agreed_targets": agreed_targets}
    with pytest.MonkeyPatch.context() as patch:
        assert carry_along(small, steps, patch, **said) == []


A_STEP = SimpleNamespace(
    links=[("same", [1], [101]), ("changed", [2], [102]), ("split", [3], [103, 104]), ("merged", [4, 5], [105])],
    areas=[0, None, 2],
    same_levels=True,
)
ALL_SAID = {
    "answers": [{(n, view): Answered(1, note="Why") for n in range(7) for view in ("self", "line_manager")}, {}],
    "supports": [[(n % 3, n) for n in range(7)], []],
    "targets": [(3, "Why")] * 3,
    "agreed_targets": {1: 2},
}


def test_a_carry_over_that_loses_nothing_has_no_fault(small, monkeypatch):
    assert carry_along(small, [A_STEP, A_STEP], monkeypatch, **ALL_SAID) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("_keep", lambda *_: None),
        ("_move_on", lambda *_: None),
        ("_move_ratings", lambda assessment, *_: Rating.objects.filter(assessment=assessment).delete()),
        ("carry_targets_over", lambda *_: None),
        ("plan", lambda way, answers: plan(way, dict(list(answers.items())[1:]))),
        ("moved_on", lambda *_: {}),
    ],
)
def test_a_carry_over_that_loses_something_is_found_out(small, monkeypatch, name, fault):
    monkeypatch.setattr(carrying, name, fault)
    assert carry_along(small, [A_STEP, A_STEP], monkeypatch, **ALL_SAID)
