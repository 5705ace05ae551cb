"""What an administrator is shown who opens somebody's round, and of whom."""

from collections import Counter

from assessments.models import Assessment, Goal
from assessments.reports.making import gap_report
from assessments.reports.source import Reader
from people.models import User

from .models import BreakGlass

_READ_WITH_IT = ("owner__organisation", "line_manager", "version__framework", "conversation", "previous__version")


def person_with(address) -> User | None:
    """Whoever has an account with this e-mail address."""
    return User.objects.filter(email__iexact=address, erased_at=None).first()


def rounds_of(person) -> list[tuple[Assessment, str]]:
    """The rounds that could be opened, the newest first, and what each is called: its year and its state, and nothing else."""
    rounds = Assessment.objects.filter(owner=person).order_by("-started_at")
    called = [f"{each.title}, {each.get_state_display().lower()}" for each in rounds]
    alike, seen, found = Counter(called), Counter(), []
    for each, name in zip(rounds, called, strict=True):
        seen[name] += 1
        found.append((each, f"{name}, number {seen[name]} from the newest" if alike[name] > 1 else name))
    return found


def find_opening(user, pk) -> BreakGlass | None:
    """The opening with this key that ``user`` made, with its round; None for any other, and once the round is erased."""
    rounds = [f"assessment__{each}" for each in _READ_WITH_IT]
    mine = BreakGlass.objects.filter(opened_by=user).exclude(assessment__state=Assessment.State.ERASED)
    return mine.select_related("assessment", *rounds).filter(pk=pk).first()


def opened(assessment) -> dict:
    """A round as its gap report has it for somebody else, but for the round before; what its line manager says is in it from when
    its owner sees that too. And its goals, which a report has only while it is shared and once it is agreed."""
    report = gap_report(assessment, Reader.LINE_MANAGER)
    goals = () if report.plan.goals else Goal.objects.filter(assessment=assessment)
    return {"report": report, "goals": goals}
