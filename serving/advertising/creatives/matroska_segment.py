"""Whether a Matroska or WebM file is all there."""

from graftnet_tf.errors import GraftNetError

_SEGMENT = b"\x18\x53\x80\x67"
_HEADER_ID_BYTES = 4


def check_segment(content: bytes) -> None:
    """Checks that the one element that holds all others ends within the file.

    One of unknown size, as live recordings have, ends wherever the file does.

    Args:
      content: The file's bytes.

    Raises:
      GraftNetError: the file is cut off or damaged.
    """
    start, size = _element(content, _HEADER_ID_BYTES)
    if size is None or content[start + size : start + size + 4] != _SEGMENT:
        raise GraftNetError("The Matroska file is damaged: no segment follows. Save it anew.")
    start, size = _element(content, start + size + len(_SEGMENT))
    if size is not None and start + size > len(content):
        raise GraftNetError(
            f"The Matroska file is cut off: it has {len(content)} bytes of {start + size}. "
            "Upload it again."
        )


def _element(content: bytes, at: int) -> tuple[int, int | None]:
    """Where an element's data starts, and how many bytes it has; None if that is unknown.

    A size's first byte tells by its leading zeros how many more follow.
    """
    length = 9 - content[at : at + 1].ljust(1, b"\0")[0].bit_length()
    value_bits = 7 * length
    size = int.from_bytes(content[at : at + length], "big") & ((1 << value_bits) - 1)
    unknown = size == (1 << value_bits) - 1
    return at + length, None if unknown else size
