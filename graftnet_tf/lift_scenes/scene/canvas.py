"""A canvas in body units: shapes are placed through a posture and drawn by Pillow."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from graftnet_tf.lift_scenes.people.palette import Colour, shade

Point = tuple[float, float]
Posture = Callable[[np.ndarray], np.ndarray]

SUPERSAMPLING = 2
LEFT, RIGHT, TOP, BOTTOM = -0.36, 0.36, -0.08, 1.04
EDGE = 0.005
EDGE_SHADE = 0.68

_CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 25)[:-1]), np.sin(np.linspace(0, 2 * np.pi, 25)[:-1])], 1
)


class Canvas:
    """Draws one figure; x is 0 at the body's axis, y is 0 at the crown and 1 at the soles."""

    def __init__(self, height: int, posture: Posture, reach: float = 1.0):
        """Opens an empty canvas.

        Args:
          height: Height of the figure in the finished image, crown to soles, in pixels.
          posture: Maps float64 [K, 2] body points to where the posture puts them.
          reach: Factor on the canvas's width, for figures that are wide for their height.
        """
        self._scale = height * SUPERSAMPLING
        self._origin = np.array([LEFT * reach, TOP])
        self._posture = posture
        size = np.array([(RIGHT - LEFT) * reach, BOTTOM - TOP]) * height
        self._size = (int(np.ceil(size[0])), int(np.ceil(size[1])))
        width, tall = self._size
        self._image = Image.new("RGBA", (width * SUPERSAMPLING, tall * SUPERSAMPLING))
        self._draw = ImageDraw.Draw(self._image)

    @property
    def sole(self) -> Point:
        """Where the point between the soles is in the finished image, (x, y) in pixels."""
        x, y = (np.array([0.0, 1.0]) - self._origin) * self._scale / SUPERSAMPLING
        return float(x), float(y)

    def finish(self) -> Image.Image:
        """The antialiased drawing, RGBA."""
        return self._image.reduce(SUPERSAMPLING)

    def polygon(
        self, points: Sequence[Point] | np.ndarray, colour: Colour, *, edge: bool = True
    ) -> None:
        """A filled polygon, by default with a darker edge that sets it off."""
        pixels = self._place(np.asarray(points, np.float64))
        self._draw.polygon(pixels, fill=colour)
        if edge:
            width = max(1, round(EDGE * self._scale))
            self._draw.line(pixels + pixels[:2], fill=shade(colour, EDGE_SHADE), width=width)

    def smooth(
        self, points: Sequence[Point] | np.ndarray, colour: Colour, *, edge: bool = True
    ) -> None:
        """A polygon whose corners are cut twice (Chaikin), so that it looks round."""
        corners = np.asarray(points, np.float64)
        for _ in range(2):
            following = np.roll(corners, -1, axis=0)
            corners = np.stack(
                [0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1
            ).reshape(-1, 2)
        self.polygon(corners, colour, edge=edge)

    def symmetric(self, half: Sequence[Point], colour: Colour, *, edge: bool = True) -> None:
        """A smooth shape from its right half's outline, top to bottom."""
        right = list(half)
        self.smooth(right + [(-x, y) for x, y in reversed(right)], colour, edge=edge)

    def ellipse(
        self, centre: Point, rx: float, ry: float, colour: Colour, *, edge: bool = True
    ) -> None:
        self.polygon(_CIRCLE * [rx, ry] + centre, colour, edge=edge)

    def box(
        self, centre: Point, rx: float, ry: float, colour: Colour, *, edge: bool = True
    ) -> None:
        """An upright rectangle of half sides `rx` and `ry`."""
        x, y = centre
        corners = [(x - rx, y - ry), (x + rx, y - ry), (x + rx, y + ry), (x - rx, y + ry)]
        self.polygon(corners, colour, edge=edge)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        pixels = self._place(np.asarray(points, np.float64))
        self._draw.line(
            pixels, fill=colour, width=max(1, round(width * self._scale)), joint="curve"
        )

    def limb(self, joints: Sequence[Point], radii: Sequence[float], colour: Colour) -> None:
        """A tapering tube through `joints`, round at its joints; edged as one shape."""
        for grow, tint in ((EDGE / 2, shade(colour, EDGE_SHADE)), (-EDGE / 2, colour)):
            for joint, radius in zip(joints, radii, strict=True):
                self.ellipse(joint, radius + grow, radius + grow, tint, edge=False)
            for start, end, first, last in zip(joints, joints[1:], radii, radii[1:], strict=False):
                along = np.subtract(end, start)
                across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
                corners = [
                    start + across * (first + grow),
                    end + across * (last + grow),
                    end - across * (last + grow),
                    start - across * (first + grow),
                ]
                self.polygon(np.array(corners), tint, edge=False)

    def _place(self, points: np.ndarray) -> list[float]:
        return ((self._posture(points) - self._origin) * self._scale).ravel().tolist()
