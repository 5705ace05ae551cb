"""The people whose line manager somebody is, and what they have shared. Nothing here tells a draft from no round at all."""

from dataclasses import dataclass

from assessments.models import Assessment
from assessments.waiting import Wait, wait_of
from people.models import ReportingLine, User


@dataclass(frozen=True, slots=True)
class SharedRound:
    """A round that the line manager reads, and what it waits for."""

    assessment: Assessment
    wait: Wait


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team: the ``line`` that makes them so, and the rounds that they shared or agreed, the newest first."""

    person: User
    line: ReportingLine
    rounds: tuple[SharedRound, ...]

    @property
    def current(self) -> tuple[SharedRound, ...]:
        """The rounds that are shared; without one, the latest that was agreed."""
        return tuple(each for each in self.rounds if each.assessment.is_shared) or self.rounds[:1]

    @property
    def earlier(self) -> tuple[SharedRound, ...]:
        return tuple(each for each in self.rounds if each not in self.current)

    @property
    def waits(self) -> bool:
        """Whether something of theirs waits for their line manager."""
        return any(each.wait.for_line_manager for each in self.rounds)


def team_of(line_manager) -> tuple[Member, ...]:
    """Everybody with a live line to ``line_manager``, by name, in two queries whatever their number."""
    lines = ReportingLine.objects.live().filter(line_manager=line_manager).with_people()
    rounds = {}
    read = Assessment.objects.read_by(line_manager).select_related("conversation", "version__framework")
    for assessment in read.order_by("-shared_at"):
        rounds.setdefault(assessment.owner_id, []).append(SharedRound(assessment, wait_of(assessment)))
    members = [Member(line.person, line, tuple(rounds.get(line.person_id, ()))) for line in lines]
    return tuple(sorted(members, key=lambda member: (member.person.name.casefold(), member.person.email)))
