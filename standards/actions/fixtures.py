"""Loading a version that is kept as files."""

import json
from pathlib import Path

from django.core import serializers
from django.db import transaction

from ..fingerprint import fingerprint
from ..models import Version
from .publishing import publish_unreviewed
from .refusals import FixtureDiffers


@transaction.atomic
def load_fixture(*, folder: Path):
    """Load a version's JSON files from ``folder`` into a draft and publish it; returns (version, whether it was new).

    The same words again change nothing. Raises ``FixtureDiffers`` when other words are published under that number, or
    when somebody is editing a draft of it, and ``NotPublishable`` when the fixture is incomplete.
    """
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.json"))]
    entries = [entry for text in texts for entry in json.loads(text)]
    (slug,), number = next(
        (e["fields"]["framework"], e["fields"]["number"]) for e in entries if e["model"] == "standards.version"
    )
    existing = Version.objects.filter(framework__slug=slug, number=number).first()
    if existing:
        if not existing.is_frozen:
            raise FixtureDiffers(
                f"Version {number} of {slug} is being edited here. Publish or delete that draft first."
            )
        if existing.fingerprint != fingerprint(entries):
            raise FixtureDiffers(
                f"Version {number} of {slug} is published here with other words. Published words never change: "
                "give the new words a new version number."
            )
        return existing, False
    for text in texts:
        for loaded in serializers.deserialize("json", text):
            loaded.save()
    version = Version.objects.get_by_natural_key(slug, number)
    return publish_unreviewed(version=version), True
