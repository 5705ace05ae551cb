"""The page on which the end of a published version is planned."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from ..actions import NotEditable, plan_retirement
from ..actions.retiring import LEAST_NOTICE
from ..follower import follower
from ..models import Version
from .version_pages import draw_version_page, version_path

PERMISSION = "standards.publish_version"


class _Day(forms.DateField):
    def __init__(self, **options):
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={
                "invalid": "Write the day with day, month and year, such as 27/5/2027.",
                "required": "Say which is the last day for new assessments.",
            },
            **options,
        )


class RetireForm(forms.Form):
    closes_on = _Day(
        label="Last day for new assessments",
        help_text="After this day nobody can start an assessment under this version.",
    )
    retires_on = _Day(
        label="Day on which it retires",
        required=False,
        help_text=f"People midway are told, and have at least {LEAST_NOTICE.days} days. On this day drafts that are left are "
        "brought to the version that is published then. May be left empty.",
    )


def version_urls(model_admin):
    return [version_path(model_admin, "retire", version_retire, permission=PERMISSION)]


def version_retire(model_admin, request, version):
    """Set the days, change them or take them back, until the version has retired."""
    if version.state != Version.State.PUBLISHED:
        raise PermissionDenied
    planned = {"closes_on": version.closes_on, "retires_on": version.retires_on}
    form = RetireForm(request.POST if request.method == "POST" else None, initial=planned)
    if request.method == "POST" and ("take-back" in request.POST or form.is_valid()):
        days = {"closes_on": None, "retires_on": None} if "take-back" in request.POST else form.cleaned_data
        try:
            plan_retirement(version=version, by=request.user, **days)
        except NotEditable as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, "The days are saved." if days["closes_on"] else "The days are taken back.")
            return redirect("admin:standards_version_retire", version.pk)
    others = Version.objects.open_for_rounds().filter(framework=version.framework_id).exclude(pk=version.pk)
    context = {
        "form": form,
        "is_planned": version.closes_on is not None,
        "midway": follower().midway(version),
        "notice": LEAST_NOTICE.days,
        "successor": others.order_by("-published_at").first(),
    }
    status = 422 if form.is_bound else 200
    title = f"Retire version {version.number}"
    return draw_version_page(model_admin, request, version, "retire.html", title, context, status)
