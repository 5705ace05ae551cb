"""Two people in one round, as the browser tests need them; each kind gives (who is taken, the other one, keys)."""

from datetime import date, timedelta

from django.utils import timezone

from assessments import actions
from assessments.models import Goal, Reading
from people.actions.lines import end_line, name_line_manager
from people.models import Notice, ReportingLine, User
from privacy.actions.opening import open_round
from standards.tree import version_tree
from tests.assessments import rounds
from tests.factories import confirm, converse, make_line, make_user, reread, review, share

LONG = "A long sentence that somebody typed, with Łódź and Ŵyn in it, and <b>no markup</b>. " * 8
DIFFERING = {"A1.1": 1, "A2.3": 2, "B3.2": 2, "B4.1": 3, "B4.3": "Never asked of the post", "B6.7": 1}


def _line_manager():
    number = User.objects.count() + 1
    return make_user(name=f"Tomasz Quillfeather-Ŵyn {number}", email=f"tomasz.{number}@example.com")


def _keys(assessment, person):
    first = assessment.evidence.first()
    goal = Goal.objects.filter(assessment=assessment).first()
    notice = Notice.objects.filter(recipient=person).first()
    line = ReportingLine.objects.filter(person=assessment.owner).first()
    return {
        "assessment": str(assessment.pk),
        "evidence": str(first.pk) if first else "",
        "goal": str(goal.pk) if goal else "",
        "line": str(line.pk) if line else "",
        "notice": str(notice.pk) if notice else "",
        "earlier": str(assessment.previous_id or ""),
    }


def _managed(owner):
    line_manager = _line_manager()
    make_line(owner, line_manager)
    return rounds.make_typical(owner), line_manager


def _shared(owner, *, rates_first=False):
    assessment, line_manager = _managed(owner)
    _plan(assessment, "Sit in on two boards", "on-the-job", 200, ["B4.6"])
    return share(assessment, line_manager, rates_first=rates_first)


def _plan(assessment, what, kind, days, codes):
    by_code = {statement.code: statement for statement in version_tree(assessment.version).statements}
    goal = Goal(
        owner=assessment.owner,
        framework=assessment.framework,
        what=what,
        measure=LONG[:500],
        kind=kind,
        due_on=timezone.localdate() + timedelta(days=days),
    )
    aims = [(by_code[code].pk, by_code[code].choices[-1]) for code in codes]
    return actions.save_goal(goal=goal, by=assessment.owner, version=assessment.version, aims=aims).goal


def _talking(owner):
    assessment = review(_shared(owner), DIFFERING)
    _plan(assessment, "Shadow a debriefing", "with-others", -3, ["B1.1", "B1.5"])
    return converse(assessment, {"A1.1": 2}, points=LONG, look_again_on=date(2027, 3, 1))


def _ready(owner):
    return converse(_talking(owner), dict.fromkeys(("A2.3", "B3.2", "B4.1", "B4.3", "B6.7"), 1), points=LONG)


def _agreed(owner):
    assessment = _ready(owner)
    return confirm(assessment, assessment.line_manager, owner, disagreement="I see A2.3 otherwise.")


def _owners(make):
    """The kind in which the owner is taken."""

    def kind(owner):
        assessment = make(owner)
        return owner, assessment.line_manager, _keys(assessment, owner)

    return kind


def _line_managers(make):
    """The kind in which the line manager is taken."""

    def kind(owner):
        assessment = make(owner)
        return assessment.line_manager, owner, _keys(assessment, assessment.line_manager)

    return kind


def _managed_kind(owner):
    assessment, line_manager = _managed(owner)
    return owner, line_manager, _keys(assessment, owner)


def _managing(owner):
    """Has somebody in their team who has shared nothing."""
    _, line_manager = _managed(owner)
    return line_manager, owner, {}


def _returned(owner):
    assessment = _shared(owner)
    line_manager = assessment.line_manager
    review(assessment, DIFFERING, finish=False)
    actions.return_assessment(assessment=assessment, by=line_manager, reason=LONG[:900])
    assessment = reread(assessment)
    return owner, line_manager, _keys(assessment, owner)


