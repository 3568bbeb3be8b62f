"""Legs and what covers them: trousers, shorts, skirts, shoes."""

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.palette import Colour, shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas, Point

ANKLE_Y = 0.955
SAME_ABOVE_AND_BELOW = ("suit", "maintenance")


def draw_legs(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    colour = lower_colour(passenger)
    bare = passenger.outfit == "dress" or passenger.bottom in ("shorts", "skirt")
    thick = 1.75 * body.limb
    for side in (-1, 1):
        foot = side * (0.55 * body.hip + 0.035 * passenger.stance)
        hip = (side * 0.5 * body.hip, body.hip_y)
        knee = (side * (0.52 * body.hip + 0.018 * passenger.stance), body.knee_y)
        ankle = (foot, ANKLE_Y)
        canvas.ellipse((foot + side * 0.012, 0.978), 0.034, 0.02, passenger.shoes)
        if passenger.outfit == "sport_style":
            canvas.line([(foot - 0.02, 0.985), (foot + 0.04 * side, 0.985)], 0.008, palette.WHITE)
        radii = [thick, 0.74 * thick, 0.55 * thick]
        if not bare:
            cut = 1.15 if passenger.bottom == "trousers" else 0.95
            canvas.limb([hip, knee, ankle], [r * cut for r in radii], colour)
            _draw_leg_stripes(canvas, passenger, body, side, knee, ankle)
            continue
        canvas.limb([hip, knee, ankle], [0.8 * r for r in radii], passenger.skin)
        if passenger.bottom == "shorts" and passenger.outfit != "dress":
            canvas.limb([hip, (knee[0], knee[1] - 0.05)], [thick * 1.1, thick * 1.05], colour)
    if passenger.bottom == "skirt" and passenger.outfit != "dress":
        draw_skirt(canvas, body, colour)


def _draw_leg_stripes(
    canvas: Canvas, passenger: Passenger, body: Body, side: int, knee: Point, ankle: Point
) -> None:
    outward = side * 1.15 * body.limb
    if passenger.outfit == "sport_style":
        seam = [
            (side * 0.95 * body.hip, body.hip_y + 0.02),
            (knee[0] + outward, knee[1]),
            (ankle[0] + 0.7 * outward, ankle[1]),
        ]
        canvas.line(seam, 0.016, palette.WHITE)
    if passenger.outfit == "maintenance":
        band = (knee[0] * 0.5 + ankle[0] * 0.5, (knee[1] + ankle[1]) / 2)
        canvas.box(band, 1.3 * body.limb, 0.013, palette.SILVER, edge=False)


def draw_skirt(canvas: Canvas, body: Body, colour: Colour) -> None:
    hem = body.knee_y + 0.01
    canvas.symmetric(
        [
            (0, body.waist_y),
            (body.waist, body.waist_y),
            (1.1 * body.hip, body.hip_y),
            (1.4 * body.hip, hem),
            (0, hem + 0.015),
        ],
        colour,
    )


def lower_colour(passenger: Passenger) -> Colour:
    if passenger.outfit in SAME_ABOVE_AND_BELOW or passenger.age == "baby":
        return passenger.top_colour
    if passenger.outfit == "courier":
        return shade(passenger.top_colour, 0.8)
    if passenger.outfit == "food_deliverer":
        return palette.BLACK
    if passenger.outfit == "sport_style" and passenger.bottom == "trousers":
        return shade(passenger.top_colour, 0.9)
    if passenger.bottom == "jeans":
        return palette.blend((58, 84, 130), passenger.bottom_colour, 0.25)
    return passenger.bottom_colour
