"""Drawn advertisements: portrait posters, and a short film of one."""

import dataclasses
import io
import math

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 720, 1280
FRAMES_PER_SECOND = 24
Colour = tuple[int, int, int]
_PAPER = (250, 247, 240)


@dataclasses.dataclass(frozen=True)
class Poster:
    """An advertisement.

    Attributes:
      name: Name of the creative.
      title: What it says, large.
      line: What it says below.
      colour: RGB of its ground.
      accent: RGB of its ornament.
    """

    name: str
    title: str
    line: str
    colour: Colour
    accent: Colour

    def png(self) -> bytes:
        """The poster as a PNG."""
        file = io.BytesIO()
        self._draw(0.0).save(file, "PNG")
        return file.getvalue()

    def film(self, seconds: float) -> bytes:
        """The poster as an MP4 whose ornament turns."""
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            number = round(seconds * FRAMES_PER_SECOND)
            for index in range(number):
                image = np.asarray(self._draw(index / number))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode())
        return file.getvalue()

    def _draw(self, turn: float) -> Image.Image:
        image = Image.new("RGB", (WIDTH, HEIGHT), self.colour)
        draw = ImageDraw.Draw(image)
        x, y, radius = WIDTH / 2, HEIGHT * 0.36, WIDTH * 0.3
        for petal in range(8):
            angle = 2 * math.pi * (petal / 8 + turn / 8)
            at = x + radius * math.cos(angle), y + radius * math.sin(angle)
            _disc(draw, at, radius * 0.42, self.accent)
        _disc(draw, (x, y), radius * 0.72, _PAPER)
        _text(draw, self.title, HEIGHT * 0.70, 84)
        _text(draw, self.line, HEIGHT * 0.80, 38)
        return image


def _disc(draw: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, fill: Colour) -> None:
    x, y = at
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)


def _text(draw: ImageDraw.ImageDraw, text: str, y: float, size: int) -> None:
    font = ImageFont.load_default(size)
    draw.text((WIDTH / 2, y), text, _PAPER, font, anchor="mm", align="center")
