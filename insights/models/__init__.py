"""What is counted, what of it is released, what a team needs, and who is invited."""

from .campaign import Campaign, Invitation
from .cover import NeededCover
from .release import Figure, Release
from .rollup import LevelCount, MissCount, ReadyCount, StageCount

__all__ = [
    "Campaign",
    "Figure",
    "Invitation",
    "LevelCount",
    "MissCount",
    "NeededCover",
    "ReadyCount",
    "Release",
    "StageCount",
]
