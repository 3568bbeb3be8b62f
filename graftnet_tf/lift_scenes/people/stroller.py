"""A stroller, in two layers: the baby is drawn between them."""

import numpy as np

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.palette import shade
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Canvas


def draw_stroller_behind(canvas: Canvas, passenger: Passenger) -> None:
    """Seat, frame and hood of a stroller: the baby sits before them."""
    arc = [(0.3 * np.cos(a), 0.34 - 0.36 * np.sin(a)) for a in np.linspace(0.0, np.pi, 11)]
    canvas.polygon(arc, shade(passenger.bag_colour, 0.85))
    canvas.box((0, 0.5), 0.27, 0.24, shade(passenger.bag_colour, 0.6))


def draw_stroller_before(canvas: Canvas, passenger: Passenger) -> None:
    colour = passenger.bag_colour
    canvas.smooth([(-0.3, 0.56), (0.3, 0.56), (0.28, 0.84), (-0.28, 0.84)], colour)
    canvas.line([(-0.31, 0.56), (0.31, 0.56)], 0.04, palette.BLACK)
    for side in (-1, 1):
        canvas.line([(side * 0.28, 0.4), (side * 0.26, 0.92)], 0.025, palette.METAL)
        canvas.ellipse((side * 0.25, 0.91), 0.07, 0.085, palette.BLACK)
        canvas.ellipse((side * 0.25, 0.91), 0.03, 0.04, palette.SILVER, edge=False)
