"""What tells one outfit from another on the torso."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas


def draw_suit(canvas: Canvas, passenger: Passenger, body: Body, hem: float) -> None:
    dark = shade(passenger.top_colour, 0.62)
    if passenger.away:
        canvas.line([(0, body.shoulder_y), (0, hem)], 0.006, dark)
        canvas.box(
            (0, body.shoulder_y - 0.008), 0.4 * body.shoulder, 0.01, palette.WHITE, edge=False
        )
        return
    x, top, button = body.face_x * 0.5, body.shoulder_y - 0.022, body.waist_y - 0.03
    spread = 0.4 * body.shoulder
    canvas.polygon([(x - spread, top), (x + spread, top), (x, button)], palette.WHITE, edge=False)
    if passenger.gender == "male":
        canvas.polygon(
            [
                (x - 0.013, top + 0.012),
                (x + 0.013, top + 0.012),
                (x + 0.02, button - 0.05),
                (x, button - 0.005),
                (x - 0.02, button - 0.05),
            ],
            passenger.accent,
        )
    for side in (-1, 1):
        canvas.polygon(
            [
                (x + side * spread * 0.9, top),
                (x + side * spread * 1.6, top + 0.08),
                (x, button),
                (x + side * spread * 0.55, top + 0.07),
            ],
            shade(passenger.top_colour, 1.25),
        )
    canvas.line([(x, button), (x, hem)], 0.006, dark)
    canvas.ellipse((x, button + 0.012), 0.006, 0.006, dark, edge=False)


def draw_sport(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    if passenger.top == "sweater":
        if not passenger.away:
            canvas.line(
                [(body.face_x * 0.4, body.shoulder_y), (body.face_x * 0.4, body.hip_y)],
                0.007,
                palette.WHITE,
            )
        canvas.box(
            (0, body.shoulder_y + 0.035), 0.85 * body.shoulder, 0.01, palette.WHITE, edge=False
        )
    else:
        canvas.box((0, body.chest_y), 0.3 * body.shoulder, 0.045, palette.WHITE, edge=False)
        for side in (-1, 1):
            canvas.line(
                [
                    (side * 0.8 * body.shoulder, body.shoulder_y + 0.05),
                    (side * 0.95 * body.waist, body.hip_y),
                ],
                0.014,
                passenger.accent,
            )


def draw_delivery_uniform(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    canvas.box((0, body.waist_y), 0.9 * body.waist, 0.013, palette.SILVER, edge=False)
    for side in (-1, 1):
        canvas.line(
            [
                (side * 0.55 * body.shoulder, body.shoulder_y),
                (side * 0.55 * body.shoulder, body.waist_y),
            ],
            0.014,
            palette.SILVER,
        )
    badge = (0.5 * body.face_x, body.chest_y)
    canvas.ellipse(badge, 0.034, 0.034, palette.BLACK, edge=False)


def draw_courier_uniform(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    canvas.box((0, body.chest_y), 0.86 * body.shoulder, 0.017, passenger.accent, edge=False)
    if passenger.away:
        return
    x, top = body.face_x * 0.5, body.shoulder_y - 0.02
    for side in (-1, 1):
        canvas.polygon(
            [(x, top + 0.045), (x + side * 0.04, top - 0.004), (x + side * 0.055, top + 0.03)],
            passenger.accent,
        )
    canvas.box((x + 0.5 * body.shoulder, body.chest_y + 0.05), 0.018, 0.024, palette.WHITE)


def draw_work_clothes(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    canvas.line(
        [(-0.9 * body.waist, body.waist_y + 0.03), (0.9 * body.waist, body.waist_y + 0.03)],
        0.018,
        palette.BLACK,
    )
    if "vest" not in passenger.worn:
        for side in (-1, 1):
            canvas.line(
                [
                    (side * 0.5 * body.shoulder, body.shoulder_y),
                    (side * 0.5 * body.shoulder, body.waist_y),
                ],
                0.03,
                shade(passenger.top_colour, 0.7),
            )
        return
    colour = passenger.vest_colour
    for side in (-1, 1):
        outer = side * 0.9
        canvas.polygon(
            [
                (side * 0.3 * body.shoulder, body.shoulder_y - 0.012),
                (outer * body.shoulder, body.shoulder_y + 0.005),
                (outer * body.shoulder, body.chest_y),
                (side * 1.02 * body.waist, body.hip_y),
                (side * 0.006, body.hip_y),
                (side * 0.006, body.chest_y - 0.02),
            ],
            colour,
        )
        canvas.line(
            [
                (side * 0.6 * body.shoulder, body.shoulder_y),
                (side * 0.6 * body.shoulder, body.hip_y),
            ],
            0.016,
            palette.SILVER,
        )
    for level in (body.chest_y + 0.03, body.waist_y + 0.015):
        canvas.box((0, level), 0.9 * body.waist, 0.011, palette.SILVER, edge=False)


def draw_casual(canvas: Canvas, passenger: Passenger, body: Body, hem: float) -> None:
    x, top, dark = body.face_x * 0.5, body.shoulder_y - 0.02, shade(passenger.top_colour, 0.65)
    if passenger.away:
        return
    match passenger.top:
        case "shirt":
            canvas.line([(x, top), (x, hem)], 0.005, dark)
            for side in (-1, 1):
                canvas.polygon(
                    [
                        (x, top + 0.035),
                        (x + side * 0.036, top - 0.004),
                        (x + side * 0.046, top + 0.028),
                    ],
                    shade(passenger.top_colour, 1.2),
                )
        case "coat":
            canvas.polygon(
                [(x - 0.04, top), (x + 0.04, top), (x + 0.03, hem), (x - 0.03, hem)],
                passenger.accent,
            )
        case "hoodie":
            canvas.ellipse((x, top + 0.012), 0.07, 0.03, shade(passenger.top_colour, 0.82))
            canvas.box(
                (x, body.waist_y + 0.03), 0.55 * body.waist, 0.03, shade(passenger.top_colour, 0.85)
            )
        case "tee":
            canvas.ellipse((x, top + 0.004), 0.04, 0.022, passenger.skin, edge=False)
        case "sweater":
            canvas.box((0, hem - 0.006), 0.95 * body.hip, 0.012, shade(passenger.top_colour, 0.8))
