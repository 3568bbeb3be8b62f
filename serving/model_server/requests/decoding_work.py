"""How much work it is to decode an image file, read from its markers alone.

The models judge each image's size by its header, before they decode it. What they cannot
see is a request of many images that are each within the limit, and a progressive JPEG whose
few bytes ask for hundreds of passes over all its pixels.
"""

from collections.abc import Iterable

from graftnet_tf.io.image_decoding import MAX_PIXELS

_JPEG = b"\xff\xd8"
_PNG = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN = b"\xff\xda"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF markers; DHT, JPG and DAC are none
_BARE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST and SOI have no length


def decoding_work(files: Iterable[bytes]) -> int:
    """Pixels that are touched in decoding: width × height × scans, over all files.

    Args:
      files: The bytes of image files, or of anything. What models refuse by its first
        bytes counts nothing: other formats, and images of more than `MAX_PIXELS`.
    """
    return sum(_work(data) for data in files)


def _work(data: bytes) -> int:
    pixels, scans = 0, 1
    if data.startswith(_PNG):
        pixels = int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
    elif data.startswith(_JPEG):
        pixels, scans = _jpeg_pixels(data), max(1, data.count(_START_OF_SCAN))
    return pixels * scans if pixels <= MAX_PIXELS else 0


def _jpeg_pixels(data: bytes) -> int:
    """width × height of the first frame header; 0 where there is none."""
    at = 2
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 8:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(height, "big") * int.from_bytes(width, "big")
        if marker == 0xFF:  # fill
            at += 1
        elif marker == 0 or marker in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0
