"""How many people of a team hold what it needs, and what it needs, as its line manager says."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ..actions.cover import set_needed_cover
from ..forms.cover import NeededCoverForm
from ..models import NeededCover
from ..team.cover import cover_of, losses_of
from ..team.levels import read_team
from ..team.shown import shows_team


@require_http_methods(["GET", "HEAD", "POST"])
def cover_edit(request):
    team = read_team(request.user)
    cover, form = _read(request, team)
    if request.method == "POST" and form.is_valid():
        if not set_needed_cover(line_manager=request.user, needed=form.needed, drawn=form.drawn):
            if form.needed:
                messages.success(request, "What your team needs is saved.")
            return redirect("cover-edit")
        # Another window was faster by a moment.
        cover, form = _read(request, team)
    shows_team(request, team)
    context = {
        "team": team,
        "frameworks": {area.framework_id: area.framework for area in cover},
        "cover": cover,
        "losses": losses_of(cover),
        "cover_form": form,
        "page_has_errors": bool(form.summary),
    }
    return render(request, "insights/cover_edit.html", context, status=422 if form.summary else 200)


def _read(request, team):
    """The team's cover by what is set now, and the form to set it."""
    standing = NeededCover.objects.set_by(request.user)
    cover = cover_of(team, standing)
    return cover, NeededCoverForm(cover, standing, request.POST if request.method == "POST" else None)
