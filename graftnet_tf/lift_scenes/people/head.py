"""Heads: neck, ears and skull, then face, hair and headwear."""

from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.face import draw_face
from graftnet_tf.lift_scenes.people.hair import draw_hair
from graftnet_tf.lift_scenes.people.headwear import draw_headwear
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas


def draw_head(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    x, y = body.head
    canvas.limb(
        [(x, y + 0.5 * body.ry), (0, body.shoulder_y + 0.01)],
        [0.5 * body.rx, 0.56 * body.rx],
        shade(passenger.skin, 0.86),
    )
    for side in (-1, 1):
        canvas.ellipse(
            (x + side * body.rx, y + 0.1 * body.ry), 0.17 * body.rx, 0.2 * body.ry, passenger.skin
        )
    canvas.symmetric(
        [
            (0, y - 1.08 * body.ry),
            (0.75 * body.rx, y - 1.05 * body.ry),
            (1.12 * body.rx, y - 0.35 * body.ry),
            (1.0 * body.rx, y + 0.5 * body.ry),
            (0.55 * body.rx, y + 1.08 * body.ry),
            (0, y + 1.1 * body.ry),
        ],
        passenger.skin,
    )
    if not passenger.away:
        draw_face(canvas, passenger, body)
    draw_hair(canvas, passenger, body)
    if passenger.headwear:
        draw_headwear(canvas, passenger, body)
