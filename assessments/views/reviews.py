"""The review of a shared round: its line manager reads what the owner says, and rates every statement themselves."""

from collections import Counter
from operator import itemgetter
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govuk.environment import plural, words
from people.written_queries import WrittenQuery
from standards.tree import version_tree

from .. import permissions
from ..actions import LevelsHidden, NotOpen, Unfinished, agree_with_rest, finish_review, save_review
from ..earlier import read_given_under
from ..forms import ReviewForm
from ..forms.review import shared_mark
from ..models import Assessment, Evidence, Reading
from ..review import area_level, review_of, said_of, worth_reading
from ..shown import shows
from ..standing import read_views
from ..wording import person_in_words
from .refused import refused

_EXAMPLES = WrittenQuery(
    lambda assessment: Evidence.statements.through.objects.filter(evidence__assessment=assessment).values_list(
        *("statement_id", "evidence_id", "evidence__title", "evidence__text", "evidence__link", "evidence__dated")
    ),
    UUID,
)


@require_safe
def review_detail(request, assessment_id):
    """The areas, how far each has come, and what is next."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_review(request.user, assessment):
        return redirect("report-detail", assessment_id=assessment.pk)
    return _detail(request, assessment)


@require_http_methods(["GET", "HEAD", "POST"])
def review_edit(request, assessment_id, area_code):
    """One area: what is to be rated as a form, and below it what is rated, first where the two differ."""
    assessment = _round_or_404(request, assessment_id)
    area = _area_or_404(assessment, area_code)
    if not permissions.can_review(request.user, assessment):
        if request.method == "POST":
            raise refused(assessment, request.user)
        return redirect("report-detail", assessment_id=assessment.pk)
    if request.method == "POST":
        form = ReviewForm(assessment, area, data=request.POST)
        conflicts = _save(request, assessment, form)
        if not form.problems and not form.is_outdated and not conflicts:
            return _onward(request, assessment, area)
    tree = version_tree(assessment.version)
    review, targets = _read(assessment)
    here = review.area(area.code)
    if request.method == "POST":
        form.settle(here, conflicts)
    else:
        form = ReviewForm(assessment, area, here, opened=request.GET.get("change", ""))
    has_errors = bool(form.summary)
    context = {
        "assessment": assessment,
        "tree": tree,
        "paths": _paths(assessment, tree),
        "area": area,
        "review": review,
        "here": here,
        "target_reason": targets.get(area.pk, (None, ""))[1],
        "review_form": form,
        "page_has_errors": has_errors,
        "shared_mark": shared_mark(assessment),
        "examples": _examples(assessment),
        "given_under": {} if assessment.hides_levels else read_given_under(assessment),
        **_as_drawn(request, assessment, here, form),
    }
    return render(request, "assessments/review_edit.html", context, status=422 if has_errors else 200)


@require_POST
def review_agree(request, assessment_id):
    """Rate every statement that is left as its owner did."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_review(request.user, assessment) or assessment.hides_levels:
        raise refused(assessment, request.user)
    if request.POST.get("shared") != shared_mark(assessment):
        messages.info(request, "It was shared again while your page was open. Nothing was changed: look at it first.")
    else:
        _say_agreed(request, assessment, _agree(request, assessment))
    return redirect("review-detail", assessment_id=assessment.pk)


@require_POST
def review_finish(request, assessment_id):
    """Show each the other's ratings, at the same moment."""
    assessment = _round_or_404(request, assessment_id)
    if not permissions.can_review(request.user, assessment):
        raise refused(assessment, request.user)
    if request.POST.get("shared") != shared_mark(assessment):
        messages.info(request, "It was shared again while your page was open. Nothing was changed: look at it first.")
    elif not assessment.is_reviewed:
        try:
            finish_review(assessment=assessment, by=request.user, shared_at=assessment.shared_at)
        except Unfinished:
            return _detail(request, _round_or_404(request, assessment_id), is_refused=True)
        except NotOpen:
            raise refused(assessment, request.user) from None
        owner = person_in_words(assessment.owner)
        messages.success(request, f"Your review is finished. You and {owner} can now see each other’s ratings.")
    return redirect("review-detail", assessment_id=assessment.pk)


def _round_or_404(request, assessment_id):
    assessment = Assessment.objects.find_read(request.user, assessment_id, "version")
    if assessment is None:
        raise Http404
    shows(request, assessment, Reading.What.REVIEW)
    return assessment


def _area_or_404(assessment, code):
    try:
        return version_tree(assessment.version).area(code)
    except KeyError:
        raise Http404 from None


def _read(assessment):
    """The review, and the targets that it goes by: the owner's until it is finished, then what is agreed of them."""
    views = read_views(assessment)
    targets = views.targets_in_force if assessment.is_reviewed else views.targets
    tree = version_tree(assessment.version)
    return review_of(tree, views, targets, hides_levels=assessment.hides_levels), targets


def _detail(request, assessment, *, is_refused=False):
    review, targets = _read(assessment)
    tree = version_tree(assessment.version)
    signers = _signers(request.user, [row for area in review.areas for row in area.rows])
    context = {
        "assessment": assessment,
        "owner": person_in_words(assessment.owner),
        "signers": signers,
        "inherited": _inherited(signers, review.given_by),
        "inherited_by_area": {each.area.code: _inherited(signers, each.given_by) for each in review.areas},
        "worth_reading": _worth_reading(request, assessment, review),
        "without_note": [row for row in review.differing if not row.rated.note or row.rated_by_id in signers],
        "tree": tree,
        "paths": _paths(assessment, tree),
        "review": review,
        "target_reasons": [(area, *targets[area.pk]) for area in tree.areas if targets.get(area.pk, (None, ""))[1]],
        "differing": [_in_words(tree, review, row) for row in review.differing],
        "missing": [_missing(assessment, each) for each in review.unfinished] if is_refused else (),
        "shared_mark": shared_mark(assessment),
        "page_has_errors": is_refused,
    }
    return render(request, "assessments/review_detail.html", context, status=422 if is_refused else 200)


