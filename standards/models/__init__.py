"""What is asked: frameworks, their versions, and everything that a version says."""

from .area import Area, AreaVariant, Attribute, Part, Section
from .framework import Framework, Level, Version
from .reference import GlossaryTerm
from .role import RoleProfile, RoleTarget
from .statement import LevelDescriptor, Statement

__all__ = [
    "Area",
    "AreaVariant",
    "Attribute",
    "Framework",
    "GlossaryTerm",
    "Level",
    "LevelDescriptor",
    "Part",
    "RoleProfile",
    "RoleTarget",
    "Section",
    "Statement",
    "Version",
]