def _again(owner):
    """Has a round that went on from an agreed one, a goal of which was finished."""
    agreed = _agreed(owner)
    goal = Goal.objects.filter(assessment=agreed).first()
    actions.finish_goal(goal=goal, by=owner, outcome="Sat in on both.")
    assessment = actions.start_next_assessment(owner=owner, previous=agreed, version=agreed.version)
    return owner, agreed.line_manager, _keys(assessment, owner)


def _pending(owner):
    """Is asked to be somebody's line manager."""
    line_manager = _line_manager()
    line = name_line_manager(person=owner, email=line_manager.email, asked_by=owner)
    line = line or ReportingLine.objects.pending().get(person=owner)
    return line_manager, owner, {"line": str(line.pk), "notice": str(Notice.objects.get(recipient=line_manager).pk)}


def _asking(owner):
    """Has asked somebody to be their line manager."""
    line_manager, owner, keys = _pending(owner)
    return owner, line_manager, {"line": keys["line"]}


def _left(owner):
    """Has shared with somebody who has ended the line between them."""
    assessment = _shared(owner)
    end_line(line=ReportingLine.objects.live().get(person=owner), ended_by=assessment.line_manager)
    return owner, assessment.line_manager, _keys(assessment, owner)


def _handing_over(owner):
    """Has shared with somebody, and has another line manager since."""
    assessment = review(_shared(owner), {"A1.1": 1}, finish=False)
    make_line(owner, _line_manager())
    return owner, assessment.line_manager, _keys(reread(assessment), owner)


def _leading(line_manager):
    """Has a team in every state."""
    owners = [make_user(name=f"Ann Longworth-Przybyszewska {User.objects.count()}") for _ in range(5)]
    for owner in owners:
        make_line(owner, line_manager)
    rounds.make_half_way(owners[0])
    share(rounds.make_typical(owners[1]), line_manager)
    review(share(rounds.make_typical(owners[2]), line_manager, rates_first=False), DIFFERING, finish=False)
    agreed = converse(review(share(rounds.make_typical(owners[3]), line_manager)))
    confirm(agreed, line_manager, owners[3])
    for goal in rounds.GOALS:
        rounds.plan_goal(agreed, owners[3], **goal)
    name_line_manager(person=make_user(), email=line_manager.email, asked_by=line_manager)
    return line_manager, None, {"notice": str(Notice.objects.filter(recipient=line_manager).first().pk)}


def _opened(owner):
    """A round that both see, opened by an administrator with a long name."""
    assessment = _talking(owner)
    number = User.objects.count() + 1
    administrator = make_user(
        name=f"Owain Bellweather-Featherstonehaugh {number}",
        email=f"owain.{number}@example.com",
        is_staff=True,
        is_superuser=True,
    )
    open_round(assessment=assessment, by=administrator, reason=LONG)
    return assessment, administrator


def _seen(owner):
    """Has a round that an administrator opened, and of which its line manager reads something on most days."""
    assessment, administrator = _opened(owner)
    kinds, now = Reading.What.values, timezone.now()
    for number in range(80):
        what, at = kinds[number % len(kinds)], now - timedelta(hours=16 * number)
        Reading.objects.create(assessment=assessment, reader=assessment.line_manager, what=what, at=at)
    actions.note_reading(assessment=assessment, reader=administrator, what=Reading.What.BREAK_GLASS)
    return owner, administrator, _keys(assessment, owner)


def _opening(owner):
    """Is an administrator who has opened somebody's round."""
    _, administrator = _opened(owner)
    return administrator, owner, {}


KINDS = {
    "managed": _managed_kind,
    "managed with": _managing,
    "shared": _owners(_shared),
    "reviewing": _line_managers(_shared),
    "rating first": _line_managers(lambda owner: _shared(owner, rates_first=True)),
    "returned": _returned,
    "talking": _owners(_talking),
    "talking with": _line_managers(_talking),
    "ready": _owners(_ready),
    "ready with": _line_managers(_ready),
    "agreed": _owners(_agreed),
    "agreed with": _line_managers(_agreed),
    "again": _again,
    "pending": _pending,
    "asking": _asking,
    "left": _left,
    "handing over": _handing_over,
    "leading": _leading,
    "seen": _seen,
    "opening": _opening,
}
