"""What hands hold."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.bags import draw_handbag
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas, Point


def draw_held(canvas: Canvas, passenger: Passenger, item: str, hand: Point, side: int) -> None:
    """What one hand holds."""
    x, y = hand
    match item:
        case "phone":
            draw_phone(canvas, hand)
        case "calling":
            canvas.polygon(
                [
                    (x - 0.014, y - 0.04),
                    (x + 0.012, y - 0.042),
                    (x + 0.014, y + 0.035),
                    (x - 0.012, y + 0.037),
                ],
                palette.BLACK,
            )
        case "cup":
            canvas.polygon(
                [
                    (x - 0.022, y - 0.045),
                    (x + 0.022, y - 0.045),
                    (x + 0.016, y + 0.015),
                    (x - 0.016, y + 0.015),
                ],
                palette.WHITE,
            )
            canvas.box((x, y - 0.05), 0.024, 0.008, (110, 70, 40))
        case "handbag":
            draw_handbag(canvas, passenger, (x, y + 0.11), 0.085)
            canvas.line(
                [(x - 0.045, y + 0.05), (x - 0.02, y), (x + 0.02, y), (x + 0.045, y + 0.05)],
                0.01,
                shade(passenger.bag_colour, 0.7),
            )
        case "briefcase":
            canvas.box((x, y + 0.075), 0.085, 0.055, (44, 34, 30))
            canvas.line(
                [(x - 0.025, y + 0.02), (x, y), (x + 0.025, y + 0.02)], 0.008, palette.BLACK
            )
        case "paper_bag":
            canvas.box((x, y + 0.1), 0.05, 0.07, shade(palette.CARDBOARD, 1.2))
            canvas.line([(x - 0.02, y + 0.03), (x, y), (x + 0.02, y + 0.03)], 0.006, palette.WHITE)
        case "toolbox":
            canvas.box((x, y + 0.075), 0.1, 0.045, (196, 40, 34))
            canvas.box((x, y + 0.045), 0.1, 0.012, palette.METAL)
            canvas.line(
                [(x - 0.04, y + 0.035), (x - 0.03, y), (x + 0.03, y), (x + 0.04, y + 0.035)],
                0.01,
                palette.BLACK,
            )
        case "stick":
            canvas.line(
                [(x - side * 0.035, y - 0.018), (x, y - 0.03), (x + side * 0.02, 1.0)],
                0.015,
                (92, 58, 34),
            )
        case "parcel":
            draw_parcel(canvas, (x, y + 0.06), 0.085)
        case "delivery_box":
            draw_delivery_box(canvas, passenger, (x, y + 0.09), 0.1)


def draw_before_body(canvas: Canvas, passenger: Passenger, body: Body, item: str) -> None:
    """What both hands hold; the arms are drawn over it."""
    x, y = 0.5 * body.face_x, body.chest_y + 0.06
    match item:
        case "baby":
            _draw_held_baby(canvas, passenger, (x, body.chest_y + 0.015))
        case "parcel":
            draw_parcel(canvas, (x, y), 0.115)
        case "parcels":
            draw_parcel(canvas, (x, y), 0.115)
            draw_parcel(canvas, (x - 0.02, y - 0.12), 0.08)
        case "delivery_box":
            draw_delivery_box(canvas, passenger, (x, y + 0.01), 0.12)


def draw_phone(canvas: Canvas, centre: Point) -> None:
    """Its lit screen, as a camera above the passenger's face sees it."""
    x, y = centre[0], centre[1] - 0.04
    for half, top, bottom, colour in (
        (0.044, y - 0.062, y + 0.048, palette.BLACK),
        (0.036, y - 0.054, y + 0.04, palette.GLOW),
    ):
        corners = [
            (x - half, top),
            (x + half, top),
            (x + 0.9 * half, bottom),
            (x - 0.9 * half, bottom),
        ]
        canvas.polygon(corners, colour, edge=False)


def draw_parcel(canvas: Canvas, centre: Point, half: float) -> None:
    x, y = centre
    canvas.box(centre, half, 0.62 * half, palette.CARDBOARD)
    canvas.polygon(
        [
            (x - half, y - 0.62 * half),
            (x - 0.85 * half, y - 0.85 * half),
            (x + 0.85 * half, y - 0.85 * half),
            (x + half, y - 0.62 * half),
        ],
        shade(palette.CARDBOARD, 1.15),
    )
    canvas.box(centre, 0.12 * half, 0.6 * half, (222, 196, 150), edge=False)
    canvas.box(
        (x + 0.55 * half, y + 0.1 * half), 0.28 * half, 0.22 * half, palette.WHITE, edge=False
    )


def draw_delivery_box(canvas: Canvas, passenger: Passenger, centre: Point, half: float) -> None:
    x, y = centre
    colour = shade(passenger.top_colour, 0.95)
    canvas.box(centre, half, 0.85 * half, colour)
    canvas.polygon(
        [
            (x - half, y - 0.85 * half),
            (x - 0.85 * half, y - 1.08 * half),
            (x + 0.85 * half, y - 1.08 * half),
            (x + half, y - 0.85 * half),
        ],
        shade(colour, 1.2),
    )
    canvas.box((x, y - 0.6 * half), half, 0.07 * half, palette.SILVER, edge=False)
    canvas.ellipse((x, y + 0.1 * half), 0.42 * half, 0.42 * half, palette.WHITE, edge=False)
    canvas.box((x, y + 0.1 * half), 0.06 * half, 0.28 * half, colour, edge=False)


def _draw_held_baby(canvas: Canvas, passenger: Passenger, centre: Point) -> None:
    x, y = centre
    wrap = palette.blend(passenger.accent, palette.WHITE, 0.45)
    canvas.limb([(x - 0.06, y), (x + 0.1, y + 0.075)], [0.055, 0.048], wrap)
    canvas.ellipse((x - 0.085, y - 0.03), 0.052, 0.055, passenger.skin)
    for side in (-1, 1):
        canvas.ellipse((x - 0.085 + side * 0.02, y - 0.03), 0.006, 0.007, palette.BLACK, edge=False)
    canvas.line([(x - 0.097, y - 0.004), (x - 0.073, y - 0.004)], 0.006, palette.LIPS)
    canvas.smooth(
        [
            (x - 0.14, y - 0.04),
            (x - 0.12, y - 0.1),
            (x - 0.05, y - 0.1),
            (x - 0.03, y - 0.04),
            (x - 0.085, y - 0.062),
        ],
        wrap,
    )
