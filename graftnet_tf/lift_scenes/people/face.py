"""Faces: eyes, mouth, glasses, beards, wrinkles."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas


def draw_face(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    x, drop = body.face_x, 0.42 * passenger.head_tilt * body.ry
    y, rx, ry = body.head[1] + drop, body.rx, body.ry
    skin, dark = passenger.skin, shade(passenger.hair_colour, 0.7)
    if "beard" in passenger.face:
        canvas.smooth(
            [
                (x - 0.92 * rx, y + 0.1 * ry),
                (x - 0.5 * rx, y + 0.42 * ry),
                (x + 0.5 * rx, y + 0.42 * ry),
                (x + 0.88 * rx, y + 0.1 * ry),
                (x + 0.7 * rx, y + 0.9 * ry),
                (x, y + 1.2 * ry - drop),
                (x - 0.7 * rx, y + 0.9 * ry),
            ],
            passenger.hair_colour,
            edge=False,
        )
    for side in (-1, 1):
        eye = (x + side * 0.4 * rx, y + 0.02 * ry)
        if passenger.head_tilt > 0.5:
            canvas.line([(eye[0] - 0.2 * rx, eye[1]), (eye[0] + 0.2 * rx, eye[1])], 0.006, dark)
        else:
            canvas.ellipse(eye, 0.2 * rx, 0.11 * ry, palette.WHITE, edge=False)
            canvas.ellipse(eye, 0.1 * rx, 0.11 * ry, palette.BLACK, edge=False)
        if passenger.age != "baby":
            brow = y - 0.2 * ry
            canvas.line([(eye[0] - 0.24 * rx, brow), (eye[0] + 0.24 * rx, brow)], 0.09 * ry, dark)
        if "glasses" in passenger.face:
            canvas.box(eye, 0.34 * rx, 0.02 * ry, palette.BLACK, edge=False)
            for edge in (-0.17, 0.19):
                canvas.line(
                    [
                        (eye[0] - 0.34 * rx, eye[1] + edge * ry),
                        (eye[0] + 0.34 * rx, eye[1] + edge * ry),
                    ],
                    0.006,
                    palette.BLACK,
                )
            for edge in (-0.34, 0.34):
                canvas.line(
                    [
                        (eye[0] + edge * rx, eye[1] - 0.17 * ry),
                        (eye[0] + edge * rx, eye[1] + 0.19 * ry),
                    ],
                    0.006,
                    palette.BLACK,
                )
        if "wrinkles" in passenger.face:
            canvas.line(
                [(x + side * 0.32 * rx, y + 0.32 * ry), (x + side * 0.5 * rx, y + 0.62 * ry)],
                0.005,
                shade(skin, 0.68),
            )
    if "wrinkles" in passenger.face:
        for level in (-0.42, -0.55):
            canvas.line(
                [(x - 0.4 * rx, y + level * ry), (x + 0.4 * rx, y + level * ry)],
                0.004,
                shade(skin, 0.76),
            )
    canvas.line(
        [(x, y), (x + 0.1 * rx, y + 0.32 * ry), (x - 0.06 * rx, y + 0.34 * ry)],
        0.006,
        shade(skin, 0.7),
    )
    if passenger.age == "baby":
        smile = [(x - 0.25 * rx, y + 0.5 * ry), (x, y + 0.62 * ry), (x + 0.25 * rx, y + 0.5 * ry)]
        canvas.line(smile, 0.02, palette.LIPS)
        for side in (-1, 1):
            canvas.ellipse(
                (x + side * 0.6 * rx, y + 0.36 * ry),
                0.2 * rx,
                0.13 * ry,
                palette.blend(skin, palette.LIPS, 0.3),
                edge=False,
            )
        return
    grown_woman = passenger.gender == "female" and passenger.age != "child"
    lips = palette.LIPS if grown_woman else shade(skin, 0.6)
    canvas.ellipse(
        (x, y + 0.58 * ry), 0.28 * rx, (0.08 if grown_woman else 0.045) * ry, lips, edge=False
    )
    if "moustache" in passenger.face:
        canvas.box((x, y + 0.45 * ry), 0.4 * rx, 0.07 * ry, passenger.hair_colour, edge=False)
