"""Small images and videos to upload, made where they are needed."""

import io
from typing import Any

import av
import numpy as np
from PIL import Image

RED, BLACK, WHITE = (255, 0, 0), (0, 0, 0), (255, 255, 255)


def marked(width: int, height: int) -> np.ndarray:
    """uint8 [height, width, 3], black with a red quarter at the top left."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    return pixels


def image(file_format: str, pixels: np.ndarray | None = None, **options: Any) -> bytes:
    """An image file; by default of 48 × 32 marked pixels."""
    drawn = Image.fromarray(marked(48, 32) if pixels is None else pixels)
    content = io.BytesIO()
    drawn.save(content, file_format, **options)
    return content.getvalue()


def video(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    size: tuple[int, int] = (64, 48),
    frames: int = 30,
    rate: int = 25,
    pixel_format: str = "yuv420p",
    rotation: float | None = None,
    sound: bool = False,
    cover: bool = False,
    metadata: dict[str, str] | None = None,
    noise: bool = False,
    **muxer: str,
) -> bytes:
    """A video file of marked pictures, or of noise that moves."""
    content = io.BytesIO()

    def reopen(*_: object) -> io.BytesIO:
        """The file so far, for a muxer that is to put its index first."""
        return io.BytesIO(content.getvalue())

    with av.open(content, "w", format=container, options=muxer, io_open=reopen) as file:
        file.metadata.update(metadata or {})
        stream = file.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        if rotation is not None:
            stream.set_display_rotation(rotation)
        voice = file.add_stream("aac", rate=48000) if sound else None
        if cover:
            file.add_attachment("cover.jpg", "image/jpeg", image("JPEG"))
        pictures = _noise(size) if noise else marked(*size)
        for number in range(frames):
            shown = np.roll(pictures, 3 * number, axis=1) if noise else pictures
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(shown))))
        file.mux(stream.encode(None))
        if voice:
            file.mux(voice.encode(silence()))
            file.mux(voice.encode(None))
    return content.getvalue()


def silence() -> av.AudioFrame:
    """1024 samples of stereo silence at 48 kHz."""
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp")
    frame.sample_rate = 48000
    return frame


def _noise(size: tuple[int, int]) -> np.ndarray:
    width, height = size
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def corners(pixels: np.ndarray) -> list[list[str]]:
    """What is seen near the four corners of uint8 [H, W, 3]: two rows of `red` or `black`."""
    height, width = pixels.shape[:2]
    rows, columns = (height // 4, height - height // 4), (width // 4, width - width // 4)
    return [["red" if pixels[y, x, 0] > 128 else "black" for x in columns] for y in rows]
