"""People's answers before and after a new version of the standards: who has them, and whether each is still there.

``make``, ``make_the_rest``, ``print_answers`` and ``a_month_later`` run where Django is set up; the rest reads what they print.
"""

import json
from collections import Counter
from datetime import timedelta

from tests.standards.made_up import BECAME, MOVED

LONG = "A long sentence that somebody typed, with Łódź and Ŵyn in it, and <b>no markup</b>. " * 8
# What an editor does by hand in the browser, one of every kind; the rest is done by ``make_the_rest``.
BY_HAND = (
    ("editorial", ("A1.1",), ("A1.1",)),
    ("changed", ("B1.8",), ("B1.8",)),
    ("split", ("B6.1",), ("B6.1", "B6.10")),
    ("merged", ("B4.2", "B4.7"), ("B4.2",)),
    ("new", (), ("A1.7",)),
    ("removed", ("A2.7",), ()),
)
SAID = ("rank", "not_relevant", "reason", "note")


def make():
    """Print the people of the story, each with their session and round, by what they are in it.

    editor, reviewer: who makes the version, and who signs it off. rated, typed: have a finished draft with all kinds of answers,
    and a line manager. half: is midway in theirs. shared, agreed: have a round that has left their hands.
    """
    from people.actions import make_editor, make_reviewer
    from tests.assessments import rounds
    from tests.browser.cast import session_of
    from tests.factories import make_line, make_user

    def person(name, assessment=None, owner=None):
        owner = owner or make_user(name=name, email=f"{name.split()[0].lower()}.story@example.com")
        made = {"name": owner.name, "email": owner.email, "session": session_of(owner)}
        return made | ({"assessment": str(assessment.pk)} if assessment else {})

    def with_round(name, begin):
        owner = make_user(name=name, email=f"{name.split()[0].lower()}.story@example.com")
        return person(name, begin(owner), owner)

    def managed(owner):
        make_line(owner, line_manager)
        return finished(owner)

    editor, reviewer, line_manager = (
        make_user(name=name, email=f"{name.split()[0].lower()}.story@example.com")
        for name in ("Harriet Molescroft", "Osian Pennant-Wyke", "Tomasz Quillfeather-Ŵyn")
    )
    make_editor(user=editor)
    make_reviewer(user=reviewer)
    people = {
        "editor": person("", owner=editor),
        "reviewer": person("", owner=reviewer),
        "line manager": person("", owner=line_manager),
        "rated": with_round("Nia Llanelwedd", managed),
        "typed": with_round("Ifan Llanelwedd", managed),
        "half": with_round("Callum Wetherby-Inch", rounds.make_half_way),
        "shared": with_round("Ann Longworth", lambda owner: rounds.make_shared(owner, line_manager)),
        "agreed": with_round("Bo Szczęsny", lambda owner: rounds.make_agreed(owner, line_manager)),
    }
    print(json.dumps(people))  # noqa: T201 the test that asked reads it


def finished(owner):
    """A draft with every statement answered: levels, not yet, not relevant with a reason, notes, and work examples."""
    from assessments.answers import Answered
    from tests.assessments import rounds
    from tests.factories import make_evidence, rate

    assessment = rounds.make_typical(owner)
    differing = {
        "A2.7": Answered(2, note=LONG),
        "B4.4": Answered(1, note="I ask the site teams <b>first</b>."),
        "B4.7": Answered(1, note="Two changes last year, both small."),
        "B2.3": "Not asked of the post",
        "B6.9": 0,
    }
    assert rate(assessment, differing).conflicts == ()
    make_evidence(assessment, title="Change board, minutes", statements=("B4.4", "A2.7", "B6.1", "B4.7"))
    return assessment


def make_the_rest(but):
    """Edit and link what an editor has not done by hand, as ``tests.standards.made_up`` says."""
    from standards.models import Version
    from tests.standards import made_up

    version = Version.objects.get(number=made_up.NUMBER)
    if but == "links":
        made_up.link(version.follows, version, by=None, but=BY_HAND)
    else:
        made_up.edit(version, but={code for _, _, codes in BY_HAND for code in codes})


