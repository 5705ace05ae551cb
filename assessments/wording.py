"""Phrases about a round that several pages say."""

from collections import Counter

from govuk.environment import plural, words

NOT_IN_ROLE = "not in your role"


def targets_in_words(tree, ranks) -> str:
    """How many areas need which level: "Practitioner in six areas, Foundation in two".

    ``ranks`` holds a rank for each area, None for one that is not in the role. The commonest level comes first.
    """
    ranks = list(ranks)
    counts = Counter(ranks)
    phrases = []
    for rank, count in sorted(counts.items(), key=lambda item: (item[0] is None, -item[1], item[0] or 0)):
        if rank is None:
            phrases.append(f"{words(count)} {NOT_IN_ROLE}")
        elif count == len(ranks) > 1:
            phrases.append(f"{tree.level_name(rank)} in {'both' if count == 2 else f'all {words(count)}'} areas")
        else:
            noun = "" if phrases else f" {plural(count, 'area')}"
            phrases.append(f"{tree.level_name(rank)} in {words(count)}{noun}")
    return ", ".join(phrases)
