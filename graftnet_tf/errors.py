"""The error that is a person's to mend."""


class GraftNetError(Exception):
    """A mistake in what was given: says what it was, what was expected and what to do.

    Binaries print its message as one line and exit with status 1; anything else that
    is raised is a fault of ours and shows its traceback.
    """
