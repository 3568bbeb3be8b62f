"""Creatives of one plain colour."""

import io

import av
import numpy as np
from PIL import Image, ImageColor

RATE = 25


def image(colour: str, width: int = 540, height: int = 960) -> bytes:
    """A PNG."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, "PNG")
    return content.getvalue()


def video(colour: str, seconds: float = 1.0, width: int = 270, height: int = 480) -> bytes:
    """An H.264 MP4."""
    content = io.BytesIO()
    pixels = np.full((height, width, 3), ImageColor.getrgb(colour), np.uint8)
    with av.open(content, "w", "mp4") as container:
        stream = container.add_stream("libx264", RATE, {"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(round(seconds * RATE)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    return content.getvalue()
