"""What the line manager says of a shared round."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from people.models import Notice
from standards.tree import version_tree

from ..agreement import in_scope, unreviewed
from ..answers import Answered, Change, Conflict
from ..models import Conversation, Event, Rating
from ..standing import read_views
from .claims import claim_as_line_manager
from .conversing import touch
from .events import note, settle, tell
from .ratings import write_answers
from .refusals import LevelsHidden, Unfinished
from .report_files import make_report_files


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of a page of a line manager's ratings, as ``Saved`` has it; ``unconfirmed``: a confirmation no longer counts."""

    at: object
    conflicts: tuple[Conflict, ...]
    revisions: dict[int, int]
    unconfirmed: bool = False


@transaction.atomic
def save_review(*, assessment, by, changes, shared_at=None) -> Reviewed:
    """Save the line manager's own ratings that were really typed, signed, as ``save_ratings`` does the owner's.

    ``shared_at`` is that of the round when the page was drawn: after another sharing the owner may say something else. Raises
    ``NotOpen`` and ``NotAskable``.
    """
    at = claim_as_line_manager(assessment, by, sharing=shared_at)
    about = dict(
        Rating.objects.filter(
            assessment=assessment,
            view=Rating.View.SELF,
            statement_id__in=[change.statement_id for change in changes if change.is_typed],
        )
        .order_by()
        .values_list("statement_id", "revision")
    )
    saved = write_answers(assessment, changes, Rating.View.LINE_MANAGER, at=at, rated_by=by, about=about)
    unconfirmed = bool(saved.revisions) and assessment.is_reviewed and touch(assessment, by)
    return Reviewed(saved.at, saved.conflicts, saved.revisions, unconfirmed)


@transaction.atomic
def agree_with_rest(*, assessment, by, area_code=None, shared_at=None) -> int:
    """Rate as the owner did every statement in the role that is not rated yet, or was changed since it was; in one area, or all.

    Returns how many. Raises ``NotOpen``, and ``LevelsHidden`` while the line manager rates first.
    """
    at = claim_as_line_manager(assessment, by, sharing=shared_at)
    if assessment.hides_levels:
        raise LevelsHidden
    tree = version_tree(assessment.version)
    views = read_views(assessment)
    scope = {
        statement.pk: statement.code
        for area, statement in in_scope(tree, views.targets)
        if area_code in (None, area.code)
    }
    left = set(unreviewed(tree, views.targets, views.own, views.line_manager))
    changes = []
    for pk, code in scope.items():
        own = views.own.get(pk)
        if code not in left or own is None:
            continue
        stands = views.line_manager.get(pk)
        answer = Answered(
            own.answer.rank, own.answer.not_relevant, own.answer.reason, stands.answer.note if stands else ""
        )
        # Where it says the same as before, it is signed again for what the owner says now.
        changes.append(Change(pk, answer, stands.revision if stands else 0, ""))
    about = {pk: standing.revision for pk, standing in views.own.items()}
    write_answers(assessment, changes, Rating.View.LINE_MANAGER, at=at, rated_by=by, about=about)
    if changes and assessment.is_reviewed:
        touch(assessment, by)
    return len(changes)


@transaction.atomic
def finish_review(*, assessment, by, shared_at=None):
    """Show each the other's ratings, and open the conversation.

    Raises ``NotOpen``, also when it is finished, and ``Unfinished``.
    """
    claim_as_line_manager(assessment, by, sharing=shared_at, unless_reviewed=True, reviewed_at=timezone.now())
    views = read_views(assessment)
    left = unreviewed(version_tree(assessment.version), views.targets, views.own, views.line_manager)
    if left:
        raise Unfinished(left)
    Conversation.objects.get_or_create(assessment=assessment)
    note(assessment, Event.Kind.REVIEWED, by)
    settle(assessment, by)
    tell(assessment, assessment.owner, Notice.Kind.REVIEWED, by)
    make_report_files.enqueue(str(assessment.pk))
