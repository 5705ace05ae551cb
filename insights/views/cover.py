"""How many people of a team hold what it needs, and what it needs, as its line manager says."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ..actions.cover import ChangedElsewhere, set_needed_cover
from ..forms.cover import NeededCoverForm
from ..models import NeededCover
from ..team.cover import cover_of, losses_of
from ..team.levels import read_team
from ..team.shown import shows_team


@require_http_methods(["GET", "HEAD", "POST"])
def cover_edit(request):
    team = read_team(request.user)
    standing = NeededCover.objects.set_by(request.user)
    cover = cover_of(team, standing)
    form = NeededCoverForm(cover, standing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_needed_cover(line_manager=request.user, needed=form.needed, drawn=form.drawn)
        except ChangedElsewhere as changed:
            # What the page shows of the other areas stays as this request read it: nothing of it is sent.
            form.show_changes(changed.areas, NeededCover.objects.set_by(request.user))
        else:
            if form.needed:
                messages.success(request, "What your team needs is saved.")
            return redirect("cover-edit")
    shows_team(request, team)
    context = {
        "team": team,
        "frameworks": list(dict.fromkeys((area.framework_id, area.framework) for area in cover)),
        "cover": cover,
        "losses": losses_of(cover),
        "cover_form": form,
        "page_has_errors": bool(form.summary),
    }
    return render(request, "insights/cover_edit.html", context, status=422 if form.summary else 200)
