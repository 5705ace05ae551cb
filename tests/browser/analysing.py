"""Analysts with an organisation of many parts and figures of two releases, and with one that has no figures yet."""

from datetime import timedelta

from django.utils import timezone

from people.models import AnalystGrant, Organisation
from standards.models import Version
from tests.factories import make_organisation
from tests.insights.figures import figures_of, make_release

LONG = "Commercial and Contract Management for Łódź, Ŵyn and Contractorganisationalassurancemanagement"


def _analysing(user):
    """One part is too small for anything to be said of it, and one was added after the figures were made."""
    number = Organisation.objects.count() + 1
    version = Version.objects.published().get()
    department = make_organisation(name=f"Ministry of {LONG} {number}")
    parts = [
        make_organisation(name=f"{LONG if each == 1 else 'Part'} {each:02}", parent=department) for each in range(40)
    ]
    small = make_organisation(name="A small part", parent=department)
    make_organisation(name="Added since", parent=department)
    new = make_organisation(name=f"An agency {number}")
    for organisation in (department, new):
        AnalystGrant.objects.create(analyst=user, organisation=organisation)
    for days, groups in ((9, 240), (45, 231)):
        figures = {department: figures_of(version, groups, seed=groups)}
        figures |= {part: figures_of(version, 6, seed=seed) for seed, part in enumerate(parts)}
        figures[small] = figures_of(version, 0, stages={"not-started": 5}, campaigns={})
        make_release(department, version.framework, figures, made_at=timezone.now() - timedelta(days=days))
    return {"organisation": str(department.pk), "free": str(new.pk)}


KINDS = {"analysing": _analysing}
