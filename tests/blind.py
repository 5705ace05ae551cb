"""A planted fault: saving without looking at what was saved meanwhile."""

from assessments import answers


class AnyRevision(int):
    """A revision that is never said to differ."""

    def __ne__(self, other):
        return False

    __eq__ = int.__eq__
    __hash__ = int.__hash__


class BlindChange(answers.Change):
    """A change that always seems to have been made from what is saved."""

    __slots__ = ()

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        return AnyRevision(value) if name == "revision" else value


def ignore_revisions():
    """To be called before the forms are imported."""
    answers.Change = BlindChange
