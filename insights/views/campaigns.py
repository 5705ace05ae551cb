"""Campaigns: an organisation invites its people to a round by a day. What comes of one is shown as released, never live."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Notice, Organisation
from people.notice_words import letter
from people.reauthentication import proof_required
from standards.models import Version

from ..actions.campaigns import AlreadyInvited, NotOpenForRounds, NotStanding, end_campaign, start_campaign
from ..forms.campaign import CampaignForm
from ..models import Campaign
from ..permissions import can_invite
from ..progress import figures_on, people_of, progress_of


@require_safe
def campaign_list(request, organisation_id):
    """The campaigns of one organisation, and those above or below it that reach the same people."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_id)
    campaigns = Campaign.objects.select_related("framework", "organisation")
    today = timezone.localdate()
    own = campaigns.filter(organisation=organisation)
    standing = own.standing(today)
    around = campaigns.standing(today).around(organisation).exclude(organisation=organisation)
    may_invite = can_invite(request.user, organisation)
    context = {
        "organisation": organisation,
        "standing": standing,
        "past": own.exclude(pk__in=standing),
        "around": around,
        "visible": set(around.visible_to(request.user).values_list("pk", flat=True)),
        "may_invite": may_invite,
        "may_start": may_invite and bool(_choices(organisation)[0]),
    }
    return render(request, "insights/campaign_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def campaign_start(request, organisation_id):
    """By when and with which reminders; then what will happen, and a button that does it."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_id)
    if not can_invite(request.user, organisation):
        raise PermissionDenied
    frameworks, taken = _choices(organisation)
    context = {"organisation": organisation, "taken": taken, "form": None, "check": None}
    if not frameworks:
        status = 403 if request.method == "POST" else 200
        return render(request, "insights/campaign_start.html", context, status=status)
    leave = reverse("campaign-list", args=[organisation.pk])
    data = request.POST if request.method == "POST" else None
    form = context["form"] = CampaignForm(data, frameworks=frameworks, leave=leave)
    step = request.POST.get("step") if form.is_valid() else ""
    if step == "start":
        try:
            campaign = start_campaign(
                organisation=organisation,
                framework=form.chosen,
                due_on=form.cleaned_data["due_on"],
                remind_days=form.cleaned_data["remind_days"],
                by=request.user,
            )
        except (AlreadyInvited, NotOpenForRounds):
            return redirect("campaign-start", organisation_id=organisation.pk)
        messages.success(request, "The campaign has started. People are being told")
        return redirect("campaign-detail", campaign_id=campaign.pk)
    if step == "check":
        context["check"] = _check(organisation, form)
    return render(request, "insights/campaign_start.html", context, status=422 if form.errors else 200)


@require_safe
def campaign_detail(request, campaign_id):
    """How far people have come, as the latest release has it."""
    campaign = _visible(request.user, campaign_id)
    context = {
        "campaign": campaign,
        "progress": progress_of(campaign),
        "figures_on": figures_on(campaign),
        "today": timezone.localdate(),
        "may_end": campaign.is_standing and can_invite(request.user, campaign.organisation),
    }
    return render(request, "insights/campaign_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_end(request, campaign_id):
    """What ending it means, and a button. Of one that is over, back to its page."""
    campaign = _visible(request.user, campaign_id)
    if not can_invite(request.user, campaign.organisation):
        raise PermissionDenied
    if request.method == "POST":
        try:
            end_campaign(campaign=campaign)
        except NotStanding:
            messages.info(request, "The campaign was over already")
        else:
            messages.success(request, "The campaign has ended")
        return redirect("campaign-detail", campaign_id=campaign.pk)
    if not campaign.is_standing:
        return redirect("campaign-detail", campaign_id=campaign.pk)
    return render(request, "insights/campaign_end.html", {"campaign": campaign})


def _visible(user, campaign_id):
    campaigns = Campaign.objects.visible_to(user).select_related("organisation", "framework")
    return get_object_or_404(campaigns, pk=campaign_id)


def _choices(organisation):
    """The frameworks that its people can be invited to, and the campaigns that stand in the way of others."""
    open_now = [version.framework for version in Version.objects.latest_of_each_framework()]
    standing = Campaign.objects.standing(timezone.localdate()).around(organisation)
    taken = list(standing.select_related("organisation", "framework"))
    reached = {each.framework_id for each in taken}
    return [each for each in open_now if each.pk not in reached], taken


def _check(organisation, form):
    """What is shown before it starts: whom it reaches as released, and the e-mail in its words."""
    due = form.cleaned_data["due_on"]
    people = people_of(organisation, form.chosen)
    return {
        "framework": form.chosen,
        "due_on": due,
        "remind_days": sorted(form.cleaned_data["remind_days"], reverse=True),
        "people": people and people[0],
        "issue": people and people[1],
        "not_since": timezone.localdate() - Campaign.NOT_AGAIN_WITHIN,
        "not_within": Campaign.NOT_AGAIN_WITHIN.days,
        "invitation": _letter(Notice.Kind.INVITED, due),
        "reminder": _letter(Notice.Kind.INVITATION_DUE, due),
        "sent": form.sent,
    }


def _letter(kind, due_on):
    return letter(
        kind,
        due_on=due_on,
        origin=settings.PORTAL_ORIGIN,
        path=reverse("assessment-list"),
        service=settings.PORTAL_SERVICE_NAME,
        organisation=settings.PORTAL_ORGANISATION_NAME,
        contact=settings.PORTAL_CONTACT_EMAIL,
    )
