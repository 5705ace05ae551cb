"""What is asked: frameworks, their versions, and everything that a version says."""

from .area import Area, AreaVariant, Attribute, Part, Section
from .example import CaseStudy, CaseStudyStage, PeopleProfile
from .framework import Framework, Level, Version
from .guidance import GuideSection, Insight, LearningResource
from .reference import GlossaryTerm, LifecycleStage, ReferencePage, Source
from .role import RoleProfile, RoleTarget
from .statement import LevelDescriptor, Statement

__all__ = [
    "Area",
    "AreaVariant",
    "Attribute",
    "CaseStudy",
    "CaseStudyStage",
    "Framework",
    "GlossaryTerm",
    "GuideSection",
    "Insight",
    "LearningResource",
    "Level",
    "LevelDescriptor",
    "LifecycleStage",
    "Part",
    "PeopleProfile",
    "ReferencePage",
    "RoleProfile",
    "RoleTarget",
    "Section",
    "Source",
    "Statement",
    "Version",
]
