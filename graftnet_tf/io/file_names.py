"""Names of files: short ones, and those that are not UTF-8.

Python has the bytes that are not UTF-8 as surrogates.
"""

import os

_CHARACTERS = 100


def short_name(place: str) -> str:
    """The end of a path or URL, without a query, in some hundred characters."""
    return os.path.basename(place.split("?")[0])[-_CHARACTERS:]


def is_utf8(name: str) -> bool:
    """Whether a name can be given to TensorFlow and written to a UTF-8 file."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(name: str) -> str:
    r"""The name with `\xNN` for each byte that is not UTF-8; any other name as it is."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")
