"""What a person has been told, and what of it they get by e-mail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ..actions import choose_notices, read_notice, read_notices
from ..forms import NoticeChoiceForm
from ..models import Notice, NoticeChoice
from ..notice_words import headline, link_text

NOTICES_ON_A_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def notice_list(request):
    """The newest first. A POST marks all of them read."""
    if request.method == "POST":
        read_notices(recipient=request.user)
        messages.success(request, "All notices are marked as read")
        return redirect("notice-list")
    notices = Notice.objects.visible_to(request.user).select_related("actor")
    page = Paginator(notices, NOTICES_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "notice": notice,
            "text": headline(notice.kind, actor=notice.actor_name, due_on=notice.due_on),
            "link": link_text(notice.kind) if notice.path else "",
        }
        for notice in page
    ]
    unread = Notice.objects.visible_to(request.user).unread().count()
    return render(request, "people/notice_list.html", {"page": page, "rows": rows, "unread_notices": unread})


@require_POST
def notice_open(request, notice_id):
    """Mark one notice read, and lead on to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=notice_id)
    read_notice(notice=notice)
    is_ours = url_has_allowed_host_and_scheme(notice.path, None) and notice.path.startswith("/")
    return redirect(notice.path if is_ours else "notice-list")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_choose(request):
    """Which kinds come by e-mail. All of them stay on the page of notices."""
    unwanted = set(NoticeChoice.objects.filter(user=request.user).values_list("kind", flat=True))
    form = NoticeChoiceForm(
        request.POST if request.method == "POST" else None, initial=NoticeChoiceForm.ticked(unwanted)
    )
    if form.is_valid():
        choose_notices(user=request.user, by_email=form.by_email)
        messages.success(request, "Your choice is saved")
        return redirect("notice-choose")
    return render(request, "people/notice_choose.html", {"form": form}, status=422 if form.errors else 200)
