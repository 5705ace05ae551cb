"""The pages of a version's review: who is asked to sign it off, and what a reviewer answers."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

from ..actions import NotEditable, NotPublishable, ask_for_review, back_to_draft, propose_links, sign_off
from ..fingerprint import fingerprint, version_entries
from ..models import SignOff, Version
from ..publication import publication_problems
from ..reviewers import PERMISSION, reviewers_to_ask
from .comments import still_discussed
from .problems import addressed
from .version_pages import draw_version_page, version_path

EDITS = "standards.change_version"


class ReviewForm(forms.Form):
    reviewers = forms.ModelMultipleChoiceField(
        None,
        label="Who is to sign it off",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Name at least one reviewer."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = reviewers_to_ask()


class SignOffForm(forms.Form):
    """``read`` is the fingerprint of the words that the page was drawn for."""

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[
            ("signed", "I sign off the words as they stand"),
            ("changes", "Changes are wanted before it is published"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your answer."},
    )
    remark = forms.CharField(
        label="Remark",
        required=False,
        max_length=SignOff.REMARK_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Where changes are wanted, say which. Editors read it.",
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        given = super().clean()
        if given.get("answer") == "changes" and not given.get("remark", "").strip() and "remark" not in self.errors:
            self.add_error("remark", "Say which changes are wanted.")
        return given


def version_urls(model_admin):
    return [
        version_path(model_admin, "review", version_review, permission=PERMISSION),
        version_path(model_admin, "sign-off", version_sign_off, permission=PERMISSION),
    ]


def version_review(model_admin, request, version):
    """See how far the review has come; editors ask for it, or take the version back to draft."""
    is_editor = request.user.has_perm(EDITS)
    if request.method == "POST" and not is_editor:
        raise PermissionDenied
    if request.method == "POST" and "back" in request.POST:
        return _taken_back(request, version)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_review(version=version, by=request.user, reviewers=form.cleaned_data["reviewers"])
        except NotEditable as refused:
            form.add_error("reviewers", str(refused))
        except NotPublishable:
            form.add_error(None, "Something stands in the way: mend what the check found first.")
        else:
            messages.success(request, "The reviewers are told. Nobody can edit the version while it is in review.")
            return redirect("admin:standards_version_review", version.pk)
    propose_links(version=version)
    problems = publication_problems(version) if version.state == Version.State.DRAFT else []
    context = {
        "form": form,
        "asked": version.sign_offs.select_related("reviewer", "asked_by"),
        "problems": addressed(problems, version),
        "still_discussed": [] if version.is_frozen else list(still_discussed(version)),
        "is_editor": is_editor,
        "is_reviewer": version.sign_offs.filter(is_current=True, reviewer=request.user).exists(),
    }
    status = 422 if form.is_bound else 200
    title = f"Review of version {version.number}"
    return draw_version_page(model_admin, request, version, "review.html", title, context, status)


def _taken_back(request, version):
    try:
        back_to_draft(version=version, by=request.user)
    except NotEditable as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, "The version is a draft again and can be edited. A later review asks everybody again."
        )
    return redirect("admin:standards_version_change", version.pk)


def version_sign_off(model_admin, request, version):
    """A reviewer who was asked signs the words off, or says what is to change."""
    asked = version.sign_offs.filter(reviewer=request.user).order_by("-is_current", "-asked_at").first()
    if asked is None:
        raise PermissionDenied
    stands = fingerprint(version_entries(version))
    given = {"answer": asked.answer, "remark": asked.remark} if asked.answered_at and asked.is_current else {}
    form = SignOffForm(request.POST if request.method == "POST" else None, initial={**given, "read": stands})
    if request.method == "POST" and form.is_valid():
        try:
            sign_off(
                version=version,
                by=request.user,
                signs=form.cleaned_data["answer"] == "signed",
                remark=form.cleaned_data["remark"],
                read=form.cleaned_data["read"],
            )
        except NotEditable as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Your answer is recorded. You can change it until the version is published.")
            return redirect("admin:standards_version_sign_off", version.pk)
    context = {
        "form": form,
        "asked": asked,
        "is_waited_for": asked.is_current and version.state == Version.State.IN_REVIEW,
        "stands": stands,
        "changes_url": reverse("version-changes", args=[version.framework.slug, version.number])
        if version.follows_id
        else "",
    }
    status = 422 if form.is_bound else 200
    title = f"Sign off version {version.number}"
    return draw_version_page(model_admin, request, version, "sign_off.html", title, context, status)
