"""Who changed what of the standards, and when: a history of every row that editors edit (django-simple-history).

Rows are recorded as they are saved one by one, in Django admin; a version that is loaded, copied or imported begins without.
What is saved and deleted within ``one_change`` has the same ``history_change_reason``, the key of that change.
"""

import uuid
from contextlib import contextmanager

from simple_history import register
from simple_history.models import HistoricalRecords

from .area import Area, AreaVariant, Attribute, Part, Section
from .example import CaseStudy, CaseStudyStage, PeopleProfile
from .framework import Framework, Level, Version
from .guidance import GuideSection, Insight, LearningResource
from .link import StatementLink
from .reference import GlossaryTerm, LifecycleStage, ReferencePage, Source
from .role import RoleProfile, RoleTarget
from .statement import LevelDescriptor, Statement


class Records(HistoricalRecords):
    """Records by whom and in which change of ``one_change`` a row was saved or deleted, also where others go with it."""

    def get_history_user(self, instance):
        change = getattr(self.context, "change", None)
        if change is None or hasattr(instance, "_history_user"):
            return super().get_history_user(instance)
        return change[0]

    def get_change_reason_for_object(self, instance, history_type, using):
        change = getattr(self.context, "change", None)
        return super().get_change_reason_for_object(instance, history_type, using) or (change and change[1])


@contextmanager
def one_change(by):
    """Whatever is saved and deleted inside is one change, made by ``by``; a change within a change is part of it."""
    if getattr(Records.context, "change", None) is not None:
        yield
        return
    Records.context.change = (by, uuid.uuid4().hex)
    try:
        yield
    finally:
        Records.context.change = None


_WITH_AREAS = (Attribute, Insight, GuideSection)
_OTHERS = (
    *(Framework, Version, Level, Section, Area, AreaVariant, Part, Statement, LevelDescriptor, StatementLink),
    *(RoleProfile, RoleTarget, GlossaryTerm, ReferencePage, LifecycleStage, Source),
    *(PeopleProfile, CaseStudy, CaseStudyStage, LearningResource),
)
WITH_HISTORY = (*_OTHERS, *_WITH_AREAS)

for model in _OTHERS:
    # When a version was touched last is no change of it.
    register(model, records_class=Records, excluded_fields=["edited_at"] if model is Version else None)
for model in _WITH_AREAS:
    register(model, records_class=Records, m2m_fields=["areas"])
