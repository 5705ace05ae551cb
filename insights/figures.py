"""What a release says of an organisation: the figures under every page and file. Plain values; standard library only.

Every number is a multiple of the release's base, and no exact count is among them (docs/decisions/disclosure-control.md).
Organisations, versions, role profiles, areas, statements and campaigns are named by their keys; role profile 0 stands for people
without one.
"""

from dataclasses import asdict, dataclass, field

NO_PROFILE = 0


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One area, of the people whose role it is in.

    levels       people by the rank that they hold: at index 0 "not yet", then the lowest level
    at_target    people at the level that they need, or above it
    by_need      by the rank that they need, the same as ``levels``
    by_role      by role profile, the same as ``levels``
    """

    levels: tuple[int, ...]
    at_target: int
    by_need: dict[int, tuple[int, ...]]
    by_role: dict[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What is known of the people with a shared or agreed round under one version, the latest under its framework.

    counted    how many they are; ``roles`` the same by role profile
    ready      people who meet every statement in their role at each level or above, the lowest level first
    areas      by area
    missed     people below their target, by statement; fewer than the base miss one that is not listed
    """

    counted: int
    roles: dict[int, int]
    ready: tuple[int, ...]
    areas: dict[int, AreaFigures]
    missed: dict[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a release says of an organisation and of all below it, under one framework.

    people       everybody who is placed there
    stages       by how far they have come (``models.rollup.Stage``): not-started, started, shared, agreed; adds up to ``people``
    campaigns    by the campaign that invited them last: how far they have come since it opened, in the same words
    versions     by version
    parts        the ``stages`` of each organisation right below it, so that its page needs no other figures
    """

    people: int
    stages: dict[str, int]
    campaigns: dict[int, dict[str, int]] = field(default_factory=dict)
    versions: dict[int, VersionFigures] = field(default_factory=dict)
    parts: dict[int, dict[str, int]] = field(default_factory=dict)

    def as_numbers(self) -> dict:
        """As ``models.Figure.numbers`` keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, numbers: dict) -> "Figures":
        """The reverse: what JSON made text of is a number again."""
        return cls(
            numbers["people"],
            numbers["stages"],
            {int(pk): stages for pk, stages in numbers["campaigns"].items()},
            {int(pk): _version(each) for pk, each in numbers["versions"].items()},
            _keyed(numbers["parts"]),
        )


def _version(numbers):
    return VersionFigures(
        numbers["counted"],
        _keyed(numbers["roles"]),
        tuple(numbers["ready"]),
        {int(pk): _area(each) for pk, each in numbers["areas"].items()},
        _keyed(numbers["missed"]),
    )


def _area(numbers):
    return AreaFigures(
        tuple(numbers["levels"]),
        numbers["at_target"],
        {rank: tuple(levels) for rank, levels in _keyed(numbers["by_need"]).items()},
        {pk: tuple(levels) for pk, levels in _keyed(numbers["by_role"]).items()},
    )


def _keyed(numbers):
    return {int(key): value for key, value in numbers.items()}


def shown(count: int, base: int) -> str:
    """How every page and file writes a figure: "15", and "fewer than 5" for none and for a few alike."""
    return f"{count:,}" if count else f"fewer than {base}"