def _in_words(tree, review, row):
    """A row with both answers in words."""
    target = review.area(row.statement.area_code).target
    return row, *(said_of(tree, row.statement, answer, target) for answer in (row.own, row.rated))


def _missing(assessment, area):
    """What is left in an area, as a line of the error summary that leads to the first field of it."""
    path = reverse("review-edit", args=[assessment.pk, area.area.code])
    text = f"Rate {words(area.left)} {plural(area.left, 'statement')} in {area.area.code} {area.area.title}"
    return {"text": text, "href": f"{path}#level-{area.to_rate[0].statement.pk}"}


def _as_drawn(request, assessment, here, form):
    """What the page shows beside the form: both answers in words, by statement's pk, and the rows that are rated."""
    tree = version_tree(assessment.version)
    to_fill = {row.statement.pk for row in form.rows}
    rated = [row for row in here.rows if row.statement.pk not in to_fill]
    signers = _signers(request.user, here.rows)
    return {
        "owner": person_in_words(assessment.owner),
        "rows": {row.statement.pk: row for row in here.rows},
        "own_said": {row.statement.pk: said_of(tree, row.statement, row.own, here.target) for row in here.rows},
        "rated_said": {row.statement.pk: said_of(tree, row.statement, row.rated, here.target) for row in here.rows},
        "differing": [row for row in rated if row.differs],
        "others": [row for row in rated if not row.differs],
        "own_level": area_level(tree, here, [row.own for row in here.rows]),
        "rated_level": area_level(tree, here, [row.rated for row in here.rows]),
        "signers": signers,
        "inherited": _inherited(signers, here.given_by),
        "terms": tuple({term: None for each in here.area.statements for term in each.terms}) if form.rows else (),
    }


def _signers(user, rows):
    """The names of former line managers who gave a rating that still stands, by pk."""
    pks = {row.rated_by_id for row in rows} - {None, user.pk}
    if not pks:
        return {}
    return {each.pk: person_in_words(each) for each in get_user_model().objects.filter(pk__in=pks)}


def _inherited(signers, given_by):
    """How many ratings each former line manager gave, by name."""
    return [(signers[pk], number) for pk, number in given_by.items() if pk in signers]


def _worth_reading(request, assessment, review):
    if assessment.is_reviewed:
        return ()
    links = Evidence.statements.through.objects.filter(evidence__assessment=assessment)
    return worth_reading(review, Counter(links.values_list("statement_id", flat=True)), by=request.user.pk)


def _examples(assessment):
    """The work examples of each statement, by the statement's pk, in the order in which they were added: one query."""
    found = {}
    for pk, _, *example in sorted(_EXAMPLES.rows(assessment.pk), key=itemgetter(1)):
        found.setdefault(pk, []).append(example)
    return found


def _paths(assessment, tree):
    """Where each area is reviewed, by its code. Made from one address: to ask for each would cost more than the list's drawing."""
    detail = reverse("review-detail", args=[assessment.pk])
    return {area.code: f"{detail}{area.code}/" for area in tree.areas}


def _save(request, assessment, form):
    """Save what was typed, then agree with the rest if that was asked and nothing stands in the way; returns the conflicts.

    A page on which nothing was typed is no act of the line manager: the owner may still take the round back.
    """
    if "agree" in request.POST and assessment.hides_levels:
        raise refused(assessment, request.user)
    conflicts = ()
    if form.typed and not form.is_outdated:
        try:
            saved = save_review(
                assessment=assessment, by=request.user, changes=form.typed, shared_at=assessment.shared_at
            )
        except NotOpen:
            raise refused(assessment, request.user) from None
        conflicts = saved.conflicts
        if saved.unconfirmed:
            text = (
                "What you changed had been confirmed. That confirmation no longer counts, and whoever gave it is told."
            )
            messages.info(request, text)
    if "agree" in request.POST and not (form.problems or form.is_outdated or conflicts):
        _say_agreed(request, assessment, _agree(request, assessment, form.area.code))
    return conflicts


def _agree(request, assessment, area_code=None):
    try:
        return agree_with_rest(
            assessment=assessment, by=request.user, area_code=area_code, shared_at=assessment.shared_at
        )
    except (NotOpen, LevelsHidden):
        raise refused(assessment, request.user) from None


def _say_agreed(request, assessment, number):
    owner = person_in_words(assessment.owner)
    if number:
        messages.success(request, f"You agree with {owner} on {words(number)} more {plural(number, 'statement')}.")


def _onward(request, assessment, area):
    """To the statement that is to be changed, or to the area that the page named; from the last one to the whole review."""
    tree = version_tree(assessment.version)
    path = reverse("review-edit", args=[assessment.pk, area.code])
    if any(each.code == request.POST.get("change") for each in area.statements):
        code = request.POST["change"]
        return redirect(f"{path}?change={code}#statement-{code}")
    try:
        following = tree.area(request.POST.get("next_area", ""))
    except KeyError:
        return redirect("review-detail", assessment_id=assessment.pk)
    return redirect("review-edit", assessment_id=assessment.pk, area_code=following.code)
