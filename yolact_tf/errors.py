"""The error that is a person's to mend."""


class YolactError(Exception):
    """A mistake in what was given: says what it was, what was expected and what to do."""
