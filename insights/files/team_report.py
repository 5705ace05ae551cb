"""Everything that the files of a team say, read once: the same objects as its pages have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from govuk.environment import day, plural, words

from ..models import NeededCover
from ..team.choosing import BELOW, Choice, Chosen, choice_of, chosen_of
from ..team.cover import AreaCover, Sentence, cover_of, losses_of
from ..team.goals import PlannedIn, TeamGoal, read_goals
from ..team.levels import Row, Standing, Table, Team, read_team
from ..team.needs import Need, read_needs
from ..team.standing_out import standing_out

STATE_WORDS = {"agreed": "agreed", "shared": "shared and not agreed", "not-shared": "not shared"}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Whom a file has something of, or has not, and what: a person has a line under each version."""

    name: str
    role: str
    state: str


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What a line manager takes away of their team, as it was at ``made_at``.

    ``choice`` narrows and sorts the table of levels (``chosen``); all else is of the whole team.
    """

    line_manager: str
    organisation: str
    made_at: datetime
    team: Team
    choice: Choice
    chosen: tuple[Chosen, ...]
    cover: tuple[AreaCover, ...]
    needs: tuple[Need, ...]
    goals: tuple[TeamGoal, ...]

    @property
    def made_on(self) -> str:
        return day(self.made_at)

    @property
    def has_several_tables(self) -> bool:
        return len(self.team.tables) > 1

    @property
    def standards(self) -> tuple[str, ...]:
        """Each version that somebody's levels are under."""
        return tuple(
            f"{standards_of(table)}{f' ({table.tree.issued})' if table.tree.issued else ''}"
            for table in self.team.tables
        )

    @property
    def rounds(self) -> tuple:
        """Every round that something of is in the file, once: what the reader is shown (``What.TEAM_FILE``)."""
        found = {each.pk: PlannedIn(each.pk, each.owner_id) for each in self.team.rounds}
        found |= {goal.round.pk: goal.round for goal in self.goals}
        return tuple(found.values())

    @property
    def made_from(self) -> str:
        """Whose assessments it is made from, in a sentence."""
        people, shared = len(self.team.people), self.team.shared_by
        if not people:
            return "Nobody has named you as their line manager here."
        if not shared:
            return "Nobody in your team has shared an assessment yet."
        number = f"{words(shared)} of {words(people)} people {plural(shared, 'has', 'have')}"
        return f"It has what {number if people > 1 else 'one person has'} shared or agreed."

    @property
    def narrowed(self) -> tuple[str, ...]:
        """A sentence for each way in which the table of levels was narrowed or sorted; () for all by name."""
        choice, said = self.choice, []
        if choice.area:
            said.append(f"The table of levels has area {choice.area} alone.")
        if choice.level:
            held = "who are below their target" if choice.level == BELOW else f"at “{self._level_name(choice.level)}”"
            said.append(f"It has only people {held}{f' in {choice.area}' if choice.area else ' in some area'}.")
        if choice.state:
            said.append(f"It has only people whose assessment is {STATE_WORDS[choice.state]}.")
        if choice.sort:
            said.append(
                f"It is sorted by the level in {choice.sort}, the {'highest' if choice.falls else 'lowest'} first."
            )
        if choice.narrows:
            said.append("Everything else is of the whole team.")
        return tuple(said)

    def _level_name(self, rank):
        names = [table.tree.level_name(int(rank)) for table in self.team.tables if int(rank) in (0, *table.tree.ranks)]
        return names[0]

    @property
    def people(self) -> tuple[PersonLine, ...]:
        """Everybody in the team, by name."""
        lines = {}
        for table in self.team.tables:
            for row in table.rows:
                if row.standing != Standing.NOT_SHARED:
                    state = state_of(row) + (f", {standards_of(table)}" if self.has_several_tables else "")
                    lines.setdefault(row.person.pk, []).append(PersonLine(row.name, row.role, state))
        nothing = "Not shared yet; not in this report"
        return tuple(
            line for person in self.team.people for line in lines.get(person.pk, [PersonLine(person.name, "", nothing)])
        )

    @property
    def losses(self) -> tuple[Sentence, ...]:
        return losses_of(self.cover)

    @property
    def findings(self) -> tuple[Sentence, ...]:
        """What to look at first, as the page of the team has it."""
        return standing_out(self.team, self.cover)


def read_team_report(line_manager, asked: Mapping[str, str]) -> TeamReport:
    """What ``line_manager`` may take away, as the query ``asked`` narrows it, in five queries whatever the size of the team."""
    team = read_team(line_manager)
    choice = choice_of(asked, team)
    goals = read_goals(line_manager)
    organisation = line_manager.organisation
    return TeamReport(
        line_manager=line_manager.name or line_manager.email,
        organisation=organisation.name if organisation else "",
        made_at=timezone.now(),
        team=team,
        choice=choice,
        chosen=chosen_of(team, choice),
        cover=cover_of(team, NeededCover.objects.set_by(line_manager)),
        needs=read_needs(team, goals),
        goals=goals,
    )


def standards_of(table: Table) -> str:
    """What the levels of a table are of: "Contract Management Professional Standards, version 2.0"."""
    return f"{table.framework}, version {table.number}"


def state_of(row: Row) -> str:
    """How far a row's round has come, and when."""
    if row.standing == Standing.AGREED:
        return f"Agreed, {day(row.round.agreed_at)}"
    if row.standing == Standing.HIDDEN:
        return f"Shared, {day(row.round.shared_at)}; you rate first"
    return f"Shared, {day(row.round.shared_at)}" if row.standing == Standing.SHARED else "Not shared yet"
