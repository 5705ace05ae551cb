"""Who has seen a round, for its owner."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments.models import Assessment

from ..models import BreakGlass
from ..readings import by_day, lines_of

LINES_ON_A_PAGE = 50


@require_safe
def reading_list(request, assessment_id):
    """Every reading by somebody else, by day; before them, each opening by an administrator with its reason."""
    assessment = get_object_or_404(Assessment.objects.owned_by(request.user).with_version(), pk=assessment_id)
    page = Paginator(lines_of(assessment), LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "assessment": assessment,
        "openings": BreakGlass.objects.filter(assessment=assessment).select_related("opened_by"),
        "page": page,
        "days": by_day(page),
    }
    return render(request, "privacy/reading_list.html", context)
