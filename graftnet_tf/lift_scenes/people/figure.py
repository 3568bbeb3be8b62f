"""Draws a passenger: the parts in the order in which they cover one another."""

import math

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from graftnet_tf.lift_scenes.people import bags, hair, head, held_items, legs, stroller, torso
from graftnet_tf.lift_scenes.people.anatomy import Body, body_of, posture_of
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas, Point

STROLLER_REACH = 1.15
FORESHORTENING = 0.55


def draw_figure(passenger: Passenger, height: int) -> tuple[Image.Image, Point]:
    """Draws a passenger on a transparent ground.

    Args:
      passenger: What to draw.
      height: Height from crown to soles, in pixels.

    Returns:
      The RGBA drawing, and where in it the point between the soles is, in pixels.
    """
    body = body_of(passenger)
    seated = "stroller" in passenger.worn
    canvas = Canvas(height, posture_of(passenger), STROLLER_REACH if seated else 1.0)
    if seated:
        stroller.draw_stroller_behind(canvas, passenger)
        _draw_standing(canvas, passenger, body)
        stroller.draw_stroller_before(canvas, passenger)
    else:
        _draw_standing(canvas, passenger, body)
    drawing = _shade_volume(canvas.finish())
    x, y = canvas.sole
    if passenger.flipped:
        drawing = drawing.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        x = drawing.width - x
    return drawing, (x, y)


def _draw_standing(canvas: Canvas, passenger: Passenger, body: Body) -> None:
    arms = [_arm(passenger, body, side) for side in (-1, 1)]
    if passenger.away:
        _draw_arms(canvas, passenger, body, arms)
        legs.draw_legs(canvas, passenger, body)
        torso.draw_torso(canvas, passenger, body)
        head.draw_head(canvas, passenger, body)
        hair.draw_hair_over_back(canvas, passenger, body)
        if "backpack" in passenger.worn:
            bags.draw_pack_on_back(canvas, passenger, body)
        bags.draw_worn_bag(canvas, passenger, body)
        return
    if "backpack" in passenger.worn:
        bags.draw_pack_behind(canvas, passenger, body)
    hair.draw_behind(canvas, passenger, body)
    legs.draw_legs(canvas, passenger, body)
    torso.draw_torso(canvas, passenger, body)
    if "backpack" in passenger.worn:
        bags.draw_pack_straps(canvas, passenger, body)
    head.draw_head(canvas, passenger, body)
    bags.draw_worn_bag(canvas, passenger, body)
    _draw_arms(canvas, passenger, body, arms)


def _draw_arms(
    canvas: Canvas, passenger: Passenger, body: Body, arms: list[tuple[Point, Point, Point]]
) -> None:
    left, right = passenger.grips
    if left and left == right:
        held_items.draw_before_body(canvas, passenger, body, left)
    for joints in arms:
        torso.draw_arm(canvas, passenger, body, joints)
    if left and left == right:
        if left == "phone":
            held_items.draw_phone(canvas, (body.face_x * 0.5, arms[0][2][1]))
        return
    for side, item, joints in zip((-1, 1), (left, right), arms, strict=True):
        held_items.draw_held(canvas, passenger, item, joints[2], side)


def _arm(passenger: Passenger, body: Body, side: int) -> tuple[Point, Point, Point]:
    """Shoulder, elbow and hand of one arm, from what the hand does."""
    shoulder = (side * 0.92 * body.shoulder, body.shoulder_y + 0.028)
    hand = _hand(passenger, body, side)
    across, down = hand[0] - shoulder[0], hand[1] - shoulder[1]
    reach = min(math.hypot(across, down), 2 * body.arm)
    bow = FORESHORTENING * math.sqrt(body.arm**2 - (reach / 2) ** 2)
    along = np.array([across, down]) / max(math.hypot(across, down), 1e-6)
    outward = np.array([-along[1], along[0]])
    if outward[0] * side < 0:
        outward = -outward
    middle = np.add(shoulder, along * reach / 2) + outward * bow
    return shoulder, (float(middle[0]), float(middle[1])), hand


def _hand(passenger: Passenger, body: Body, side: int) -> Point:
    left, right = passenger.grips
    item = left if side < 0 else right
    middle = 0.5 * body.face_x
    if item and left == right:
        spread, level = {
            "phone": (0.025, body.chest_y + 0.03),
            "baby": (0.055, body.chest_y + 0.085),
            "parcels": (0.1, body.chest_y + 0.09),
            "parcel": (0.1, body.chest_y + 0.09),
            "delivery_box": (0.11, body.chest_y + 0.1),
        }[item]
        return middle + side * spread, level
    match item:
        case "phone":
            return middle + side * 0.045, body.chest_y
        case "cup":
            return middle + side * 0.075, body.chest_y + 0.02
        case "calling":
            return body.head[0] + side * 1.12 * body.rx, body.head[1] + 0.25 * body.ry
        case "belly":
            x, y = torso.belly_centre(passenger, body)
            return x - 0.03, y + 0.02
        case "stick":
            return side * (body.shoulder + 0.07), body.hip_y - 0.03
    sway = 0.025 * passenger.stance
    return side * (body.shoulder + 0.03 + sway), body.shoulder_y + 0.028 + 1.92 * body.arm


def _shade_volume(drawing: Image.Image) -> Image.Image:
    """Darkens a figure's rim on one side and below, as light from above does.

    Args:
      drawing: RGBA.
    """
    width = drawing.width
    small = drawing.getchannel("A").reduce(4)
    soft = small.filter(ImageFilter.BoxBlur(max(1, width // 30)))
    rim = ImageChops.offset(soft, -max(1, width // 40), 0).resize(drawing.size)
    shadow = rim.point([round(165 + 90 * value / 255) for value in range(256)])
    red, green, blue, alpha = drawing.split()
    channels = [ImageChops.multiply(channel, shadow) for channel in (red, green, blue)]
    return Image.merge("RGBA", [*channels, alpha])
