"""Image files, good and bad, as bytes."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def image_file(
    seed: int = 0, *, mode: str = "RGB", size: tuple[int, int] = (40, 64), file: str = "JPEG"
) -> bytes:
    """An image of random pixels, (width, height) in size."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, file)
    return buffer.getvalue()


def png16(seed: int = 0) -> bytes:
    """A grey PNG with 16 bits per pixel."""
    pixels = np.random.default_rng(seed).integers(0, 1 << 16, (64, 40), dtype=np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def huge_png(side: int = 20_000) -> bytes:
    """A well-formed black PNG of `side` × `side` pixels in a few kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def huge_jpeg(side: int = 20_000) -> bytes:
    """A JPEG whose header claims `side` × `side` pixels."""
    data = bytearray(image_file())
    size_at = data.index(b"\xff\xc0") + 5
    data[size_at : size_at + 4] = struct.pack(">HH", side, side)
    return bytes(data)


UNDECODABLE = {
    "truncated JPEG": image_file()[:-200],
    "JPEG header alone": image_file()[:20],
    "truncated PNG": image_file(file="PNG")[:-200],
    "0 bytes": b"",
    "1x1": image_file(size=(1, 1)),
    "20000x20000 PNG": huge_png(),
    "20000x20000 JPEG": huge_jpeg(),
    "text": b"These are not the pixels you are looking for.",
    "BMP": image_file(file="BMP"),
}

DECODABLE = {
    "grey JPEG": image_file(mode="L"),
    "CMYK JPEG": image_file(mode="CMYK"),
    "PNG": image_file(file="PNG"),
    "RGBA PNG": image_file(mode="RGBA", file="PNG"),
    "palette PNG": image_file(mode="P", file="PNG"),
    "16-bit PNG": png16(),
    "wide": image_file(size=(300, 17)),
}
