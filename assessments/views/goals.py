"""One's development plan: its goals, how they are going, how they end, and their days for a calendar."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govuk.environment import day
from standards.library import version_library
from standards.tree import version_tree

from .. import permissions
from ..actions import (
    ChangedElsewhere,
    NotOpen,
    Planned,
    add_goal_note,
    add_goal_outcome,
    drop_goal,
    finish_goal,
    reopen_goal,
    save_goal,
)
from ..calendars import CalendarDay, calendar_of
from ..forms import GoalDropForm, GoalFinishForm, GoalForm, GoalNoteForm, GoalOutcomeForm
from ..models import Assessment, Goal, Reading
from ..planning import plans_of, version_for
from ..plans import KINDS, aim_for, aims_of, in_force, line_of, lineages_of, overdue_first
from ..shown import shows
from ..standing import read_views
from ..suggestions import ideas_for
from ..wording import person_in_words
from .plans import gaps_without_a_goal
from .refused import Refused

TALK_IS_OVER = "The conversation was confirmed, the assessment was given back, or you are no longer its line manager."
GAPS_SHOWN = 5
REMIND_DAYS = 14
# The pages of a round that lead to the form of a goal, by what they call themselves in the address.
FROM = {
    "conversation": ("conversation-agenda", "The agenda"),
    "plan": ("plan-detail", "Development plan"),
    "report": ("report-detail", "Gap report"),
}


@require_safe
def goal_list(request):
    """One's own plan: what is open, what came of the rest, and gaps that no goal is for."""
    goals = list(Goal.objects.owned_by(request.user).with_aims().select_related("framework"))
    today = timezone.localdate()
    lines = [line_of(goal, aims_of(goal), today) for goal in goals]
    over = [line for line in lines if line.goal.ended_on]
    plans = plans_of(request.user)
    aimed = lineages_of(goal for goal in goals if goal.state == Goal.State.OPEN)
    context = {
        "groups": overdue_first(line for line in lines if not line.goal.ended_on),
        "over": sorted(over, key=lambda line: (line.goal.ended_on, line.goal.pk), reverse=True),
        "plans": [(each, gaps_without_a_goal(each.assessment, aimed)) for each in plans if each.assessment],
        "has_standards": bool(plans),
        "names_standards": len(plans) > 1,
        "gaps_shown": GAPS_SHOWN,
        "remind_days": REMIND_DAYS,
    }
    return render(request, "assessments/goal_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_create(request):
    """A new goal: for the statements that the address names, or freely; on one's own plan, or in a round that one talks about."""
    named, version = _where_to_plan(request)
    if version is None:
        return redirect("goal-list")
    owner = named.owner if named else request.user
    goal = Goal(owner=owner, framework_id=version.framework_id, assessment=named)
    if owner == request.user:
        goal.assessment = Goal.objects.plan_round(owner, version.framework_id)
    form = _goal_form(request, goal, version, _proposed(request, named or goal.assessment, version))
    if form.is_sound:
        try:
            planned = save_goal(goal=form.fill(goal), by=request.user, version=version, aims=form.aims)
        except NotOpen:
            raise Refused(TALK_IS_OVER) from None
        whose = "your" if owner == request.user else f"{person_in_words(owner)}’s"
        return _done(request, planned, f"The goal is on {whose} plan.", named)
    return _draw_form(request, form, goal, version)


def _where_to_plan(request):
    """The round that the address names, else the one that a goal of one's own belongs to, and the version to choose statements of.

    Either may be None. Raises ``Http404`` and ``PermissionDenied``.
    """
    text = request.GET.get("assessment", "")
    if text:
        try:
            pk = UUID(text)
        except ValueError:
            raise Http404 from None
        named = get_object_or_404(Assessment.objects.visible_to(request.user).with_version(), pk=pk)
        shows(request, named, Reading.What.PLAN)
        if not permissions.can_change_goals(request.user, named):
            raise PermissionDenied
        return named, named.version
    plans = plans_of(request.user)
    named = [each for each in plans if each.framework == request.GET.get("framework")] or plans
    return None, named[0].version if named else None


def _proposed(request, assessment, version):
    """The statements that the address names, each with the rank to aim for next."""
    codes = request.GET.getlist("statement")
    if request.method == "POST" or not codes:
        return ()
    tree = version_tree(version)
    answers, targets = in_force(assessment, tree, read_views(assessment)) if assessment else ({}, {})
    found = []
    for statement in tree.statements:
        if statement.code in codes:
            target, _ = targets.get(tree.area(statement.area_code).pk, (None, ""))
            found.append((statement.pk, aim_for(statement, answers.get(statement.pk), target)))
    return [(pk, rank) for pk, rank in found if rank]


def _goal_form(request, goal, version, aims):
    options = {
        "tree": version_tree(version),
        "aims": aims,
        "goal": goal if goal.pk else None,
        "reader": _reader_of(goal),
        "whose": "" if goal.owner_id == request.user.pk else person_in_words(goal.owner),
    }
    if request.method != "POST":
        return GoalForm(**options)
    if not {"use", "ideas"} & request.POST.keys():
        return GoalForm(request.POST, **options)
    form = GoalForm(typed=request.POST, **options)
    *which, number = request.POST.get("use", "").split("-")
    ideas = _ideas(version, *which) if len(which) == 2 else None
    form.is_in_vain = "ideas" in request.POST and not form.chosen
    if ideas and number in {str(place) for place in range(len(ideas.suggestions))}:
        form.use(ideas.suggestions[int(number)], ideas.suggestions)
    return form


def _ideas(version, pk, rank):
    """What to do for a statement at a rank, both as text; None where there is no such thing."""
    tree = version_tree(version)
    for statement in tree.statements:
        if str(statement.pk) == pk and rank in {str(choice) for choice in statement.choices}:
            return ideas_for(tree.area(statement.area_code), statement, int(rank), version_library(version))
    return None


def _draw_form(request, form, goal, version):
    first = next((row for row in form.chosen if row.choice), None)
    has_errors = bool(form.summary)
    context = {
        "form": form,
        "goal": goal,
        "is_own": goal.owner_id == request.user.pk,
        "ideas": _ideas(version, str(first.statement.pk), first.choice) if first else None,
        "saved_aims": aims_of(form.saved) if form.saved else (),
        "page_has_errors": has_errors,
        "kinds": KINDS,
        "version": version,
        "plans": () if goal.pk or "assessment" in request.GET else plans_of(request.user),
        **dict(zip(("cancel", "cancel_name"), _back_from(request, goal), strict=True)),
    }
    return render(request, "assessments/goal_edit.html", context, status=422 if has_errors else 200)


def _back_from(request, goal):
    """Where the form leads back to, and what that is called."""
    named = request.GET.get("assessment", "")
    if goal.pk:
        return _page_of(goal), "The goal"
    if named:
        return _page_of_round(request, UUID(named))
    return reverse("goal-list"), "Your goals"


def _page_of_round(request, assessment_id):
    """The page of a round that somebody came from as they say in ``?from=``; else its conversation while that is open."""
    assessment = Assessment.objects.visible_to(request.user).get(pk=assessment_id)
    named = request.GET.get("from", "")
    if named not in FROM:
        named = "conversation" if permissions.can_converse(request.user, assessment) else "plan"
    name, title = FROM[named]
    return reverse(name, args=[assessment.pk]), title


@require_safe
def goal_detail(request, goal_id):
    goal = _goal_or_404(request, goal_id)
    return render(request, "assessments/goal_detail.html", _shown(request, goal) | {"form": None})


@require_http_methods(["GET", "HEAD", "POST"])
def goal_edit(request, goal_id):
    goal = _open_goal(request, goal_id)
    aims = list(goal.aims.all())
    version = aims[0].statement.area.section.version if aims else version_for(goal)
    form = _goal_form(request, goal, version, [(aim.statement_id, aim.rank) for aim in aims])
    if "discard" in request.POST:
        messages.success(request, "The goal is kept as it was saved there.")
        return redirect(_page_of(goal))
    if form.is_sound:
        try:
            planned = save_goal(
                goal=form.fill(goal), by=request.user, version=version, aims=form.aims, revision=form.revision
            )
        except NotOpen:
            raise _too_late(request, goal) from None
        except ChangedElsewhere as changed:
            form.meet(Goal.objects.with_aims().get(pk=changed.saved.pk))
        else:
            return _done(request, planned, "The goal is saved.")
    return _draw_form(request, form, goal, version)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_note(request, goal_id):
    goal = _goal_or_404(request, goal_id)
    if not permissions.can_note_goal(request.user, goal):
        raise PermissionDenied
    form = GoalNoteForm(request.POST if request.method == "POST" else None, leave=_page_of(goal))
    if form.is_valid():
        try:
            add_goal_note(goal=goal, by=request.user, text=form.cleaned_data["text"])
        except NotOpen:
            raise _too_late(request, goal) from None
        messages.success(request, "Your note is added.")
        return redirect(_page_of(goal))
    return _ask(request, "assessments/goal_note.html", goal, form)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_finish(request, goal_id):
    goal = _open_goal(request, goal_id)
    whose = "" if goal.owner_id == request.user.pk else person_in_words(goal.owner)
    form = GoalFinishForm(request.POST if request.method == "POST" else None, leave=_page_of(goal), whose=whose)
    if form.is_valid():
        try:
            planned = finish_goal(goal=goal, by=request.user, outcome=form.cleaned_data["outcome"])
        except NotOpen:
            raise _too_late(request, goal) from None
        return _done(request, planned, "The goal is marked as done.")
    return _ask(request, "assessments/goal_finish.html", goal, form)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_outcome(request, goal_id):
    """What came of a goal that was marked as done without it."""
    goal = _goal_or_404(request, goal_id)
    if not permissions.can_say_outcome(request.user, goal):
        raise PermissionDenied
    form = GoalOutcomeForm(request.POST if request.method == "POST" else None, leave=_page_of(goal))
    if form.is_valid():
        try:
            planned = add_goal_outcome(goal=goal, by=request.user, outcome=form.cleaned_data["outcome"])
        except NotOpen:
            raise PermissionDenied from None
        return _done(request, planned, "What came of the goal is saved.")
    return _ask(request, "assessments/goal_outcome.html", goal, form)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_drop(request, goal_id):
    goal = _open_goal(request, goal_id)
    form = GoalDropForm(request.POST if request.method == "POST" else None, leave=_page_of(goal))
    if form.is_valid():
        try:
            planned = drop_goal(goal=goal, by=request.user, reason=form.cleaned_data["outcome"])
        except NotOpen:
            raise _too_late(request, goal) from None
        return _done(request, planned, "The goal is dropped.")
    return _ask(request, "assessments/goal_drop.html", goal, form)


@require_POST
def goal_reopen(request, goal_id):
    goal = _goal_or_404(request, goal_id)
    try:
        planned = reopen_goal(goal=goal, by=request.user)
    except NotOpen:
        raise PermissionDenied from None
    return _done(request, planned, "The goal is open again.")


@require_safe
def goal_calendar(request):
    """The days of one's open goals, for a calendar; with ``?remind=yes`` it shows a reminder before each."""
    goals = list(Goal.objects.owned_by(request.user).open().with_aims())
    if not goals:
        messages.info(request, "There is no open goal whose day could go into a calendar.")
        return redirect("goal-list")
    days = [_calendar_day(request, goal) for goal in goals]
    remind = REMIND_DAYS if request.GET.get("remind") == "yes" else None
    headers = {"Content-Disposition": 'attachment; filename="goals.ics"', "Cache-Control": "no-store, private"}
    content = calendar_of(days, name="Development goals", remind_days=remind)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _calendar_day(request, goal):
    aims = [f"{aim.code} {aim.topic}: {aim.level}" for aim in aims_of(goal)]
    link = request.build_absolute_uri(reverse("goal-detail", args=[goal.pk]))
    return CalendarDay(
        uid=f"goal-{goal.pk}@{urlsplit(link).hostname}",
        day=goal.due_on,
        title=f"Goal due: {goal.what}",
        text="\n".join(text for text in (*aims, goal.measure) if text),
        link=link,
        revision=goal.revision,
        changed=timezone.now(),
    )


# What the pages have in common


def _goal_or_404(request, goal_id):
    goals = Goal.objects.visible_to(request.user).with_aims().select_related("owner", "assessment__line_manager")
    goal = get_object_or_404(goals.select_related("assessment__version__framework"), pk=goal_id)
    if goal.assessment:
        shows(request, goal.assessment, Reading.What.PLAN)
    return goal


def _open_goal(request, goal_id):
    """The goal, which this person may change. Raises ``Http404`` and ``PermissionDenied``, with the reason where it is over."""
    goal = _goal_or_404(request, goal_id)
    if permissions.can_change_goal(request.user, goal):
        return goal
    raise Refused(_over_in_words(goal)) if goal.ended_on else PermissionDenied


def _too_late(request, goal):
    now = Goal.objects.visible_to(request.user).filter(pk=goal.pk).first()
    return Refused(_over_in_words(now) if now and now.ended_on else TALK_IS_OVER)


def _over_in_words(goal):
    return f"The goal was {goal.get_state_display().lower()} on {day(goal.ended_on)}. Its owner can open it again."


def _reader_of(goal):
    """The line manager who can read the goal now; None where it is its owner's alone."""
    return permissions.line_manager_reading(goal.assessment) if goal.assessment else None


def _shown(request, goal):
    """The goal as its page and the pages that ask about it show it."""
    is_own = goal.owner_id == request.user.pk
    shows_level = is_own or permissions.can_read_levels(request.user, goal.assessment)
    return {
        "goal": goal,
        "line": line_of(goal, aims_of(goal, shows_level=shows_level), timezone.localdate()),
        "notes": list(goal.notes.select_related("by")),
        "is_own": is_own,
        "reader": _reader_of(goal),
        "note_form": GoalNoteForm(),
        "outcome_form": GoalOutcomeForm() if permissions.can_say_outcome(request.user, goal) else None,
        "may_change": permissions.can_change_goal(request.user, goal),
        "may_converse": goal.assessment is not None and permissions.can_converse(request.user, goal.assessment),
        "may_note": permissions.can_note_goal(request.user, goal),
    }


def _ask(request, template, goal, form):
    context = _shown(request, goal) | {"form": form}
    return render(request, template, context, status=422 if form.errors else 200)


def _page_of(goal):
    return reverse("goal-detail", args=[goal.pk])


def _done(request, planned: Planned, text, named=None):
    """Say what was done, and go on to where the goal is looked at."""
    messages.success(request, text)
    if planned.unconfirmed:
        messages.warning(
            request,
            "The plan is part of what was confirmed, so the confirmation no longer counts. Whoever had confirmed is told.",
        )
    goal = planned.goal
    if named is None:
        return redirect("goal-list" if goal.revision == 1 else _page_of(goal))
    if permissions.can_converse(request.user, named):
        return redirect("conversation-agenda", assessment_id=named.pk)
    return redirect("plan-detail", assessment_id=named.pk)
