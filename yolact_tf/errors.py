"""The errors that are a person's to mend."""


class YolactError(Exception):
    """A mistake in what was given: says what it was, what was expected and what to do."""


class FileSystemError(YolactError):
    """A file system that does not answer for a while; the file asked for may be sound."""
