"""The made-up people of the demo, as ``fixtures/demo_people.json`` has them."""

import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom the demo's sign-in page offers. ``offered_as`` is what their button says after the name.

    ``analyst_of`` names the organisation whose figures they may see, and whose people they may invite.
    """

    email: str
    name: str
    job_title: str
    organisation: str
    offered_as: str
    is_editor: bool = False
    is_reviewer: bool = False
    analyst_of: str = ""


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    """The people in the order in which they are offered."""
    return tuple(DemoPerson(**person) for person in demo_data()["people"])


@cache
def demo_data() -> dict:
    """Everything that the demo makes up: ``people``, and ``rounds`` by the owner's address."""
    path = settings.BASE_DIR / "fixtures" / "demo_people.json"
    return json.loads(path.read_text("utf-8"))
