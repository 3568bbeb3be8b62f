"""Image files that are not what they say, by seed."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from tests.serving.sample_images import DECODABLE, UNDECODABLE, huge_jpeg, huge_png, image_file

Random = np.random.Generator
_SOUND = [*DECODABLE.values()]


def hostile_image(random: Random) -> bytes:
    """The bytes of a file that was damaged, or made to do harm."""
    return _pick(random, _KINDS)(random)


def _pick(random: Random, things: Sequence[Any]) -> Any:
    return things[random.integers(len(things))]


def _truncated(random: Random) -> bytes:
    data = _pick(random, _SOUND)
    return data[: random.integers(len(data))]


def _flipped(random: Random) -> bytes:
    data = bytearray(_pick(random, _SOUND))
    for _ in range(random.integers(1, 20)):
        data[random.integers(len(data))] ^= 1 << random.integers(8)
    return bytes(data)


def _damaged_head(random: Random) -> bytes:
    data = bytearray(_pick(random, _SOUND))
    data[2:60] = random.bytes(58)
    return bytes(data)


def _spliced(random: Random) -> bytes:
    one, other = _pick(random, _SOUND), _pick(random, _SOUND)
    return one[: random.integers(len(one))] + other[random.integers(len(other)) :]


def _junk_with_magic(random: Random) -> bytes:
    magic = _pick(random, [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF", b""])
    return magic + random.bytes(random.integers(200))


def _many_scans(random: Random) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(image_file())).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    start = data.rindex(b"\xff\xda")
    return data[:start] + data[start:-2] * int(random.integers(1, 300)) + data[-2:]


def _claimed_size(random: Random) -> bytes:
    """A PNG whose header claims any size, over a few pixels."""
    width, height = (int(_pick(random, [0, 1, 16, 7000, 65_535, 2**31 - 1])) for _ in "wh")
    depth, colour = int(_pick(random, [1, 8, 16, 99])), int(_pick(random, [0, 2, 3, 6, 77]))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ]
    random.shuffle(chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _other_format(random: Random) -> bytes:
    """A sound file of a format, or an animation, that the model need not take."""
    frames = [Image.open(io.BytesIO(image_file(seed))) for seed in (0, 1)]
    buffer = io.BytesIO()
    kind = _pick(random, ["GIF", "BMP", "TIFF", "WEBP", "PNG"])
    animated = {} if kind == "BMP" else {"save_all": True, "append_images": frames[1:]}
    frames[0].save(buffer, str(kind), **animated)
    return buffer.getvalue()


def _known(random: Random) -> bytes:
    return _pick(random, [*UNDECODABLE.values(), huge_png(int(random.integers(7000, 20_000)))])


def _huge_claim(random: Random) -> bytes:
    return huge_jpeg(int(random.integers(5000, 65_000)))


_KINDS: list[Callable[[Random], bytes]] = [
    _truncated,
    _flipped,
    _damaged_head,
    _spliced,
    _junk_with_magic,
    _many_scans,
    _claimed_size,
    _other_format,
    _known,
    _huge_claim,
]
