"""What made-up people answer. Pure: the same number, the same answers. Standard library only, beside what answers are."""

import random
from dataclasses import dataclass

from assessments.answers import Answered

NOT_THEIRS = "Somebody else does this for my contracts."
ELSEWHERE = "Another team does this."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's round. ``targets`` by area's pk as (rank or None, reason); ``own`` and ``line_managers`` by statement's pk."""

    role_profile_id: int | None
    targets: dict[int, tuple[int | None, str]]
    own: dict[int, Answered]
    line_managers: dict[int, Answered]


def make_sheet(tree, number: int) -> Sheet:
    """The round of the person with this number: most at their target or a level below, each with strengths and weaknesses."""
    draw = random.Random(f"sheet {number}")
    profile = draw.choice(tree.role_profiles) if tree.role_profiles and draw.random() < 0.95 else None
    proposed = tree.proposed_ranks(profile.pk if profile else None)
    able = draw.gauss(-0.1, 0.55)
    targets, own, others = {}, {}, {}
    for area in tree.areas:
        rank = proposed[area.code]
        if area.chosen_by_role and draw.random() < 0.12:
            targets[area.pk] = (None, ELSEWHERE)
            continue
        targets[area.pk] = (rank, "")
        at_home = draw.gauss(0.25, 0.45)
        for statement in area.statements:
            if draw.random() < 0.015:
                own[statement.pk] = others[statement.pk] = Answered(not_relevant=True, reason=NOT_THEIRS)
                continue
            wanted = rank + able + at_home + draw.gauss(0, 0.3)
            own[statement.pk] = Answered(_choice(statement, round(wanted)))
            other = wanted if draw.random() < 0.9 else wanted + draw.choice((-1, 1))
            others[statement.pk] = Answered(_choice(statement, round(other)))
    return Sheet(profile.pk if profile else None, targets, own, others)


def _choice(statement, wanted):
    return max((rank for rank in statement.choices if rank <= wanted), default=statement.choices[0])
