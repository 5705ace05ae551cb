"""The addresses of the access table: of a route, about the rows of one subject."""

import re
from uuid import UUID

from django.contrib import admin
from django.urls import reverse

from assessments.models import Assessment
from people.models import User
from standards.models import Version
from tests.routes import PUBLISHED, SLUGS, routes

# Fields of a model that name whose row it is.
_WHOSE = ("owner", "user", "recipient", "person", "analyst")
# What an address of the admin or of allauth names that is no row: a number that no content type has, a key that is stale ...
_NOTHING = {"app_label": "people", "content_type_id": 10**6, "key": "stale", "uidb36": "a", "provider_id": "nobody"}


def routes_by_key():
    """Every route, by its name, or its pattern where it has none."""
    return {route.name or route.prefix: route for route in routes()}


class Addresses:
    """The addresses of one world's rows."""

    def __init__(self, subjects):
        self.subjects = subjects
        self.by_key = routes_by_key()

    def of(self, key, state):
        """The address of the subject's own row, of those that the key means."""
        subject = self.subjects[state]
        other = self.subjects["shared" if state == "draft" else "draft"]
        name, _, which = key.partition(": ")
        route = self.by_key[name]
        known = self._known(subject, name, which)
        if "another" in which:
            known |= {"evidence_id": other.evidence.pk, "other_id": other.assessment.pk}
        if model := _model_of(name):
            row = _row_about(model, subject)
            known |= dict.fromkeys({"pk", "object_id", "user_id"} & {*route.parameters}, row)
        if name == "admin:standards_import_check":
            known["pk"] = UUID(int=1)
        if not route.name:
            where = re.split("[<(]", route.prefix)[0]
            return f"/{where}{known.get('object_id', 'nothing')}/" if route.parameters else f"/{where}"
        path = reverse(name, kwargs={each: known.get(each, 1) for each in route.parameters})
        if which == "in a round":
            return f"{path}?assessment={subject.assessment.pk}"
        return f"{path}?q=quillwort" if name == "standards-search" else path

    def _known(self, subject, name, which):
        line = {"live": subject.live_line, "ended": subject.ended_line}.get(which, subject.pending_line)
        if name == "line-end" and not which:
            line = subject.live_line
        goals = {"done": subject.done_goal, "unsaid": subject.silent_goal, "of no round": subject.loose_goal}
        return (
            _NOTHING
            | PUBLISHED
            | {
                "slug": SLUGS.get(name),
                "assessment_id": (subject.earlier if which == "the one before" else subject.assessment).pk,
                "other_id": subject.earlier.pk,
                "evidence_id": subject.evidence.pk,
                "goal_id": goals.get(which, subject.goal).pk,
                "line_id": line.pk,
                "notice_id": subject.notice.pk,
                "heldpost_id": subject.held.pk,
                "organisation_id": (subject.inviting if which == "who may invite" else subject.organisation).pk,
                "campaign_id": (subject.invited if which == "who may invite" else subject.campaign).pk,
            }
        )


def _model_of(key):
    """The model whose pages in the admin a key is about; None for any other."""
    for model in admin.site._registry:
        label = (model._meta.app_label, model._meta.model_name)
        if key.startswith((f"admin:{'_'.join(label)}_", f"admin/{'/'.join(label)}/")):
            return model
    return None


def _row_about(model, subject):
    """A row of that model: the subject's own where there is one; the number of none where there is no row at all."""
    if model is User:
        return subject.owner.pk
    if model is Version:
        return subject.assessment.version_id
    assert model is not Assessment
    names = {field.name for field in model._meta.fields}
    own = [model.objects.filter(**{name: subject.owner}).first() for name in _WHOSE if name in names]
    found = next(filter(None, own), None) or model.objects.order_by("pk").first()
    return found.pk if found else 1
