"""Why an action was refused. Nothing was changed then."""


class NotPublishable(Exception):
    """A version cannot be published as it stands; ``problems`` says why, a sentence each."""

    def __init__(self, problems):
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems


class FixtureDiffers(Exception):
    """The fixture's words are not those that were published under its version number."""


class NotNext(Exception):
    """No next version can be begun so; the message says why, in a sentence for an editor."""


class NotEditable(Exception):
    """Nothing can be changed so; the message says why, in a sentence for an editor. ``field`` is what of a form it is about."""

    def __init__(self, message, field=""):
        super().__init__(message)
        self.field = field
