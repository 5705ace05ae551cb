"""The page on which a version is checked, compared with its source, and published."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from ..actions import NotEditable, NotPublishable, propose_links, publish_version, signing_problems
from ..against_source import MOST_BYTES, Unreadable, read_source, texts_not_in
from ..fingerprint import fingerprint, version_entries
from ..follower import follower
from ..models import Version
from ..publication import publication_problems
from .problems import addressed
from .version_pages import draw_version_page, version_path

PERMISSION = "standards.publish_version"
MOST_SHOWN = 100


class SourceForm(forms.Form):
    file = forms.FileField(
        label="The source document as plain text, in UTF-8",
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
        error_messages={
            "required": "Choose a file to compare with.",
            "empty": "The file is empty. Choose the text of the source document.",
        },
    )


def version_urls(model_admin):
    return [version_path(model_admin, "publish", version_publish)]


def version_publish(model_admin, request, version):
    """What stands in the way, who signed, what it would mean for people; then the button."""
    if version.is_frozen:
        messages.info(request, f"Version {version.number} is published.")
        return redirect("admin:standards_version_change", version.pk)
    refused, form, compared = "", SourceForm(), None
    if request.method == "POST" and "compare" in request.POST:
        form, compared = _compared(request, version)
    elif request.method == "POST" and "publish" in request.POST:
        refused = _published(request, version)
        if not refused:
            messages.success(request, f"Version {version.number} is published. Its words can no longer change.")
            return redirect("admin:standards_version_change", version.pk)
    stands = fingerprint(version_entries(version))
    propose_links(version=version)
    problems = publication_problems(version)
    in_review = version.state == Version.State.IN_REVIEW
    unsigned = signing_problems(version, request.user, stands) if in_review else ["It has not been reviewed."]
    may = request.user.has_perm(PERMISSION)
    context = {
        "problems": addressed(problems, version),
        "unsigned": unsigned,
        "asked": version.sign_offs.filter(is_current=True).select_related("reviewer"),
        "stands": stands,
        "impact": follower().impact(version),
        "form": form,
        "compared": compared,
        "refused": refused,
        "may_publish": may,
        "is_ready": may and not problems and not unsigned,
    }
    status = 422 if refused or form.errors else 200
    title = f"Check and publish version {version.number}"
    return draw_version_page(model_admin, request, version, "publish.html", title, context, status)


def _published(request, version):
    """Publish it; returns why it was refused, or ""."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    try:
        publish_version(version=version, by=request.user, read=request.POST.get("read", ""))
    except (NotEditable, NotPublishable) as refusal:
        version.refresh_from_db()
        return f"Nothing was published. {refusal}"
    return ""


def _compared(request, version):
    """The form with the file, and what of the version is not in it; None where the file could not be read."""
    form = SourceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            source = read_source(form.cleaned_data["file"].read(MOST_BYTES + 1))
        except Unreadable as unreadable:
            form.add_error("file", str(unreadable))
        else:
            compared, missing = texts_not_in(version, source)
            return form, {"texts": compared, "missing": missing[:MOST_SHOWN], "more": len(missing[MOST_SHOWN:])}
    return form, None
