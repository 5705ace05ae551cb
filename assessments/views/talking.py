"""What the pages of a conversation have in common: the round, who is who, and what a change does to a confirmation."""

from django.contrib import messages
from django.http import Http404

from .. import permissions
from ..models import Assessment, Reading
from ..shown import shows
from ..wording import person_in_words


def round_or_404(request, assessment_id):
    """The round with both people, its version and its conversation."""
    assessment = Assessment.objects.find_between(request.user, assessment_id, "version", "conversation")
    if assessment is None:
        raise Http404
    shows(request, assessment, Reading.What.CONVERSATION)
    return assessment


def people_of(request, assessment):
    """Who is who, for pages that both read."""
    owner, line_manager = person_in_words(assessment.owner), person_in_words(assessment.line_manager)
    conversation = assessment.conversation
    confirmed = (conversation.owner_confirmed_at, conversation.line_manager_confirmed_at)
    is_owner = permissions.is_owner(request.user, assessment)
    mine, theirs = confirmed if is_owner else confirmed[::-1]
    names = {assessment.owner_id: owner, assessment.line_manager_id: line_manager}
    return {
        "assessment": assessment,
        "conversation": conversation,
        "owner": owner,
        "line_manager": line_manager,
        "is_owner": is_owner,
        "other": line_manager if is_owner else owner,
        "changed_by": names.get(conversation.changed_by_id) or conversation.changed_by,
        "my_confirmed_at": mine,
        "other_confirmed_at": theirs,
    }


def shown(request, assessment, prepared):
    """What a page shows of a conversation that was ``prepared``."""
    tree = prepared.tree
    return {
        **people_of(request, assessment),
        "tree": tree,
        "names": {rank: tree.level_name(rank) for rank in (0, *tree.ranks)},
        "prepared": prepared,
    }


def say_unconfirmed(request, assessment, unconfirmed):
    """Say that a change has removed a confirmation, and whose; ``assessment`` has the conversation as it was before."""
    if not unconfirmed:
        return
    people, before = people_of(request, assessment), assessment.conversation
    if people["other_confirmed_at"]:
        text = f"{people['other']} had confirmed. After your change, that no longer counts. They are told."
    elif before.owner_confirmed_at or before.line_manager_confirmed_at:
        text = "You had confirmed. After your change, that no longer counts: confirm again once you both have read it."
    else:
        text = "A confirmation was given while your page was open. After your change, that no longer counts."
    messages.info(request, text)
