"""Colours: fixed choices, random ones, and lighter or darker shades of them."""

import colorsys

import numpy as np

Colour = tuple[int, int, int]

BLACK: Colour = (24, 24, 28)
WHITE: Colour = (240, 240, 236)
SILVER: Colour = (205, 210, 214)
METAL: Colour = (128, 132, 138)
CARDBOARD: Colour = (190, 148, 98)
GLOW: Colour = (205, 238, 255)
LIPS: Colour = (190, 60, 75)

SKINS: tuple[Colour, ...] = (
    (247, 218, 196), (238, 198, 168), (226, 180, 144), (205, 154, 116),
    (172, 120, 84), (132, 88, 60), (98, 64, 46),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (28, 24, 24), (46, 34, 28), (72, 48, 32), (104, 68, 40), (150, 106, 58), (196, 158, 96),
    (134, 60, 34),
)  # fmt: skip
GREYS: tuple[Colour, ...] = ((226, 226, 224), (202, 202, 202), (178, 180, 182))
SUITS: tuple[Colour, ...] = ((34, 36, 44), (30, 38, 62), (62, 64, 70), (84, 86, 92), (54, 44, 40))
HI_VIS: tuple[Colour, ...] = ((214, 236, 40), (255, 128, 26))
HARD_HATS: tuple[Colour, ...] = ((250, 206, 30), (244, 244, 240), (250, 120, 24), (40, 110, 200))
OVERALLS: tuple[Colour, ...] = ((40, 58, 104), (92, 98, 104), (60, 84, 74), (110, 84, 56))
DELIVERY: tuple[Colour, ...] = ((255, 204, 0), (0, 156, 222), (238, 70, 40), (0, 178, 140))
COURIERS: tuple[Colour, ...] = ((96, 62, 34), (36, 44, 92), (120, 28, 38), (26, 84, 58))
LEATHERS: tuple[Colour, ...] = (
    (176, 40, 58), (150, 92, 46), (30, 28, 30), (222, 190, 150), (214, 106, 140), (42, 92, 120),
)  # fmt: skip


def shade(colour: Colour, factor: float) -> Colour:
    """`colour` times `factor`: darker below 1, lighter above; clipped to 0…255."""
    red, green, blue = (min(255, max(0, round(value * factor))) for value in colour)
    return red, green, blue


def blend(first: Colour, second: Colour, weight: float) -> Colour:
    """`first` moved towards `second` by `weight` in 0…1."""
    red, green, blue = (round(a + (b - a) * weight) for a, b in zip(first, second, strict=True))
    return red, green, blue


def one_of(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """One of `colours`, a little lighter or darker."""
    return shade(colours[rng.integers(len(colours))], rng.uniform(0.88, 1.1))


def vivid(rng: np.random.Generator) -> Colour:
    """A saturated, light colour of any hue."""
    return _from_hsv(rng.random(), rng.uniform(0.5, 0.95), rng.uniform(0.65, 0.95))


def muted(rng: np.random.Generator) -> Colour:
    """A greyish or dark colour of any hue."""
    return _from_hsv(rng.random(), rng.uniform(0.05, 0.35), rng.uniform(0.2, 0.75))


def _from_hsv(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return red, green, blue
