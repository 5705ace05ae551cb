"""Disclosure control: exact counts of a tree in, figures that may be shown out. Standard library only.

docs/decisions/disclosure-control.md has the method, why it keeps every small count secret, and its sources.
"""

from ..counts import Counts
from ..figures import Figures
from .adding_up import add_up
from .population import round_population


def rounded(
    parents: dict[int, int | None], exact: dict[int, Counts], *, base: int = 5, ranks: dict[int, int]
) -> dict[int, Figures]:
    """The figures of a release by organisation's pk: every count a multiple of ``base``, all of them adding up.

    parents    organisation's pk -> its parent's pk, None at the top
    exact      organisation's pk -> its own people, none of those below it
    ranks      version's pk -> number of its levels

    The same counts give the same figures. No figure is ``base`` or more below its exact count: 0 means fewer than ``base``.
    Raises ValueError where the counts contradict one another.
    """
    return add_up(parents, round_population(parents, exact, base=base, ranks=ranks), ranks=ranks)
