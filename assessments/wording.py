"""Phrases about a round that several pages say."""

from collections import Counter

from govuk.environment import day, plural, words

YOUR_ROLE = "your role"


def targets_in_words(tree, ranks, role=YOUR_ROLE) -> str:
    """How many areas need which level: "Practitioner in six areas, Foundation in two".

    ``ranks`` holds a rank for each area, None for one that is not in the role. The commonest level comes first. ``role`` is how
    the page calls the role to its reader.
    """
    ranks = list(ranks)
    counts = Counter(ranks)
    phrases = []
    for rank, count in sorted(counts.items(), key=lambda item: (item[0] is None, -item[1], item[0] or 0)):
        if rank is None:
            phrases.append(f"{words(count)} not in {role}")
        elif count == len(ranks) > 1:
            phrases.append(f"{tree.level_name(rank)} in {'both' if count == 2 else f'all {words(count)}'} areas")
        else:
            noun = "" if phrases else f" {plural(count, 'area')}"
            phrases.append(f"{tree.level_name(rank)} in {words(count)}{noun}")
    return ", ".join(phrases)


def person_in_words(person) -> str:
    """What somebody is called: their name, or the address of an account that has none yet."""
    return person.name or person.email


def standing_in_words(assessment, *, has_line=True) -> str:
    """What a round has become, for somebody who came too late to change it; None is one that they cannot see any more.

    ``has_line`` says whether the line between its owner and its line manager is live.
    """
    if assessment is None:
        return "The assessment was taken back, closed or deleted meanwhile, or you are no longer its line manager."
    if assessment.is_draft:
        return "The assessment is a draft, which is not shared."
    if assessment.is_agreed:
        return f"The assessment was agreed on {day(assessment.agreed_at)}, so it cannot be changed any more."
    if assessment.closed_at:
        return f"The assessment was closed on {day(assessment.closed_at)}, so it cannot be changed any more."
    name = person_in_words(assessment.line_manager)
    if not has_line:
        return (
            f"{name} is no longer your line manager here, so the assessment waits for you: hand it over to a new line manager, or "
            "close it."
        )
    if assessment.acted_at:
        return (
            f"{name} has added something to the assessment, so it can no longer be taken back. Ask {name} to return it: they do so "
            "with a reason, and it is your draft again."
        )
    return f"The assessment is shared with {name}. It is locked until it is taken back or returned."
