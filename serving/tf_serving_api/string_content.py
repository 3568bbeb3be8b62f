"""Strings in `TensorProto.tensor_content`, as TensorFlow puts them there.

First the length of each, as a varint, then the bytes of all.
"""

from collections.abc import Sequence


def encode_strings(strings: Sequence[bytes]) -> bytes:
    """The content that holds `strings`."""
    return b"".join([*(varint(len(string)) for string in strings), *strings])


def decode_strings(content: bytes, count: int) -> list[bytes]:
    """The `count` strings in `content`.

    Raises:
      ValueError: it does not hold so many, or more.
    """
    if count > len(content):
        raise ValueError(f"{len(content)} bytes do not hold {count} strings")
    place, lengths = 0, []
    for _ in range(count):
        length, place = _read_varint(content, place)
        lengths.append(length)
    if place + sum(lengths) != len(content):
        raise ValueError(f"{len(content)} bytes do not hold {count} strings of those lengths")
    strings = []
    for length in lengths:
        strings.append(content[place : place + length])
        place += length
    return strings


def varint(number: int) -> bytes:
    """Protobuf's encoding of a number that is not negative."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def _read_varint(content: bytes, place: int) -> tuple[int, int]:
    """(the number, the place behind it)."""
    number = 0
    for shift in range(0, 35, 7):
        if place == len(content):
            break
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
    raise ValueError("a length of a string is cut off or too large")
