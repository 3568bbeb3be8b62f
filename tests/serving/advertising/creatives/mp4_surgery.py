"""Changes to MP4 files that no honest program makes."""

import struct

_REFERENCES = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")


def with_number(content: bytes, box: bytes, offset: int, number: int) -> bytes:
    """A file in which four bytes of a box, counted from behind its type, are another number."""
    at = content.index(box) + 4 + offset
    return content[:at] + struct.pack(">I", number) + content[at + 4 :]


def box(kind: bytes, data: bytes) -> bytes:
    """A box's bytes."""
    return struct.pack(">I4s", 8 + len(data), kind) + data


def referring_to(content: bytes, path: str) -> bytes:
    """A file of one track, its index at the end, whose pictures are said to be in another file."""
    return _replaced(content, _REFERENCES, struct.pack(">II", 0, 1) + _alias(path))


def _alias(path: str) -> bytes:
    """A Macintosh alias as FFmpeg reads it: fixed fields, then the absolute path (tag 2)."""
    name = path.encode()
    record = struct.pack(">10sB27s12sB63s16shh16s", b"", 1, b"x", b"", 1, b"f", b"", 0, 0, b"")
    padded = name + b"\0" * (len(name) % 2)
    tags = struct.pack(">hH", 2, len(name)) + padded + struct.pack(">hH", -1, 0)
    return box(b"alis", struct.pack(">I", 0) + record + tags)


def _replaced(data: bytes, path: tuple[bytes, ...], content: bytes) -> bytes:
    """Boxes in which the content of one, found by the types on the way to it, is another."""
    result, start = b"", 0
    while start < len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        inner = data[start + 8 : start + size]
        if kind == path[0]:
            inner = _replaced(inner, path[1:], content) if path[1:] else content
        result += box(kind, inner)
        start += size
    return result
