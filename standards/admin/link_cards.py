"""What became of each statement, as the page draws it and its form sends it: a card for each group of links."""

import re
from dataclasses import dataclass, field, replace

from django.db.models import Max

from ..actions import Decision
from ..differences import KIND_MEANS, KIND_WORDS, StatementDifference, difference
from ..links import Kind, LinkGroup, grouped
from ..models import LevelDescriptor
from ..tree import VersionTree

KINDS = tuple((kind.value, KIND_WORDS[kind], KIND_MEANS[kind]) for kind in Kind)
_BETWEEN_CODES = re.compile(r"[\s,;]+|\band\b")


@dataclass
class Card:
    """A group of links with its words beside each other, and what somebody typed about it.

    key      "n" or "o" with the key of its first new or old statement: its name in the form
    chosen   the kind that is chosen in the form; "" for none
    olds, news   the codes as typed
    stand    what stood when the page was drawn, so that somebody else's decision is not overwritten
    wrong    by field ("kind", "olds", "news"), why it cannot be
    is_edited_since   whether the new words were edited after it was decided
    """

    group: LinkGroup
    difference: StatementDifference
    is_open: bool
    chosen: str = ""
    olds: str = ""
    news: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    is_edited_since: bool = False

    @property
    def key(self) -> str:
        return f"n{self.group.news[0]}" if self.group.news else f"o{self.group.olds[0]}"

    @property
    def ends(self) -> frozenset[int]:
        """The keys of all statements that it is about, old and new."""
        return frozenset([*self.group.olds, *self.group.news])

    @property
    def stand(self) -> str:
        ends = ".".join(map(str, (*self.group.olds, 0, *self.group.news)))
        return f"{self.group.kind}.{ends}.{int(self.group.is_decided)}"

    @property
    def area_code(self) -> str:
        return (self.difference.news or self.difference.olds)[0].area_code

    @property
    def name(self) -> str:
        """The statements that it is about: those of the new version, and where they come from if that has another code."""
        olds, news = self.difference.olds, self.difference.news
        name = ", ".join(f"{each.code} {each.topic}" for each in news or olds)
        if not news:
            return f"{name}, only in the version before"
        came_from = _codes_of(olds)
        return f"{name}, from {came_from}" if came_from not in ("", _codes_of(news)) else name

    @property
    def code(self) -> str:
        return (self.difference.news or self.difference.olds)[0].code

    @property
    def levels(self):
        """Each level with its old and its new words as (code, words); the code is empty where there is only one statement."""
        for level in self.difference.levels:
            sides = []
            for words, statements in ((level.olds, self.difference.olds), (level.news, self.difference.news)):
                codes = [each.code if len(statements) > 1 else "" for each in statements]
                sides.append(list(zip(codes, words, strict=True)))
            yield level, *sides

    @property
    def says(self) -> str:
        return KIND_WORDS[self.group.kind]

    @property
    def decided(self):
        """The link that says who decided it, and when."""
        return self.group.links[0]

    @property
    def kinds(self):
        """Each kind that may be chosen as (value, words, what it does to answers, whether it is chosen)."""
        return [(*each, each[0] == self.chosen) for each in KINDS]

    @property
    def is_touched(self) -> bool:
        """Whether something was chosen or typed that is not how it stands."""
        codes = (_codes_of(self.difference.olds), _codes_of(self.difference.news))
        kind = self.group.kind if self.group.is_decided else ""
        return (self.chosen, self.olds.strip(), self.news.strip()) != (kind, *codes)


def read_cards(version, before: VersionTree, now: VersionTree, post=None) -> list[Card]:
    """A card for what became of each statement, in published order; with ``post``, as its form was sent."""
    opened = set(post.getlist("opened")) | {post.get("open", "")} if post is not None else set()
    place = {each.pk: n for n, each in enumerate((*now.statements, *before.statements))}
    groups = grouped(version.links.select_related("decided_by"))
    groups.sort(key=lambda group: min(place[end] for end in group.news or group.olds))
    edited = _edited_at(now)
    cards = []
    for group in groups:
        olds, news = (sorted(ends, key=place.__getitem__) for ends in (group.olds, group.news))
        card = Card(group, difference(group.kind, olds, news, before, now), not group.is_decided)
        card.is_open = card.is_open or card.key in opened
        card.chosen = group.kind.value if group.is_decided else ""
        card.is_edited_since = group.is_decided and any(
            edited[new] > card.decided.decided_at for new in group.news if new in edited
        )
        card.olds, card.news = _codes_of(card.difference.olds), _codes_of(card.difference.news)
        if post is not None and card.is_open and f"{card.key}-stand" in post:
            card.chosen = post.get(f"{card.key}-kind", "")
            card.olds, card.news = post.get(f"{card.key}-olds", ""), post.get(f"{card.key}-news", "")
            if post[f"{card.key}-stand"] != card.stand and card.is_touched:
                card.wrong["kind"] = f"Meanwhile this was decided or proposed otherwise: {card.says}. Look again."
        cards.append(card)
    return cards


def _edited_at(tree):
    """When an editor last changed a statement's words, by its key; words that were copied or loaded have no such day."""
    changes = LevelDescriptor.history.filter(statement__in=[each.pk for each in tree.statements])
    return dict(changes.order_by().values_list("statement").annotate(Max("history_date")))


def decisions_of(cards: list[Card], before: VersionTree, now: VersionTree) -> list[tuple[Card, Decision]]:
    """The decisions that were made on ``cards``; what cannot be read is put down on its card, and is no decision."""
    found = []
    for card in cards:
        if not card.is_open or card.wrong or not card.is_touched:
            continue
        if card.chosen not in Kind.values:
            card.wrong["kind"] = "Choose what became of it."
            continue
        ends = []
        for name, typed, tree in (("olds", card.olds, before), ("news", card.news, now)):
            # Of a new statement nothing came before, and of a removed one nothing after, whatever was filled in.
            is_none = (name, card.chosen) in {("olds", Kind.NEW), ("news", Kind.REMOVED)}
            ends.append([] if is_none else _read_codes(card, name, typed, tree))
        if not card.wrong:
            found.append((card, Decision(Kind(card.chosen), tuple(ends[0]), tuple(ends[1]), card.ends)))
    return _once(found, [card for card in cards if card.is_open and card.group.is_decided])


def _once(found, opened):
    """A decision that several cards say alike is one; it replaces what was opened beside it and is wholly part of it."""
    by_what = {}
    for card, decision in found:
        by_what.setdefault((decision.kind, frozenset(decision.olds), frozenset(decision.news)), []).append(
            (card, decision)
        )
    decisions = []
    for (_, olds, news), alike in by_what.items():
        card, decision = alike[0]
        replaced = [each.instead_of for _, each in alike]
        replaced += [each.ends for each in opened if not each.is_touched and each.ends <= olds | news]
        decisions.append((card, replace(decision, instead_of=frozenset().union(*replaced))))
    return decisions


def _read_codes(card, name, typed, tree):
    by_code = {each.code.casefold(): each.pk for each in tree.statements}
    codes = [code for code in _BETWEEN_CODES.split(typed) if code]
    unknown = [code for code in codes if code.casefold() not in by_code]
    if unknown:
        card.wrong[name] = f"Version {tree.number} has no statement {', '.join(unknown)}. Write codes, such as B4.3."
    return list(dict.fromkeys(by_code[code.casefold()] for code in codes if code.casefold() in by_code))


def _codes_of(statements) -> str:
    return ", ".join(each.code for each in statements)
