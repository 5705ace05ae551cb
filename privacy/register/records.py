"""What the register says of one kind of record."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What erasing a person does with the rows that belong to them in one way."""

    DELETED = "Deleted"
    EMPTIED = "Kept without anything that is about them"
    SIGNED = "Somebody else’s record: kept, signed “Erased person”"
    NAMELESS = "Kept as it is, and points to somebody of whom nothing is left"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which rows of a model belong to a person.

    path      the lookup from the row to the person; after an "@" the field that holds an address of theirs; "" where only the
              content tells
    title     what the download calls these rows; "" where they are no part of it
    only      which of the rows the download has, by the name of a filter of ``privacy.my_data``; "" for all
    fields    the fields that the download has; empty for all of the model
    """

    path: str
    fate: Fate
    title: str = ""
    only: str = ""
    fields: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the JSON file calls these rows."""
        return "".join(each if each.isalnum() else "_" for each in self.title.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class Record:
    """One model. Fields are named in texts, divided by spaces.

    texts     what people type, and what says who somebody is
    others    text fields that are about nobody: codes, kinds, keys, random ids
    secrets   what the download leaves out, because it opens something or is kept in a form that nobody reads
    lists     many-to-many fields that the download has with the row
    hidden    fields that the download leaves out until the line manager has finished the review
    kept      how long, where it is not as long as what it hangs on: a kind of ``privacy.retention``, or a sentence
    """

    model: str
    ways: tuple[Way, ...] = ()
    texts: str = ""
    others: str = ""
    secrets: str = ""
    lists: str = ""
    hidden: str = ""
    kept: str = ""

    @property
    def named(self) -> set[str]:
        """Every text field that the register knows of this model."""
        return {*self.texts.split(), *self.others.split(), *self.secrets.split()}
