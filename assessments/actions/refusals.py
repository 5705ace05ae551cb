"""Why an action was refused. Nothing was changed then."""


class AlreadyOpen(Exception):
    """The person has an open round under this framework."""


class NotOpen(Exception):
    """The round is not in a state, or the person is not one, that allows this any more; or the round is gone."""


class ChangedElsewhere(Exception):
    """It was changed after the page was drawn: ``saved`` is the row as it stands, None once deleted."""

    def __init__(self, saved):
        super().__init__(saved)
        self.saved = saved


class NotAskable(ValueError):
    """Something that the round's version does not ask, or does not offer as an answer."""


class NoLineManager(Exception):
    """The person has no line manager who has accepted."""


class Unfinished(Exception):
    """Statements are left to answer, rate or agree: ``codes``, in the order of the standards."""

    def __init__(self, codes):
        super().__init__(codes)
        self.codes = codes


class LevelsHidden(Exception):
    """The line manager rates first, and does not see the owner's levels yet."""


class NoDay(Exception):
    """The day on which the conversation was held is not recorded."""


class AlreadyConfirmed(Exception):
    """The person has confirmed what is recorded, and it was not changed since."""


class NotStopped(Exception):
    """The run is at work, or has ended with nothing left to try again."""
