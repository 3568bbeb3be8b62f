"""Handbags, messenger bags and backpacks."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas, Point


def draw_handbag(canvas: Canvas, passenger: Passenger, centre: Point, half: float) -> None:
    x, y = centre
    colour = passenger.bag_colour
    canvas.smooth(
        [
            (x - 0.8 * half, y - 0.75 * half),
            (x + 0.8 * half, y - 0.75 * half),
            (x + 1.15 * half, y + 0.85 * half),
            (x - 1.15 * half, y + 0.85 * half),
        ],
        colour,
    )
    canvas.smooth(
        [
            (x - 0.75 * half, y - 0.7 * half),
            (x + 0.75 * half, y - 0.7 * half),
            (x, y + 0.25 * half),
        ],
        shade(colour, 0.8),
    )
    canvas.ellipse((x, y - 0.02 * half), 0.16 * half, 0.16 * half, (240, 206, 90), edge=False)


def draw_worn_bag(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """A bag on a strap: at the armpit side for a shoulder bag, across for a messenger's."""
    if "shoulder_bag" in passenger.worn:
        x, y = -1.2 * body.hip, body.hip_y - 0.02
        canvas.line(
            [(-0.7 * body.shoulder, body.shoulder_y), (x - 0.03, y - 0.05)],
            0.011,
            shade(passenger.bag_colour, 0.7),
        )
        canvas.line(
            [(-0.8 * body.shoulder, body.shoulder_y), (x + 0.04, y - 0.05)],
            0.011,
            shade(passenger.bag_colour, 0.7),
        )
        draw_handbag(canvas, passenger, (x, y), 0.082)
    if "messenger_bag" in passenger.worn:
        canvas.line(
            [(0.7 * body.shoulder, body.shoulder_y), (-1.0 * body.hip, body.hip_y)],
            0.016,
            (52, 50, 48),
        )
        canvas.box((-1.05 * body.hip, body.hip_y + 0.03), 0.075, 0.05, (64, 62, 56))


def draw_pack_behind(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """The bulk of a backpack beside and above the shoulders of one who faces the camera."""
    canvas.symmetric(
        [
            (0, body.shoulder_y - 0.045),
            (0.75 * body.shoulder, body.shoulder_y - 0.05),
            (1.5 * body.shoulder, body.shoulder_y + 0.05),
            (1.52 * body.shoulder, body.waist_y),
            (0, body.waist_y),
        ],
        shade(passenger.accent, 0.8),
    )


def draw_pack_straps(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    colour = shade(passenger.accent, 0.55)
    for side in (-1, 1):
        x = 0.25 * body.face_x
        canvas.line(
            [
                (x + side * 0.55 * body.shoulder, body.shoulder_y - 0.012),
                (x + side * 0.62 * body.shoulder, body.chest_y),
                (side * 0.85 * body.shoulder, body.waist_y - 0.02),
            ],
            0.034,
            colour,
        )


def draw_pack_on_back(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    top, end = body.shoulder_y - 0.005, body.waist_y + 0.045
    colour = passenger.accent
    canvas.symmetric(
        [
            (0, top - 0.01),
            (0.72 * body.shoulder, top - 0.008),
            (0.9 * body.shoulder, top + 0.1),
            (0.95 * body.shoulder, end),
            (0, end + 0.005),
        ],
        colour,
    )
    middle = 0.4 * top + 0.6 * end
    canvas.box((0, middle + 0.02), 0.6 * body.shoulder, 0.3 * (end - top), shade(colour, 0.8))
    canvas.line(
        [(-0.6 * body.shoulder, middle - 0.03), (0.6 * body.shoulder, middle - 0.03)],
        0.008,
        palette.SILVER,
    )
    canvas.line([(-0.02, top - 0.02), (0.02, top - 0.02)], 0.014, shade(colour, 0.6))
