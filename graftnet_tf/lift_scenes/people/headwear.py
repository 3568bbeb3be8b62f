"""Hats, helmets and hoods."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas


def draw_headwear(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    (x, y), rx, ry = body.head, body.rx, body.ry
    drop = 0.4 * passenger.head_tilt
    colour = passenger.accent
    match passenger.headwear:
        case "helmet":
            _dome(canvas, body, passenger.top_colour, rim=-0.28 + drop, width=1.38, crown=1.42)
            canvas.line(
                [(x - 0.1 * rx, y - 1.35 * ry), (x - 0.1 * rx, y - (0.4 - drop) * ry)],
                0.25 * rx,
                palette.WHITE,
            )
            if not passenger.away:
                canvas.box(
                    (x + body.face_x, y - (0.3 - drop) * ry),
                    1.0 * rx,
                    0.1 * ry,
                    palette.BLACK,
                    edge=False,
                )
                for side in (-1, 1):
                    canvas.line(
                        [
                            (x + side * 1.05 * rx, y - 0.2 * ry),
                            (x + body.face_x * 0.5, y + 1.12 * ry),
                        ],
                        0.006,
                        palette.BLACK,
                    )
        case "hard_hat":
            _dome(canvas, body, colour, rim=-0.38 + drop, width=1.2, crown=1.38)
            canvas.line(
                [(x, y - 1.36 * ry), (x, y - (0.5 - drop) * ry)], 0.22 * rx, shade(colour, 0.86)
            )
            canvas.ellipse(
                (x + body.face_x * 0.4, y - (0.4 - drop) * ry), 1.5 * rx, 0.13 * ry, colour
            )
        case "cap":
            tint = passenger.top_colour if passenger.outfit == "courier" else colour
            _dome(canvas, body, shade(tint, 0.9), rim=-0.42 + drop, width=1.12, crown=1.24)
            if not passenger.away:
                canvas.ellipse(
                    (x + body.face_x, y - (0.38 - drop) * ry),
                    0.98 * rx,
                    0.16 * ry,
                    shade(tint, 0.65),
                )
        case "beanie":
            _dome(canvas, body, colour, rim=-0.3 + drop, width=1.16, crown=1.28)
            canvas.box((x, y - (0.36 - drop) * ry), 1.14 * rx, 0.13 * ry, shade(colour, 0.8))
        case "hood":
            _draw_hood(canvas, passenger, body)
        case "headband":
            canvas.box((x, y - (0.52 - drop) * ry), 1.14 * rx, 0.13 * ry, colour)


def _dome(
    canvas: Canvas, body: Body, colour: palette.Colour, *, rim: float, width: float, crown: float
) -> None:
    (x, y), rx, ry = body.head, body.rx, body.ry
    canvas.smooth(
        [
            (x - width * rx, y + rim * ry),
            (x - width * rx, y - 0.8 * ry),
            (x - 0.7 * width * rx, y - crown * ry),
            (x + 0.7 * width * rx, y - crown * ry),
            (x + width * rx, y - 0.8 * ry),
            (x + width * rx, y + rim * ry),
        ],
        colour,
    )


def _draw_hood(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    (x, y), rx, ry = body.head, body.rx, body.ry
    canvas.ellipse((x, y + 0.05 * ry), 1.36 * rx, 1.24 * ry, passenger.top_colour)
    canvas.line([(x, y - 1.1 * ry), (x, y + 1.1 * ry)], 0.004, shade(passenger.top_colour, 0.7))
