"""A whole made-up service with its figures, as large as it is asked for."""

from people.models import Organisation

from ..actions.counting import count_again
from ..actions.releasing import make_release
from .plans import plan_people, plan_service
from .writing import Writer, write_places


def make_service(*, people, ratings_for, version, code="made-up", first=1, say=lambda done: None) -> Organisation:
    """Write so many people below a new organisation at the top, count them, and release their figures; returns the organisation.

    ``code`` begins the codes of its organisations, and ``first`` is the number of its first person: two services share neither.
    ``say`` is told what was done, in words, as it goes on.
    """
    places = plan_service(people, code)
    organisations = write_places(places)
    say(f"{len(places):,} organisations")

    def written(done):
        if done % 10_000 == 0 or done == people:
            say(f"{done:,} of {people:,} people")

    writer = Writer(version, ratings_for=first - 1 + ratings_for, say=written)
    writer.write(plan_people(places, first=first), organisations)
    say(f"{count_again([each.pk for each in organisations.values()]):,} organisations counted")
    top = organisations[code]
    outcome = make_release(organisation=top, framework=version.framework)
    say("figures released" if outcome.release else f"no figures released: {outcome.reason}")
    return top
