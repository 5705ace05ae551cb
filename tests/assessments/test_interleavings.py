"""Windows of two people on one round, in every order that they can come in: nothing is overwritten unseen.

Each window draws a page, and sends it later, whatever happened meanwhile. The database lets actions take turns at the round
(``assessments.actions.claims``), so that what can go wrong is an order; ``tests/test_concurrency.py`` tries real windows at
the same moment.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import actions
from assessments.actions import NotOpen, refusals
from assessments.answers import Answered, Change, conversation_mark
from assessments.models import Assessment, Conversation, Rating
from assessments.records import check_code, record_of
from assessments.standing import read_views
from standards.tree import version_tree
from tests.conftest import HEAVY
from tests.factories import make_assessment, make_line, make_user, rate_all, review, share

pytestmark = pytest.mark.django_db

REFUSED = tuple(each for each in vars(refusals).values() if isinstance(each, type) and issubclass(each, Exception))
VIEWS = {"rate": "own", "review": "line_manager", "agree": "agreed"}


@pytest.fixture(scope="module")
def two(kept_for_the_module):
    """A person with a finished draft, and their line manager."""
    owner, line_manager = make_user(name="Nia Penŵydd"), make_user(name="Tomasz Quillfeather")
    make_line(owner, line_manager)
    assessment = make_assessment(owner)
    rate_all(assessment)
    return {"owner": owner, "line manager": line_manager, "assessment": assessment}


@dataclass
class Page:
    """What a window shows: read at one moment, sent at another."""

    shared_at: object
    standing: object
    revision: int
    mark: str
    said: tuple


@dataclass
class Desk:
    """Both people's windows on the round, what they have been told, and what is known to be saved."""

    people: dict
    pk: object
    statement: int
    pages: dict = field(default_factory=dict)
    confirmed: dict = field(default_factory=dict)
    overwritten: list = field(default_factory=list)
    count: int = 0

    def read(self):
        return Assessment.objects.select_related("owner", "line_manager", "version").get(pk=self.pk)

    def everything(self):
        """All that is kept of the round."""
        return [
            Assessment.objects.filter(pk=self.pk).values().get(),
            list(Rating.objects.filter(assessment=self.pk).order_by("pk").values()),
            list(Conversation.objects.filter(assessment=self.pk).values()),
        ]

    def draw(self, window, kind):
        """Open the page of a kind in a window."""
        if kind == "review" and self.read().shared_at is None:
            # Nobody gets the review of a round that is not shared.
            return
        held = Conversation.objects.filter(assessment=self.pk).first()
        standing = getattr(read_views(self.read()), VIEWS[kind]).get(self.statement) if kind in VIEWS else None
        self.pages[window, kind] = Page(
            self.read().shared_at,
            standing,
            held.revision if held else 0,
            conversation_mark(held.held_on, held.points, held.look_again_on)
            if held
            else conversation_mark(None, "", None),
            self.said(),
        )

    def said(self):
        """What a confirmation is of: levels, targets, texts."""
        held = Conversation.objects.filter(assessment=self.pk).first()
        ratings = Rating.objects.filter(assessment=self.pk).order_by("view", "statement_id")
        return (
            tuple(ratings.values_list("view", "statement_id", "rank", "not_relevant", "note")),
            (held.held_on, held.points, held.look_again_on) if held else None,
        )

    def typed(self, window):
        self.count += 1
        return f"{window}, number {self.count}"

    def send(self, window, kind):
        """Send what a window shows with something typed; checks what became of it."""
        page = self.pages.get((window, kind))
        if page is None:
            return
        before = self.everything()
        try:
            with transaction.atomic():
                getattr(self, f"_{kind}")(window, self.people[window[0]], page)
        except REFUSED as refused:
            shown = getattr(refused, "saved", None)
            if self.everything() != before or (shown and shown.points != before[-1][0]["points"]):
                self.overwritten.append((window, kind))

    def _save(self, save, view, window, page):
        """Save a note on the statement; a success must have replaced what the window had shown."""
        shown = page.standing.answer if page.standing else Answered()
        note = self.typed(window)
        change = Change(
            self.statement, Answered(rank=2, note=note), page.standing.revision if page.standing else 0, shown.mark()
        )
        stood = getattr(read_views(self.read()), VIEWS[view]).get(self.statement)
        result = save([change])
        stands = getattr(read_views(self.read()), VIEWS[view])[self.statement]
        if result.conflicts:
            (conflict,) = result.conflicts
            assert (conflict.typed.note, conflict.saved.note) == (note, stood.answer.note if stood else "")
            assert stands == stood
        else:
            assert stands.answer.note == note
            if (stood.answer if stood else Answered()) != shown:
                self.overwritten.append((window, note))

    def _rate(self, window, person, page):
        self._save(lambda changes: actions.save_ratings(assessment=self.read(), changes=changes), "rate", window, page)

    def _review(self, window, person, page):
        def save(changes):
            assessment = self.read()
            saved = actions.save_review(assessment=assessment, by=person, changes=changes, shared_at=page.shared_at)
            assert page.shared_at == assessment.shared_at
            return saved

        self._save(save, "review", window, page)

    def _agree(self, window, person, page):
        self._save(
            lambda changes: actions.save_agreed(assessment=self.read(), by=person, changes=changes),
            "agree",
            window,
            page,
        )

    def _record(self, window, person, page):
        points = self.typed(window)
        held = Conversation.objects.filter(assessment=self.pk).first()
        stood = held and conversation_mark(held.held_on, held.points, held.look_again_on)
        said = {"held_on": date(2026, 9, 1), "points": points, "look_again_on": None}
        actions.record_conversation(assessment=self.read(), by=person, **said, drawn=page.mark)
        if stood != page.mark:
            self.overwritten.append((window, points))

    def _confirm(self, window, person, page):
        said = self.said()
        agreed = actions.confirm_conversation(assessment=self.read(), by=person, revision=page.revision)
        assert page.said == said, "confirmed what was not read"
        self.confirmed[person.pk] = said
        if agreed:
            self._check_agreed()

    def _check_agreed(self):
        assessment = self.read()
        assert set(self.confirmed) == {assessment.owner_id, assessment.line_manager_id}
        assert len(set(self.confirmed.values())) == 1
        assert assessment.check_code == check_code(record_of(assessment))

    def _finish(self, window, person, page):
        actions.finish_review(assessment=self.read(), by=person, shared_at=page.shared_at)

    def _share(self, window, person, page):
        actions.share_assessment(assessment=self.read(), by=person)

    def _withdraw(self, window, person, page):
        acted = self.read().acted_at
        actions.withdraw_assessment(assessment=self.read(), by=person)
        assert acted is None, "taken back from under what the line manager had added"

    def _give_back(self, window, person, page):
        actions.return_assessment(assessment=self.read(), by=person, reason="Look again.")

    def check(self):
        assessment = self.read()
        assert self.overwritten == []
        held = Conversation.objects.filter(assessment=self.pk).first()
        both = bool(held) and held.is_confirmed_by_both
        assert (assessment.state == "agreed") == (both and assessment.state != "draft")


