"""Saying what became of every statement from the version before: proposed by the portal, decided by an editor."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from ..links import grouped
from ..models import Level, LevelDescriptor, Statement, StatementLink, Version
from ..resemblance import Proposal, Wording, propose
from .refusals import NotEditable

Kind = StatementLink.Kind
# How many statements of each version a kind takes: the least, and the most.
_ENDS = {
    Kind.SAME: ((1, 1), (1, 1)),
    Kind.EDITORIAL: ((1, 1), (1, 1)),
    Kind.CHANGED: ((1, 1), (1, 1)),
    Kind.SPLIT: ((1, 1), (2, None)),
    Kind.MERGED: ((2, None), (1, 1)),
    Kind.NEW: ((0, 0), (1, 1)),
    Kind.REMOVED: ((1, 1), (0, 0)),
}


@dataclass(frozen=True)
class Decision:
    """What an editor says became of ``olds``: ``news``, both keys.

    It stands in place of every link of ``instead_of``, which are keys of either version: what the editor had before them.
    """

    kind: StatementLink.Kind
    olds: tuple[int, ...]
    news: tuple[int, ...]
    instead_of: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Wrong:
    """Why a decision cannot be: ``number`` is its place among those made together, ``field`` is "kind", "olds" or "news"."""

    number: int
    field: str
    says: str


class NotLinkable(Exception):
    """Decisions that cannot be, each with its reason (``Wrong``). Nothing was decided."""

    def __init__(self, wrong: Sequence[Wrong]):
        super().__init__(" ".join(each.says for each in wrong))
        self.wrong = tuple(wrong)


@transaction.atomic
def propose_links(*, version) -> list[Proposal]:
    """Propose what became of every statement that nobody decided yet; returns what waits for an editor.

    What was decided stays, as long as all that it names is still there and what is called the same still has the same words. What
    is certain is decided by the portal. Nothing is written where nothing changed, and nothing for a version that is no draft.
    """
    version = Version.objects.select_for_update().get(pk=version.pk)
    if version.state != Version.State.DRAFT or version.follows_id is None:
        return []
    return _propose(version)


def decide_link(*, version, by, kind, olds=(), news=()):
    """Say of some statements, by key, what became of them, whatever was said of them before.

    Raises ``NotLinkable`` where the kind does not go with that many statements, and ``NotEditable`` for a version that is no draft.
    """
    decision = Decision(Kind(kind), tuple(olds), tuple(news), frozenset([*olds, *news]))
    return decide_links(version=version, by=by, decisions=[decision])


@transaction.atomic
def decide_links(*, version, by, decisions: Sequence[Decision]):
    """Make several decisions at once, all or none; what then has no link is proposed anew.

    Raises ``NotLinkable`` with every reason why not, and ``NotEditable`` for a version that is no draft.
    """
    version = _open_draft(version)
    olds, news = _wordings(version.follows_id), _wordings(version.pk)
    replaced = [
        group
        for group in grouped(version.links.all())
        if any(decision.instead_of & {*group.olds, *group.news} for decision in decisions)
    ]
    StatementLink.objects.filter(pk__in=[link.pk for group in replaced for link in group.links]).delete()
    decided = version.links.filter(decided_at__isnull=False)
    taken = {end for ends in decided.values_list("old", "new") for end in ends if end}
    wrong = []
    for number, decision in enumerate(decisions):
        wrong += [Wrong(number, *found) for found in _wrong_with(decision, olds, news, taken, version)]
        taken |= {*decision.olds, *decision.news}
    if wrong:
        raise NotLinkable(wrong)
    # A proposal that names one of them is made anew.
    version.links.filter(decided_at=None).delete()
    _record(version, decisions, by, timezone.now())
    _propose(version)


@transaction.atomic
def decide_obvious(*, version, by) -> int:
    """Decide as proposed whatever leaves little to doubt; returns how many decisions that were.

    Raises ``NotEditable`` for a version that is no draft.
    """
    version = _open_draft(version)
    obvious = [each for each in _propose(version) if each.is_obvious]
    for proposal in obvious:
        _links_of(version, proposal).update(decided_by=by, decided_at=timezone.now())
    return len(obvious)


def _open_draft(version):
    version = Version.objects.select_for_update(of=("self",)).select_related("follows").get(pk=version.pk)
    if version.state != Version.State.DRAFT:
        raise NotEditable("What became of each statement can be decided only while the version is a draft.")
    if version.follows_id is None:
        raise NotEditable("This version follows no other one, so that nothing became of anything.")
    return version


def _propose(version):
    """Bring the links of a locked draft up to date; returns what is proposed."""
    olds, news = _wordings(version.follows_id), _wordings(version.pk)
    links = list(version.links.all())
    standing = [group for group in grouped(links) if _stands(group, olds, news)]
    covered = {end for group in standing for end in (*group.olds, *group.news)}
    proposals = propose(
        [each for each in olds.values() if each.key not in covered],
        [each for each in news.values() if each.key not in covered],
    )
    kept = {link.pk for group in standing for link in group.links}
    waiting = [each for each in proposals if not each.is_certain]
    proposed = {row for each in waiting for row in _rows(each.kind, each.olds, each.news)}
    as_before = {link.pk for link in links if not link.is_decided and (link.kind, link.old_id, link.new_id) in proposed}
    gone = [link.pk for link in links if link.pk not in kept | as_before]
    if gone:
        StatementLink.objects.filter(pk__in=gone).delete()
    there = {(link.kind, link.old_id, link.new_id) for link in links if link.pk in as_before}
    certain = [row for each in proposals if each.is_certain for row in _rows(each.kind, each.olds, each.news)]
    StatementLink.objects.bulk_create(
        [_link(version, row, decided_at=timezone.now()) for row in certain]
        + [
            _link(version, row)
            for each in waiting
            for row in _rows(each.kind, each.olds, each.news)
            if row not in there
        ]
    )
    return waiting


def _stands(group, olds, news):
    if not group.is_decided or not all(old in olds for old in group.olds) or not all(new in news for new in group.news):
        return False
    if group.kind == Kind.SAME:
        return olds[group.olds[0]].folded == news[group.news[0]].folded
    # A statement that was one of several is gone.
    return not _count_is_wrong(group.kind, group.olds, group.news)


def _record(version, decisions, by, now):
    links = [
        _link(version, row, decided_by=by, decided_at=now)
        for decision in decisions
        for row in _rows(decision.kind, decision.olds, decision.news)
    ]
    bulk_create_with_history(links, StatementLink, default_user=by)


def _rows(kind, olds, news):
    return [(str(kind), old, new) for old in olds or (None,) for new in news or (None,)]


def _link(version, row, **decided):
    kind, old, new = row
    return StatementLink(version=version, kind=kind, old_id=old, new_id=new, **decided)


def _links_of(version, proposal):
    links = version.links.filter(kind=proposal.kind)
    links = links.filter(old__in=proposal.olds) if proposal.olds else links.filter(old=None)
    return links.filter(new__in=proposal.news) if proposal.news else links.filter(new=None)


def _wordings(version_pk) -> dict[int, Wording]:
    """The statements of a version in published order, by key; three queries."""
    texts = {}
    rows = LevelDescriptor.objects.filter(statement__area__section__version=version_pk)
    for statement, rank, text in rows.values_list("statement", "level__rank", "text"):
        texts.setdefault(statement, {})[rank] = text
    ranks = sorted(Level.objects.filter(version=version_pk).values_list("rank", flat=True))
    statements = (
        Statement.objects.filter(area__section__version=version_pk)
        .order_by("area__section__order", "area__section", "area__order", "area", "order", "pk")
        .values_list("pk", "lineage")
    )
    return {
        pk: Wording(pk, lineage, tuple(texts.get(pk, {}).get(rank, "") for rank in ranks)) for pk, lineage in statements
    }


# Why a decision cannot be


def _wrong_with(decision, olds, news, taken, version):
    old, new = version.follows.number, version.number
    for field, ends, there, number in (("olds", decision.olds, olds, old), ("news", decision.news, news, new)):
        says = _count_says(decision.kind, field, len(set(ends)), number)
        if says:
            yield field, says
        elif any(end not in there for end in ends):
            yield field, f"Name statements of version {number}."
        elif any(end in taken for end in ends):
            yield field, _taken_says([end for end in ends if end in taken])
    if decision.kind == Kind.SAME and len(decision.olds) == len(decision.news) == 1:
        before, now = olds.get(decision.olds[0]), news.get(decision.news[0])
        if before and now and before.folded != now.folded:
            yield "kind", "The words are not the same. Choose “Edited, same meaning” if they mean the same."


def _taken_says(ends):
    codes = sorted(Statement.objects.filter(pk__in=ends).values_list("code", flat=True))
    return (
        f"Something else is said of {', '.join(codes)}. Change that too, with “Change” under “Decided” where it is decided, "
        "and save both together."
    )


def _count_is_wrong(kind, olds, news):
    return any(_is_outside(len(ends), *_ENDS[kind][n]) for n, ends in enumerate((olds, news)))


def _is_outside(count, least, most):
    return count < least or (most is not None and count > most)


def _count_says(kind, field, count, number):
    least, most = _ENDS[kind][("olds", "news").index(field)]
    if not _is_outside(count, least, most):
        return ""
    if most == 0:
        return (
            f"A {'new' if field == 'olds' else 'removed'} statement has none in version {number}: leave this empty, "
            "or choose another answer."
        )
    if least > 1:
        return f"Name at least two statements of version {number}."
    return f"Name one statement of version {number}."
