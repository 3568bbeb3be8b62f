"""A lift's camera, drawn: a cabin, people, light, a sensor's noise."""

import av
import numpy as np
from PIL import Image, ImageDraw

from serving.advertising.lift_agent.frame import Frame

SIZE = (320, 240)
PERSON = (130, 60, 190, 230)  # left, top, right, bottom
NOISE = 8.0  # standard deviation in grey levels, of each pixel


def cabin(*, person: bool, light: float = 1.0) -> Image.Image:
    image = Image.new("RGB", SIZE, (150, 150, 145))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 180, 320, 240), fill=(90, 85, 80))
    draw.rectangle((20, 20, 90, 180), fill=(120, 125, 130))
    if person:
        draw.rounded_rectangle(PERSON, 20, fill=(40, 45, 90))
    return image.point(lambda level: round(level * light))


def shot(image: Image.Image, captured_at: float, noise: np.random.Generator) -> Frame:
    """The frame that a noisy sensor makes of what is there."""
    levels = np.asarray(image) + noise.normal(0, NOISE, (*reversed(SIZE), 3))
    pixels = levels.clip(0, 255).astype(np.uint8)
    return Frame(av.VideoFrame.from_ndarray(pixels, format="rgb24"), captured_at)


def plain(level: int, captured_at: float, size: tuple[int, int] = (64, 48)) -> Frame:
    """A frame of one grey."""
    image = Image.new("RGB", size, (level, level, level))
    return Frame(av.VideoFrame.from_image(image), captured_at)
