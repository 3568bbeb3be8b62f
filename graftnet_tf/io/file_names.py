"""File names that are not UTF-8, as Python has them: with surrogates for the bytes that are not."""


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
