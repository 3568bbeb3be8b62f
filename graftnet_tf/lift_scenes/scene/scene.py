"""A camera snapshot: passengers in a lift cabin, with ground truth."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from graftnet_tf.lift_scenes.dataset.person_crop import bounding_box
from graftnet_tf.lift_scenes.people.figure import draw_figure
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.cabin import draw_cabin, illuminate, sample_light
from graftnet_tf.lift_scenes.scene.casting import Wish, cast_passenger

SIZES = ((1920, 1080), (1280, 720))
"""Of snapshots, (width, height) in pixels."""

MAX_PASSENGERS = 5
MIN_VISIBLE_FRACTION = 0.3
MIN_VISIBLE_PIXELS = 600
FAR_FLOOR, FLOOR_DEPTH = 0.72, 0.32
FAR_HEIGHT, HEIGHT_GAIN = 0.48, 0.26


@dataclasses.dataclass(frozen=True)
class SeenPassenger:
    """A passenger as the snapshot shows it; things it carries belong to it.

    Attributes:
      attributes: Those of the 18 that it shows.
      mask: bool [H, W], its visible pixels.
      box: x, y, width, height of the mask, in pixels.
      visible_fraction: Share of its drawing that is neither hidden by nearer passengers
        nor cut by the image's frame, 0…1.
    """

    attributes: frozenset[str]
    mask: np.ndarray
    box: tuple[int, int, int, int]
    visible_fraction: float

    @property
    def hidden(self) -> bool:
        """Whether too little is seen to tell the attributes."""
        return (
            self.visible_fraction < MIN_VISIBLE_FRACTION
            or np.count_nonzero(self.mask) < MIN_VISIBLE_PIXELS
        )


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """An image uint8 [H, W, 3] RGB and its passengers, the farthest first."""

    image: np.ndarray
    passengers: tuple[SeenPassenger, ...]


def render_snapshot(seed: int, index: int, size: tuple[int, int] | None = None) -> Snapshot:
    """Draws snapshot `index` of the series `seed`: the same arguments, the same bytes.

    Args:
      seed: Seed of the series.
      index: Index of the snapshot in it.
      size: (width, height) in pixels; None picks one of `SIZES`.

    Returns:
      A snapshot of 0 to `MAX_PASSENGERS` passengers, by personas that make every
      attribute common enough.
    """
    rng = np.random.default_rng([seed, index])
    cast = [cast_passenger(rng) for _ in range(rng.integers(0, MAX_PASSENGERS + 1))]
    return compose(rng, cast, size)


def render_wished(
    rng: np.random.Generator, wishes: Sequence[Wish], size: tuple[int, int] | None = None
) -> Snapshot:
    """Draws a snapshot with one passenger per wish; `size` as for `render_snapshot`."""
    return compose(rng, [cast_passenger(rng, wish) for wish in wishes], size)


def compose(
    rng: np.random.Generator, cast: Sequence[Passenger], size: tuple[int, int] | None
) -> Snapshot:
    """Places `cast` at random in a random cabin, the nearer before the farther."""
    width, height = size or SIZES[rng.integers(len(SIZES))]
    canvas = draw_cabin(rng, width, height)
    owner = Image.new("L", (width, height))
    depths = np.sort(rng.uniform(0.0, 1.0, len(cast)))
    columns = _columns(rng, len(cast))
    drawn = []
    for number, (passenger, depth, column) in enumerate(
        zip(cast, depths, columns, strict=True), start=1
    ):
        tall = round(height * (FAR_HEIGHT + HEIGHT_GAIN * depth) * passenger.height)
        floor = height * (FAR_FLOOR + FLOOR_DEPTH * depth)
        x = width * (0.5 + column * (0.27 + 0.1 * depth))
        drawn.append(_paste(canvas, owner, number, passenger, tall, (x, floor)))
    owners = np.asarray(owner)
    seen = (
        _see(passenger, owners == number, pixels)
        for number, (passenger, pixels) in enumerate(zip(cast, drawn, strict=True), start=1)
    )
    image = illuminate(rng, sample_light(rng), np.asarray(canvas))
    return Snapshot(image, tuple(passenger for passenger in seen if passenger))


def _columns(rng: np.random.Generator, count: int) -> np.ndarray:
    """float64 [count] in -1…1: apart, but not so far that nobody hides anybody."""
    slots = max(count, 3)
    centres = (rng.permutation(slots)[:count] + 0.5) * 2 / slots - 1
    return centres + rng.uniform(-0.55, 0.55, count) / slots


def _paste(
    canvas: Image.Image,
    owner: Image.Image,
    number: int,
    passenger: Passenger,
    tall: int,
    sole: tuple[float, float],
) -> int:
    """Draws a passenger upon the scene; returns the pixels that it would cover unhidden."""
    figure, (foot_x, foot_y) = draw_figure(passenger, tall)
    corner = (round(sole[0] - foot_x), round(sole[1] - foot_y))
    shadow = (
        sole[0] - 0.16 * tall,
        sole[1] - 0.03 * tall,
        sole[0] + 0.16 * tall,
        sole[1] + 0.02 * tall,
    )
    ImageDraw.Draw(canvas, "RGBA").ellipse(shadow, fill=(0, 0, 0, 70))
    canvas.paste(figure, corner, figure)
    solid = figure.getchannel("A").point([0] * 128 + [255] * 128)
    owner.paste(number, corner, solid)
    return solid.histogram()[255]


def _see(passenger: Passenger, mask: np.ndarray, pixels: int) -> SeenPassenger | None:
    visible = np.count_nonzero(mask)
    if not visible:
        return None
    return SeenPassenger(
        passenger.attributes, mask, bounding_box(mask), visible_fraction=visible / pixels
    )
