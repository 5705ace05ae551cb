"""Who is whose line manager: naming, answering, taking back, ending."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from .. import permissions
from ..actions import (
    MOST_ASKED_IN_A_DAY,
    AlreadyAsked,
    AskedTooOften,
    NotLive,
    NotPending,
    OwnAddress,
    accept_line,
    decline_line,
    end_line,
    name_line_manager,
    withdraw_line,
)
from ..forms import LineAnswerForm, LineManagerForm
from ..models import ReportingLine


@require_http_methods(["GET", "HEAD", "POST"])
def line_detail(request):
    """One's own line manager, the request that waits, and those before. Naming answers the same for every address."""
    lines = list(ReportingLine.objects.filter(person=request.user).with_people())
    live = next((line for line in lines if line.is_live), None)
    pending = next((line for line in lines if line.is_pending), None)
    button = "Ask somebody else" if live or pending else "Ask them"
    form = LineManagerForm(request.POST if request.method == "POST" else None, button=button)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            name_line_manager(person=request.user, email=email, asked_by=request.user)
        except OwnAddress:
            form.add_error("email", "Enter the address of somebody else. This one is yours")
        except AlreadyAsked:
            form.add_error("email", "Enter another address. You have named this one already")
        except AskedTooOften:
            often = f"You have named {MOST_ASKED_IN_A_DAY} addresses within a day. Name the next one tomorrow"
            form.add_error("email", often)
        else:
            messages.success(request, f"We have asked {email}")
            return redirect("line-detail")
    earlier = [line for line in lines if line not in (live, pending)]
    context = {"live": live, "pending": pending, "earlier": earlier, "form": form}
    return render(request, "people/line_detail.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def line_answer(request, line_id):
    """The page of the one who is asked, also once they have answered."""
    addressed = ReportingLine.objects.visible_to(request.user).exclude(person=request.user)
    line = get_object_or_404(addressed.with_people(), pk=line_id)
    may_answer = permissions.can_answer(request.user, line)
    form = LineAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_answer:
        messages.info(request, "This request was answered or withdrawn meanwhile")
        return redirect("line-answer", line_id=line.pk)
    if form.is_valid():
        accepts = form.cleaned_data["answer"] == form.ACCEPT
        try:
            (accept_line if accepts else decline_line)(line=line, line_manager=request.user)
        except NotPending:
            messages.info(request, "This request was answered or withdrawn meanwhile")
        else:
            messages.success(request, f"You have {'accepted' if accepts else 'declined'}")
        return redirect("line-answer", line_id=line.pk)
    context = {"line": line, "may_answer": may_answer, "form": form}
    return render(request, "people/line_answer.html", context, status=422 if form.errors else 200)


@require_POST
def line_withdraw(request, line_id):
    """Take back one's own request. One that was answered at the same moment is as it was answered."""
    line = get_object_or_404(ReportingLine.objects.visible_to(request.user), pk=line_id)
    if not permissions.can_withdraw(request.user, line):
        raise PermissionDenied
    try:
        withdraw_line(line=line, withdrawn_by=request.user)
    except NotPending:
        messages.info(request, "Your request was answered or withdrawn meanwhile")
    else:
        messages.success(request, "Your request is withdrawn")
    return redirect("line-detail")


@require_http_methods(["GET", "HEAD", "POST"])
def line_end(request, line_id):
    """End a live line, as either of the two."""
    line = get_object_or_404(ReportingLine.objects.visible_to(request.user).with_people(), pk=line_id)
    if not permissions.can_end(request.user, line):
        raise PermissionDenied
    is_own = line.person_id == request.user.pk
    if request.method == "POST":
        try:
            end_line(line=line, ended_by=request.user)
        except NotLive:
            raise PermissionDenied from None
        other = line.line_manager if is_own else line.person
        messages.success(
            request, f"You and {other.name or other.email} are no longer line manager and team member here"
        )
        return redirect("line-detail" if is_own else "team-list")
    return render(request, "people/line_end.html", {"line": line, "is_own": is_own})
