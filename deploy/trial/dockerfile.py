"""A Dockerfile as its instructions, of which only those are known that the portal's uses."""

import json
import re
import shlex
from dataclasses import dataclass, field

KNOWN = {"ARG", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"}


@dataclass
class Stage:
    """One FROM and what follows it: the name, if any, and (instruction, argument) pairs in order."""

    name: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        """The argument of the last of its kind. Raises ``ValueError`` where there is none."""
        found = [argument for each, argument in self.steps if each == instruction]
        if not found:
            raise ValueError(f"There is no {instruction}.")
        return found[-1]


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile. Raises ``ValueError`` for an instruction that is not known."""
    found = []
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        instruction, argument = line.split(None, 1)
        if instruction not in KNOWN:
            raise ValueError(f"{instruction} is not known here.")
        if instruction == "FROM":
            found.append(Stage(name=argument.partition(" AS ")[2].strip()))
        elif found:
            found[-1].steps.append((instruction, argument))
    return found


def assignments(argument: str) -> dict[str, str]:
    """What an ENV or ARG sets; an ARG without a value is empty."""
    return dict(word.partition("=")[::2] for word in shlex.split(argument))


def words(argument: str) -> list[str]:
    """What a CMD, VOLUME or HEALTHCHECK in its exec form names."""
    return json.loads(argument[argument.index("[") :])


def ignored(text: str) -> list[str]:
    """The patterns of a .dockerignore."""
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
