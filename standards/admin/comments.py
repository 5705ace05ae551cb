"""What is said of a statement: by fellow editors while a version is made, and by readers of it and of the version before."""

from collections import Counter

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from ..actions import NotEditable, add_comment, resolve_comment
from ..models import ReadersNote, StatementComment
from ..version_tables import version_of

PERMISSION = "standards.change_statement"


class CommentForm(forms.ModelForm):
    class Meta:
        model = StatementComment
        fields = ["text"]
        labels = {"text": "Your comment"}
        widgets = {"text": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}
        error_messages = {"text": {"required": "Write your comment"}}


def statement_urls(model_admin):
    """The addresses of a statement's comments."""

    def comments(request, pk):
        return statement_comments(model_admin, request, pk)

    def resolve(request, pk, comment_pk):
        return statement_comment_resolve(model_admin, request, pk, comment_pk)

    view = model_admin.admin_site.admin_view
    return [
        path("<int:pk>/comments/", view(comments), name="standards_statement_comments"),
        path(
            "<int:pk>/comments/<int:comment_pk>/resolve/",
            view(require_POST(resolve)),
            name="standards_statement_comment_resolve",
        ),
    ]


def what_is_said(statement):
    """For a page about ``statement``: its comments, and what readers say of it and of what it was made of. Two queries."""
    comments = list(statement.comments.select_related("by"))
    notes = list(_readers_notes(statement))
    counts = Counter(note.kind for note in notes)
    return {
        "comments": comments,
        "open_comments": sum(comment.resolved_at is None for comment in comments),
        "may_comment": not version_of(statement).is_frozen,
        "note_counts": [(label, counts[kind]) for kind, label in ReadersNote.Kind.choices if counts[kind]],
        # In an order that does not tell who wrote first.
        "note_texts": sorted((note.get_kind_display(), note.text) for note in notes if note.text),
    }


def _readers_notes(statement):
    of_it = Q(statement=statement) | Q(statement__links_onward__new=statement)
    follows = version_of(statement).follows_id
    if follows:
        of_it |= Q(statement__lineage=statement.lineage, statement__area__section__version=follows)
    return ReadersNote.objects.filter(pk__in=ReadersNote.objects.filter(of_it).order_by().values("pk"))


def with_open_comments(statements):
    """``statements`` with the number of their ``open_comments``."""
    counts = (
        StatementComment.objects.filter(statement=OuterRef("pk"), resolved_at=None)
        .order_by()
        .values("statement")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return statements.annotate(open_comments=Coalesce(Subquery(counts), 0))


def still_discussed(version):
    """The statements of ``version`` with comments that are open, as (key, code), in the order of their codes; one query."""
    comments = StatementComment.objects.filter(resolved_at=None, statement__area__section__version=version)
    return comments.order_by("statement__code").values_list("statement", "statement__code").distinct()


def statement_comments(model_admin, request, pk):
    """What is said of a statement, and a form to say more."""
    statement = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = CommentForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                add_comment(statement=statement, text=form.cleaned_data["text"], by=request.user)
            except NotEditable as refused:
                form.add_error("text", str(refused))
            else:
                messages.success(request, "Your comment is there for your fellow editors.")
                return redirect(f"{_page_of(statement)}#comments")
        status = 422
    context = model_admin.admin_site.each_context(request) | {
        "title": f"Comments on {statement}",
        "opts": model_admin.opts,
        "row": statement,
        "row_url": _page_of(statement),
        "comment_form": form,
        **what_is_said(statement),
    }
    return TemplateResponse(request, "admin/standards/statement/comments.html", context, status=status)


def statement_comment_resolve(model_admin, request, pk, comment_pk):
    """Mark a comment as resolved."""
    statement = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    comment = get_object_or_404(statement.comments, pk=comment_pk)
    if resolve_comment(comment=comment):
        messages.success(request, "The comment is resolved.")
    return redirect(f"{_page_of(statement)}#comments")


def _page_of(statement):
    return reverse("admin:standards_statement_change", args=[statement.pk])