def print_answers():
    """Print what there is of everybody's own answers, by round: those that stand and those that are kept from before."""
    from assessments.models import Assessment

    print(json.dumps({str(each.pk): _answers(each) for each in Assessment.objects.all()}))  # noqa: T201


def _answers(assessment):
    from assessments.models import EarlierAnswer, Evidence, Rating

    mine = {"assessment": assessment, "view": Rating.View.SELF}
    stands = Rating.objects.filter(**mine).values_list("statement__code", "given_under__number", *SAID)
    kept = EarlierAnswer.objects.filter(**mine)
    examples = Evidence.statements.through.objects.filter(evidence__assessment=assessment)
    return {
        "state": assessment.state,
        "version": assessment.version.number,
        "stands": {code: [under, said] for code, under, *said in stands},
        "kept": [
            [
                each.statement.code,
                each.about.code if each.about else None,
                each.outcome,
                [getattr(each, name) for name in SAID],
                sorted(example.title for example in each.evidence.all()),
            ]
            for each in kept
        ],
        "examples": sorted(map(list, examples.values_list("statement__code", "evidence__title"))),
        "counts": list(
            assessment.carry_overs.values_list("carried", "asked_again", "proposed", "archived").first() or ()
        ),
    }


def a_month_later(days):
    """Retire what is due and let the worker do what waits, as operations would so many days from now."""
    from unittest import mock

    from django.core.management import call_command
    from django.utils import timezone

    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(days=days)):
        call_command("retire_versions")
        call_command("run_worker", batch=True, verbosity=0)


def fates(before):
    """How many of somebody's answers come along, are asked again, proposed, and archived, by the links of the made-up version."""
    became = Counter(_becomes(code)[0] for code, (_, said) in before["stands"].items() if _is_answer(said))
    return [became["carried"], became["asked-again"], became["proposed"], became["archived"]]


def lost(before, after):
    """What of somebody's answers ``before`` is not there ``after`` their draft was brought along, in sentences.

    What they have answered since changes nothing of that, as long as they changed no answer that came along and no note.
    """
    found = [] if after["counts"] == fates(before) else [f"counted {after['counts']}, not {fates(before)}"]
    kept = {(code, about): (outcome, said, examples) for code, about, outcome, said, examples in after["kept"]}
    for code, (_, said) in before["stands"].items():
        outcome, news = _becomes(code)
        of_it = [title for each, title in before["examples"] if each == code]
        if outcome == "carried":
            expected = ["2.0", said]
            if after["stands"].get(news[0]) != expected:
                found.append(f"{code} said {said}; {news[0]} says {after['stands'].get(news[0])}")
        else:
            for about in news or (None,):
                row = kept.get((code, about))
                if row is None or row[:2] != (outcome, said):
                    found.append(f"{code} said {said}; kept about {about} is {row}")
                if about is None and row and row[2] != sorted(of_it):
                    found.append(f"{code} had {of_it}; kept are {row[2]}")
        for about in news:
            missing = [title for title in of_it if [about, title] not in after["examples"]]
            found += [f"{title} of {code} does not support {about}" for title in missing]
            notes = [text for _, (*_, text) in filter(None, [after["stands"].get(about)])]
            if outcome == "asked-again" and said[3] and notes != [said[3]]:
                found.append(f"the note on {code} does not stand at {about}")
    return found


def _becomes(code):
    """What becomes of an answer to a statement of 2.0, and the codes in 3.0 of the statements that it is about then."""
    outcomes = {"editorial": "carried", "changed": "asked-again", "removed": "archived"}
    for kind, olds, news in BECAME:
        if code in olds:
            return outcomes.get(kind, "proposed"), news
    return "carried", [next((new for new, old in MOVED.items() if old == code), code)]


def _is_answer(said):
    rank, not_relevant, *_ = said
    return not_relevant or rank is not None
