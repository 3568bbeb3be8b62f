"""Hair: on the head, beside the face, and down the back."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas

LONG_HAIR = ("long", "bob", "ponytail")


def draw_behind(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """What hangs behind the neck: drawn before the torso when seen from the front."""
    x, y = body.head
    colour = shade(passenger.hair_colour, 0.85)
    if passenger.headwear == "hood":
        canvas.ellipse(
            (x, y + 0.1 * body.ry), 1.4 * body.rx, 1.25 * body.ry, shade(passenger.top_colour, 0.8)
        )
    elif passenger.hair in ("long", "bob"):
        end = body.chin_y + (1.1 if passenger.hair == "long" else 0.05) * body.ry
        canvas.symmetric(
            [
                (0, y - 0.9 * body.ry),
                (1.25 * body.rx, y - 0.6 * body.ry),
                (1.38 * body.rx, y + 0.4 * body.ry),
                (1.5 * body.rx, end),
                (0, end),
            ],
            colour,
        )
    elif passenger.hair == "ponytail":
        side = -1.25 * body.rx
        canvas.limb(
            [
                (side * 0.7, y - 0.5 * body.ry),
                (side * 1.25, y + 0.2 * body.ry),
                (side * 1.1, body.chin_y + 0.8 * body.ry),
            ],
            [0.3 * body.rx, 0.36 * body.rx, 0.14 * body.rx],
            colour,
        )


def draw_hair(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    (x, y), rx, ry, colour = body.head, body.rx, body.ry, passenger.hair_colour
    hair = passenger.hair
    if hair == "bald":
        canvas.ellipse(
            (x - 0.3 * rx, y - 0.68 * ry),
            0.3 * rx,
            0.14 * ry,
            shade(passenger.skin, 1.16),
            edge=False,
        )
        if passenger.age != "youth":
            for side in (-1, 1):
                canvas.ellipse((x + side * 0.98 * rx, y), 0.14 * rx, 0.26 * ry, colour, edge=False)
        return
    if passenger.away:
        nape = {"wisp": 0.2, "buzz": 0.5, "short": 0.6, "receding": 0.55}.get(hair, 0.75)
        canvas.symmetric(
            [
                (0, y - 1.2 * ry),
                (0.85 * rx, y - 1.12 * ry),
                (1.2 * rx, y - 0.3 * ry),
                (1.05 * rx, y + nape * ry),
                (0, y + nape * ry),
            ],
            palette.blend(colour, passenger.skin, 0.45 if hair == "buzz" else 0.0),
        )
    elif hair == "wisp":
        canvas.ellipse((x, y - 0.95 * ry), 0.55 * rx, 0.2 * ry, colour, edge=False)
    else:
        _draw_fringe(canvas, passenger, body)
    if hair == "curly":
        for step in range(-4, 5):
            height = 1.02 * ry * (1 - (step / 5.2) ** 2) ** 0.5
            canvas.ellipse(
                (x + 0.26 * step * rx, y - height + 0.05 * ry), 0.32 * rx, 0.25 * ry, colour
            )
    if hair == "bun":
        canvas.ellipse((x, y - 1.2 * ry), 0.45 * rx, 0.32 * ry, colour)


def _draw_fringe(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """The hair above the forehead and beside the face, seen from the front."""
    (x, y), rx, ry, colour = body.head, body.rx, body.ry, passenger.hair_colour
    line = {"receding": -0.72, "buzz": -0.6}.get(passenger.hair, -0.45) + 0.48 * passenger.head_tilt
    crown = {"buzz": 1.06, "receding": 1.08}.get(passenger.hair, 1.2)
    if passenger.hair == "buzz":
        colour = palette.blend(colour, passenger.skin, 0.45)
    part = body.face_x * 0.8
    canvas.smooth(
        [
            (x - 1.08 * rx, y + 0.1 * ry),
            (x - 1.18 * rx, y - 0.55 * ry),
            (x - 0.75 * rx, y - crown * ry),
            (x, y - (crown + 0.06) * ry),
            (x + 0.75 * rx, y - crown * ry),
            (x + 1.18 * rx, y - 0.55 * ry),
            (x + 1.08 * rx, y + 0.1 * ry),
            (x + 0.88 * rx, y - 0.12 * ry),
            (x + part + 0.5 * rx, y + line * ry),
            (x + part - 0.1 * rx, y + (line - 0.12) * ry),
            (x + part - 0.5 * rx, y + line * ry),
            (x - 0.88 * rx, y - 0.12 * ry),
        ],
        colour,
    )
    if passenger.hair in ("long", "bob"):
        end = body.chin_y + (0.75 if passenger.hair == "long" else 0.0) * ry
        for side in (-1, 1):
            canvas.limb(
                [
                    (x + side * 1.05 * rx, y - 0.4 * ry),
                    (x + side * 1.14 * rx, y + 0.4 * ry),
                    (x + side * 1.16 * rx, end),
                ],
                [0.16 * rx, 0.24 * rx, 0.18 * rx],
                colour,
            )


def draw_hair_over_back(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """Long hair of a passenger who is turned away: it falls over the garment."""
    if passenger.hair not in LONG_HAIR or passenger.headwear == "hood":
        return
    y, rx, ry = body.head[1], body.rx, body.ry
    width, end = {"long": (1.2, 1.3), "bob": (1.2, 0.25), "ponytail": (0.42, 1.5)}[passenger.hair]
    canvas.symmetric(
        [
            (0, y - 0.3 * ry),
            (width * rx, y - 0.2 * ry),
            (1.05 * width * rx, y + 0.6 * ry),
            (0.8 * width * rx, body.chin_y + end * ry),
            (0, body.chin_y + end * ry),
        ],
        shade(passenger.hair_colour, 0.92),
    )
