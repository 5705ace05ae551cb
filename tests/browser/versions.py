"""A portal in which version 3.0 was published while people were midway under 2.0. Runs where Django is set up."""

import json

MAKE = "from tests.browser.versions import make; make()"
LONG = "A long sentence that somebody typed, with Łódź and Ŵyn in it, and <b>no markup</b>. " * 8


def make():
    """Print people by what has become of their round: ``midway`` may bring it along, ``empty`` has answered nothing, ``brought``
    has brought it, ``retired`` was brought by the portal, and ``following`` began the next one. Publishes version 3.0."""
    from assessments.actions import carry_over, start_next_assessment
    from assessments.answers import Answered
    from assessments.models import Assessment
    from people.models import User
    from standards.models import Version
    from tests.assessments import rounds
    from tests.browser.cast import session_of
    from tests.factories import make_user, rate, reread
    from tests.standards.made_up import make_made_up_version

    def typical(owner):
        assessment = rounds.make_typical(owner)
        rate(
            assessment,
            {"A2.7": Answered(2, note=LONG), "B4.4": Answered(1, note=LONG), "B2.3": "Not asked of the post"},
        )
        return assessment

    line_manager = make_user(name="Tomasz Quillfeather-Ŵyn", email="tomasz.versions@example.com")
    kinds = {
        "midway": typical,
        "journey": typical,
        "brought": typical,
        "retired": typical,
        "empty": rounds.make_round,
        "following": lambda owner: rounds.make_agreed(owner, line_manager),
    }
    made = {}
    for kind, begin in kinds.items():
        owner = make_user(name=f"Łucja Tŵr {User.objects.count()}", email=f"lucja.{kind}@example.com")
        made[kind] = owner, begin(owner)
    newer = make_made_up_version(Version.objects.published().get(), is_published=True)
    carry_over(assessment=reread(made["brought"][1]), to_version=newer, by=made["brought"][0])
    carry_over(assessment=reread(made["retired"][1]), to_version=newer)
    owner, agreed = made["following"]
    made["following"] = (
        owner,
        start_next_assessment(owner=owner, previous=Assessment.objects.get(pk=agreed.pk), version=newer),
    )
    people = {
        kind: {"name": owner.name, "email": owner.email, "session": session_of(owner), "assessment": str(assessment.pk)}
        for kind, (owner, assessment) in made.items()
    }
    print(json.dumps(people))  # noqa: T201 the test that asked reads it
