"""The anchors that detections are offsets from."""

import numpy as np

from yolact_tf.config import YolactConfig

_FIRST_STRIDE = 8


def feature_sizes(config: YolactConfig) -> tuple[int, ...]:
    """Sides of P3 … P7 in cells: each level halves the one before, rounding up."""
    sizes = [-(-config.size // _FIRST_STRIDE)]
    while len(sizes) < len(config.scales):
        sizes.append(-(-sizes[-1] // 2))
    return tuple(sizes)


def make_priors(config: YolactConfig) -> np.ndarray:
    """Lays the anchors out: level by level, row by row, then by aspect ratio.

    Returns:
      float32 [P, 4], centre x, centre y, width, height as fractions of the input's side;
      computed in float64 and rounded once.
    """
    return np.concatenate(
        [
            _level(cells, scale / config.size, config)
            for cells, scale in zip(feature_sizes(config), config.scales, strict=True)
        ]
    ).astype(np.float32)


def _level(cells: int, scale: float, config: YolactConfig) -> np.ndarray:
    roots = np.sqrt(np.array(config.aspect_ratios))
    centres = (np.arange(cells) + 0.5) / cells
    widths = scale * roots
    heights = widths if config.square_anchors else scale / roots
    y, x, width = np.meshgrid(centres, centres, widths, indexing="ij")
    height = np.broadcast_to(heights, width.shape)
    return np.stack([x, y, width, height], axis=-1).reshape(-1, 4)
