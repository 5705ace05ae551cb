"""Who changed what of the standards, and when: a history of every row that editors edit (django-simple-history).

Rows are recorded as they are saved one by one, in Django admin; a version that is loaded, copied or imported begins without.
"""

from simple_history import register

from .area import Area, AreaVariant, Attribute, Part, Section
from .example import CaseStudy, CaseStudyStage, PeopleProfile
from .framework import Framework, Level, Version
from .guidance import GuideSection, Insight, LearningResource
from .link import StatementLink
from .reference import GlossaryTerm, LifecycleStage, ReferencePage, Source
from .role import RoleProfile, RoleTarget
from .statement import LevelDescriptor, Statement

_WITH_AREAS = (Attribute, Insight, GuideSection)
_OTHERS = (
    *(Framework, Version, Level, Section, Area, AreaVariant, Part, Statement, LevelDescriptor, StatementLink),
    *(RoleProfile, RoleTarget, GlossaryTerm, ReferencePage, LifecycleStage, Source),
    *(PeopleProfile, CaseStudy, CaseStudyStage, LearningResource),
)
WITH_HISTORY = (*_OTHERS, *_WITH_AREAS)

for model in _OTHERS:
    # When a version was touched last is no change of it.
    register(model, excluded_fields=["edited_at"] if model is Version else None)
for model in _WITH_AREAS:
    register(model, m2m_fields=["areas"])
