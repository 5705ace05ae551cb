"""Reads along with everything that the tests make the portal write down, as production would write it."""

import json
import logging
import re

from service.logging import ADDRESS_LEFT_OUT, JsonLines

# What tests plant in what people write, and the names of the cast. A line of JSON has every other letter escaped.
WORDS = (
    "bogbean",
    "quillwort",
    "I never read the contract",
    "Quillfeather",
    "Molescroft",
    "Bellweather",
    "Penŵydd",
    "Dąbrówka",
)
ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+", re.IGNORECASE)
# Where an address was left out, somebody wanted to write one down: that is found as well.
FOUND = re.compile(
    "|".join([*(re.escape(json.dumps(word)[1:-1]) for word in WORDS), re.escape(ADDRESS_LEFT_OUT)]), re.IGNORECASE
)


class LogWatch(logging.Handler):
    """Keeps the lines that hold a planted text, a name of the cast or an address, or held one until it was left out."""

    def __init__(self):
        super().__init__()
        self.setFormatter(JsonLines())
        self.found = []

    def emit(self, record):
        line = self.format(record)
        if FOUND.search(line) or ADDRESS.search(line):
            self.found.append(line)

    def take(self) -> list[str]:
        """What was found since it was last asked for."""
        found, self.found = self.found, []
        return found
