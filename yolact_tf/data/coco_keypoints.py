"""Keypoints of a COCO object: places that its mask must hold."""

from typing import Any

from yolact_tf.data.coco_fields import numbers, shown

_VISIBLE = 2
"""COCO's visibility of keypoints that are seen; 1 is of hidden ones, which lie behind others."""


def visible_keypoints(
    value: Any, box: tuple[float, float, float, float]
) -> tuple[tuple[tuple[float, float], ...], str]:
    """Those that are seen and lie inside the object's box.

    Args:
      value: [x, y, visibility, …], pixels, or None.
      box: x1, y1, x2, y2, pixels.

    Returns:
      (x, y of each; what was left out, to follow the object's name in a sentence, else "").
    """
    if value is None:
        return (), ""
    given = numbers(value)
    if given is None or len(given) % 3:
        return (
            (),
            f"has keypoints that are not x, y, visibility of each: {shown(value)}; none count.",
        )
    x1, y1, x2, y2 = box
    seen = [
        (x, y)
        for x, y, visibility in zip(given[::3], given[1::3], given[2::3], strict=True)
        if visibility == _VISIBLE
    ]
    inside = tuple((x, y) for x, y in seen if x1 <= x <= x2 and y1 <= y <= y2)
    if len(inside) == len(seen):
        return inside, ""
    return (
        inside,
        f"has {len(seen) - len(inside)} of {len(seen)} keypoints outside its box; the rest stay.",
    )