KINDS = ("rate", "review", "agree", "record", "confirm", "finish", "share", "withdraw", "give_back")
WINDOWS = [(who, number) for who in ("owner", "line manager") for number in (1, 2)]
ORDERS = st.lists(
    st.tuples(st.sampled_from(WINDOWS), st.sampled_from(KINDS), st.sampled_from(["draw", "send", "both"])), max_size=25
)


@contextmanager
def undone():
    """What is done within leaves nothing behind."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def run(two, order, begin=lambda assessment: None):
    """Play an order of windows on the round as ``begin`` has brought it on; returns the desk."""
    with undone():
        begin(Assessment.objects.get(pk=two["assessment"].pk))
        first = version_tree(two["assessment"].version).statements[0].pk
        desk = Desk(two, two["assessment"].pk, first)
        for window, kind, do in order:
            if do in ("draw", "both"):
                desk.draw(window, kind)
            if do in ("send", "both"):
                desk.send(window, kind)
            desk.check()
        return desk


def shared(two):
    return lambda assessment: share(assessment, two["line manager"])


def reviewed(two):
    return lambda assessment: review(share(assessment, two["line manager"]))


@settings(max_examples=1000 if HEAVY else 8)
@given(order=ORDERS)
def test_no_order_of_windows_overwrites_anything_unseen(two, order):
    run(two, order)


@settings(max_examples=1000 if HEAVY else 8)
@given(order=ORDERS)
def test_no_order_on_a_shared_round_does(two, order):
    run(two, order, shared(two))


@settings(max_examples=1000 if HEAVY else 8)
@given(order=ORDERS)
def test_no_order_on_a_conversation_does(two, order):
    run(two, order, reviewed(two))


OWNER, OTHER, THEIRS = ("owner", 1), ("owner", 2), ("line manager", 1)


def steps(*said):
    return [(window, kind, do) for window, kind, do in said]


def test_owner_withdraws_while_the_line_manager_saves(two):
    """Whoever comes second is refused, and nothing that they typed replaces anything."""
    desk = run(
        two, steps((THEIRS, "review", "draw"), (OWNER, "withdraw", "both"), (THEIRS, "review", "send")), shared(two)
    )
    assert desk.count == 1
    run(two, steps((OWNER, "withdraw", "draw"), (THEIRS, "review", "both"), (OWNER, "withdraw", "send")), shared(two))


def test_double_confirm_agrees_once(two):
    order = steps(
        (THEIRS, "record", "both"),
        (OWNER, "confirm", "draw"),
        (OTHER, "confirm", "draw"),
        (THEIRS, "confirm", "draw"),
        (OWNER, "confirm", "send"),
        (OTHER, "confirm", "send"),
        (THEIRS, "confirm", "send"),
        (THEIRS, "confirm", "send"),
    )
    desk = run(two, order, reviewed(two))
    assert len(desk.confirmed) == 2


def test_two_tabs_rating(two):
    order = steps((OWNER, "rate", "draw"), (OTHER, "rate", "both"), (OWNER, "rate", "send"))
    assert run(two, order).count == 2


# The check itself, on planted faults


def test_a_save_that_looks_at_no_revision_is_found(two, monkeypatch):
    def careless(assessment, changes, view, **signed):
        for change in changes:
            Rating.objects.filter(assessment=assessment, statement=change.statement_id, view=view).update(
                note=change.answer.note
            )
        return actions.Saved(None, (), {})

    monkeypatch.setattr("assessments.actions.ratings.write_answers", careless)
    with pytest.raises(AssertionError):
        run(two, steps((OWNER, "rate", "draw"), (OTHER, "rate", "both"), (OWNER, "rate", "send")))


def test_a_confirmation_that_looks_at_no_revision_is_found(two, monkeypatch):
    confirm = actions.confirm_conversation
    monkeypatch.setattr(
        actions,
        "confirm_conversation",
        lambda assessment, by, revision: confirm(
            assessment=assessment, by=by, revision=Conversation.objects.get(assessment=assessment).revision
        ),
    )
    order = steps(
        (THEIRS, "record", "both"), (OWNER, "confirm", "draw"), (THEIRS, "record", "both"), (OWNER, "confirm", "send")
    )
    with pytest.raises(AssertionError, match="confirmed what was not read"):
        run(two, order, reviewed(two))


def test_a_withdrawal_that_asks_for_no_state_is_found(two, monkeypatch):
    def careless(*, assessment, by):
        if not Assessment.objects.filter(pk=assessment.pk, state="shared").exists():
            raise NotOpen
        Assessment.objects.filter(pk=assessment.pk).update(
            state="draft", shared_at=None, line_manager=None, reviewed_at=None
        )

    monkeypatch.setattr(actions, "withdraw_assessment", careless)
    with pytest.raises(AssertionError, match="from under"):
        run(two, steps((THEIRS, "review", "both"), (OWNER, "withdraw", "both")), shared(two))
