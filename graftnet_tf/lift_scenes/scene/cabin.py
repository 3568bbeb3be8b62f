"""The empty lift cabin, as its camera sees it, and its light."""

import dataclasses

import numpy as np
from PIL import Image, ImageDraw

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.palette import Colour, shade

WALLS: tuple[Colour, ...] = (
    (168, 172, 176),
    (142, 128, 112),
    (190, 182, 166),
    (120, 96, 72),
    (104, 110, 120),
    (200, 204, 206),
    (150, 120, 84),
)
FLOORS: tuple[Colour, ...] = ((96, 92, 88), (70, 72, 78), (140, 128, 112), (168, 164, 158))

STRIP = 40


@dataclasses.dataclass(frozen=True)
class Light:
    """How the camera sees this snapshot.

    Attributes:
      tint: Gain of red, green and blue, about 0.75…1.3.
      falloff: Loss of light from the image's top to its bottom, 0…0.3.
      noise: Standard deviation of the sensor's noise, of 255.
    """

    tint: tuple[float, float, float]
    falloff: float
    noise: float


def sample_light(rng: np.random.Generator) -> Light:
    level, warmth = rng.uniform(0.85, 1.2), rng.uniform(-0.07, 0.07)
    return Light(
        (level * (1 + warmth), level, level * (1 - warmth)),
        rng.uniform(0.0, 0.3),
        rng.uniform(2.0, 7.0),
    )


def draw_cabin(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """A random cabin: back and side walls, ceiling with lamps, floor, fittings; RGB."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    wall, floor = palette.one_of(rng, WALLS), palette.one_of(rng, FLOORS)
    left = rng.uniform(0.1, 0.2) * width
    right = width - rng.uniform(0.1, 0.2) * width
    top, bottom = rng.uniform(0.04, 0.1) * height, rng.uniform(0.64, 0.7) * height
    draw.polygon([(0, 0), (left, top), (left, bottom), (0, height)], fill=shade(wall, 0.78))
    draw.polygon(
        [(width, 0), (right, top), (right, bottom), (width, height)], fill=shade(wall, 0.68)
    )
    draw.polygon([(0, 0), (left, top), (right, top), (width, 0)], fill=shade(wall, 1.25))
    draw.polygon([(0, height), (left, bottom), (right, bottom), (width, height)], fill=floor)
    draw.rectangle((left, top, right, bottom), fill=wall)
    panels = rng.integers(2, 6)
    for seam in np.linspace(left, right, panels + 1):
        draw.line([(seam, top), (seam, bottom)], fill=shade(wall, 0.7), width=max(1, width // 500))
    if rng.random() < 0.5:
        _draw_mirror(draw, wall, left, right, top, bottom)
    for _ in range(rng.integers(0, 3)):
        _draw_poster(rng, draw, left, right, top, bottom)
    rail = bottom - 0.34 * (bottom - top)
    draw.line(
        [(0, rail + 0.2 * height), (left, rail), (right, rail), (width, rail + 0.2 * height)],
        fill=palette.METAL,
        width=max(3, height // 90),
    )
    _draw_button_panel(rng, draw, left, top, bottom)
    draw.line(
        [(left, bottom), (right, bottom)], fill=shade(floor, 0.6), width=max(2, height // 180)
    )
    return image


def _draw_mirror(
    draw: ImageDraw.ImageDraw, wall: Colour, left: float, right: float, top: float, bottom: float
) -> None:
    inset = 0.2 * (right - left)
    area = (left + inset, top + 0.05 * (bottom - top), right - inset, bottom - 0.4 * (bottom - top))
    draw.rectangle(area, fill=palette.blend(wall, palette.WHITE, 0.45), outline=shade(wall, 0.6))


def _draw_poster(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    left: float,
    right: float,
    top: float,
    bottom: float,
) -> None:
    x = rng.uniform(left, right - 0.15 * (right - left))
    y = rng.uniform(top, top + 0.3 * (bottom - top))
    wide, tall = 0.13 * (right - left), rng.uniform(0.2, 0.3) * (bottom - top)
    draw.rectangle((x, y, x + wide, y + tall), fill=palette.vivid(rng), outline=palette.BLACK)
    for line in range(1, 4):
        level = y + line * tall / 4
        draw.line(
            [(x + 0.15 * wide, level), (x + rng.uniform(0.4, 0.85) * wide, level)],
            fill=palette.WHITE,
            width=3,
        )


def _draw_button_panel(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, left: float, top: float, bottom: float
) -> None:
    x, y = rng.uniform(0.35, 0.6) * left, top + rng.uniform(0.3, 0.4) * (bottom - top)
    wide, tall = 0.22 * left, 0.34 * (bottom - top)
    draw.rectangle((x, y, x + wide, y + tall), fill=palette.SILVER, outline=palette.METAL)
    radius = 0.12 * wide
    for row in np.linspace(y + 0.12 * tall, y + 0.88 * tall, 6):
        for column in (x + 0.3 * wide, x + 0.7 * wide):
            lit = (255, 190, 60) if rng.random() < 0.15 else palette.METAL
            draw.ellipse((column - radius, row - radius, column + radius, row + radius), fill=lit)


def illuminate(rng: np.random.Generator, light: Light, image: np.ndarray) -> np.ndarray:
    """The finished snapshot: light and sensor noise upon the drawing.

    It goes strip by strip, with one strip's noise shifted anew for each, which is several
    times faster than the whole image at once.

    Args:
      image: uint8 [H, W, 3].

    Returns:
      uint8 [H, W, 3].
    """
    height, width = image.shape[:2]
    gains = 1.0 - light.falloff * np.linspace(0.0, 1.0, height, dtype=np.float32)
    tint = np.array(light.tint, np.float32)
    noise = light.noise * rng.standard_normal((STRIP, width, 1), dtype=np.float32)
    lit = np.empty_like(image)
    for top in range(0, height, STRIP):
        rows = slice(top, top + STRIP)
        strip = image[rows] * (gains[rows, None, None] * tint)
        strip += np.roll(noise, rng.integers(width), axis=1)[: len(strip)]
        lit[rows] = np.clip(strip, 0.0, 255.0, out=strip)
    return lit
