"""What is asked: frameworks, their versions, and everything that a version says."""

from .area import Area, AreaVariant, Attribute, Part, Section
from .editing import ReadersNote, SignOff, StatementComment
from .example import CaseStudy, CaseStudyStage, PeopleProfile
from .framework import Framework, Level, Version
from .guidance import GuideSection, Insight, LearningResource
from .held_import import HeldImport
from .history import WITH_HISTORY, one_change
from .link import StatementLink
from .reference import GlossaryTerm, LifecycleStage, ReferencePage, Source
from .role import RoleProfile, RoleTarget
from .statement import LevelDescriptor, Statement

__all__ = [
    "WITH_HISTORY",
    "Area",
    "AreaVariant",
    "Attribute",
    "CaseStudy",
    "CaseStudyStage",
    "Framework",
    "GlossaryTerm",
    "GuideSection",
    "HeldImport",
    "Insight",
    "LearningResource",
    "Level",
    "LevelDescriptor",
    "LifecycleStage",
    "Part",
    "PeopleProfile",
    "ReadersNote",
    "ReferencePage",
    "RoleProfile",
    "RoleTarget",
    "Section",
    "SignOff",
    "Source",
    "Statement",
    "StatementComment",
    "StatementLink",
    "Version",
    "one_change",
]
