"""The upper garment: its cut, pattern and outfit, a belly under it, its sleeves."""

import numpy as np

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.anatomy import Body
from graftnet_tf.lift_scenes.people.legs import draw_skirt
from graftnet_tf.lift_scenes.people.outfits import (
    draw_casual,
    draw_courier_uniform,
    draw_delivery_uniform,
    draw_sport,
    draw_suit,
    draw_work_clothes,
)
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas, Point


def draw_torso(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    """The upper garment, its details, and a pregnant belly under it."""
    colour = passenger.top_colour
    hem = body.hip_y + {"coat": 0.12, "hoodie": 0.03, "tank": 0.02}.get(passenger.top, 0.02)
    if passenger.outfit == "suit":
        hem = body.hip_y + 0.07
    loose = 1.08 if passenger.outfit == "suit" or passenger.top in ("coat", "hoodie") else 1.0
    canvas.symmetric(
        [
            (0, body.shoulder_y - 0.02),
            (0.42 * body.shoulder, body.shoulder_y - 0.018),
            (0.98 * body.shoulder, body.shoulder_y + 0.004),
            (1.02 * body.shoulder, body.shoulder_y + 0.05),
            (0.9 * body.shoulder, body.chest_y),
            (loose * body.waist, body.waist_y),
            (loose * body.hip, body.hip_y),
            (loose * body.hip * 1.04, hem),
            (0, hem + 0.004),
        ],
        colour,
    )
    if passenger.outfit == "dress":
        draw_skirt(canvas, body, colour)
    _draw_pattern(canvas, passenger, body)
    match passenger.outfit:
        case "suit":
            draw_suit(canvas, passenger, body, hem)
        case "sport_style":
            draw_sport(canvas, passenger, body)
        case "food_deliverer":
            draw_delivery_uniform(canvas, passenger, body)
        case "courier":
            draw_courier_uniform(canvas, passenger, body)
        case "maintenance":
            draw_work_clothes(canvas, passenger, body)
        case "casual":
            draw_casual(canvas, passenger, body, hem)
    if passenger.pregnant:
        _draw_belly(canvas, passenger, body)


def _draw_pattern(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    if passenger.outfit not in ("casual", "dress", "sport_style") or passenger.pattern == "plain":
        return
    if passenger.pattern == "stripes":
        for level in np.linspace(body.shoulder_y + 0.05, body.hip_y, 6):
            canvas.box((0, level), 0.8 * body.waist, 0.009, passenger.accent, edge=False)
    elif not passenger.away:
        canvas.ellipse((0.2 * body.face_x, body.chest_y), 0.04, 0.034, passenger.accent, edge=False)


def belly_centre(passenger: Passenger, body: Body) -> Point:
    return (0.45 + 0.45 * passenger.turn) * body.waist, body.waist_y - 0.005


def _draw_belly(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    x, y = belly_centre(passenger, body)
    colour = passenger.top_colour
    canvas.ellipse((x, y), 0.084, 0.094, colour, edge=False)
    canvas.ellipse((x + 0.012, y - 0.03), 0.05, 0.045, shade(colour, 1.18), edge=False)
    under = [(x + 0.08 * np.cos(a), y + 0.088 * np.sin(a)) for a in np.linspace(-0.7, 2.5, 9)]
    canvas.line(under, 0.014, shade(colour, 0.68))


def draw_arm(
    canvas: Canvas, passenger: Passenger, body: Body, joints: tuple[Point, Point, Point]
) -> None:
    """One arm in its sleeve.

    Args:
      joints: Shoulder, elbow, hand.
    """
    shoulder, elbow, hand = joints
    radii = [1.15 * body.limb, 0.88 * body.limb, 0.7 * body.limb]
    short = passenger.top in ("tee", "tank") and passenger.outfit in (
        "casual",
        "sport_style",
        "dress",
    )
    colour = passenger.top_colour
    canvas.ellipse(hand, 0.85 * body.limb, 0.85 * body.limb, passenger.skin)
    if short:
        canvas.limb([shoulder, elbow, hand], [0.85 * r for r in radii], passenger.skin)
        if passenger.top == "tee":
            middle = (0.45 * shoulder[0] + 0.55 * elbow[0], 0.45 * shoulder[1] + 0.55 * elbow[1])
            canvas.limb([shoulder, middle], [radii[0] * 1.08, radii[1] * 1.15], colour)
        return
    cuff = (0.15 * elbow[0] + 0.85 * hand[0], 0.15 * elbow[1] + 0.85 * hand[1])
    canvas.limb([shoulder, elbow, cuff], radii, colour)
    if passenger.outfit == "sport_style":
        canvas.line([shoulder, elbow, cuff], 0.013, palette.WHITE)
    if passenger.outfit in ("food_deliverer", "maintenance"):
        canvas.limb([elbow, cuff], [radii[1] * 0.7, radii[2] * 0.7], palette.SILVER)
