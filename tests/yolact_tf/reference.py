"""Weights, an image and loss inputs by rule: what the golden numbers were computed from.

Every array comes from its own generator PCG64(crc32(name) ^ seed), is drawn in float64 and cast
to float32, so that two programs that share nothing but this file build the same network, the
same image and the same loss inputs.
"""

import zlib
from collections.abc import Sequence

import numpy as np

# Factor on the He standard deviation of a convolution, by part of its key (else 1).
_GAIN = {
    "lat_layers.0": 2.0,
    "lat_layers.1": 1.2,
    "lat_layers.2": 0.8,
    "pred_layers.1": 0.8,
    "pred_layers.2": 0.65,
    "downsample_layers": 0.85,
    "upfeature": 1.2,
    "proto_net": 1.2,
    "bbox_layer": 0.7,
    "conf_layer": 1.2,
}


def _rng(name: str, seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()) ^ seed))


def reference_weights(key: str, shape: Sequence[int], seed: int) -> np.ndarray:
    """The tensor that stands under `key` in the state dict: float32 of `shape` (O, I, kh, kw).

    Convolutions are He normal over fan-in times a gain, each filter less its own mean (but for
    the first layer, where I = 3), so that features differ from place to place. Batch norms have
    weights U(0.8, 1.2), the last one of a residual block U(0.1, 0.3); biases and running means
    N(0, 0.1); running variances U(0.8, 1.2). Other biases are N(0, 0.05), that of the class
    scores with 5.5 + 1.25 ln(C - 1) on the background of each of the 3 anchors.
    """
    rng, shape = _rng(key, seed), tuple(shape)
    if key.endswith("num_batches_tracked"):  # a counter, of no use in inference
        return np.zeros(shape, np.float32)
    if len(shape) == 4:
        v = rng.standard_normal(shape)
        if shape[1] > 3:
            v -= v.mean(axis=(1, 2, 3), keepdims=True)
        v *= np.sqrt(2.0 / np.prod(shape[1:]))
        v *= next((gain for part, gain in _GAIN.items() if part in key), 1.0)
    elif key.endswith("running_mean"):
        v = rng.normal(0.0, 0.1, shape)
    elif key.endswith("running_var"):
        v = rng.uniform(0.8, 1.2, shape)
    elif key.endswith("weight"):
        last = key.endswith(("bn3.weight", "conv2.1.weight"))
        v = rng.uniform(0.1, 0.3, shape) if last else rng.uniform(0.8, 1.2, shape)
    else:
        v = rng.normal(0.0, 0.1 if key.startswith("backbone.") else 0.05, shape)
        if "conf_layer" in key:
            v.reshape(3, -1)[:, 0] += 5.5 + 1.25 * np.log(shape[0] // 3 - 1)
    return v.astype(np.float32)


def _spread(grid: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear enlargement of an integer (n, n, 3) grid, in integers: exact anywhere."""

    def axis(size: int) -> tuple[np.ndarray, np.ndarray]:
        t = np.arange(size) * (len(grid) - 1) * 64 // size
        return t // 64, t % 64

    (i, f), (j, g) = axis(height), axis(width)
    f, g = f[:, None, None], g[None, :, None]
    top = grid[i][:, j] * (64 - g) + grid[i][:, j + 1] * g
    low = grid[i + 1][:, j] * (64 - g) + grid[i + 1][:, j + 1] * g
    return (top * (64 - f) + low * f) >> 12


def reference_image(seed: int, height: int = 550, width: int = 550) -> np.ndarray:
    """uint8 RGB image (height, width, 3): coarse and finer colour blobs plus a little noise."""
    rng = _rng("image", seed)
    coarse, fine = rng.integers(0, 256, (8, 8, 3)), rng.integers(0, 256, (30, 30, 3))
    v = (6 * _spread(coarse, height, width) + 4 * _spread(fine, height, width)) // 10
    v = (v + rng.integers(-20, 21, (height, width, 3)) - 128) * 3 // 2 + 128
    return np.clip(v, 0, 255).astype(np.uint8)


def reference_input(image: np.ndarray, backbone: str) -> np.ndarray:
    """The network's input (H, W, 3) float32, RGB, for an image that needs no resizing."""
    v = image.astype(np.float32)
    if backbone.startswith("darknet"):
        return v / np.float32(255)
    mean, std = (123.68, 116.78, 103.94), (58.40, 57.12, 57.38)
    return (v - np.array(mean, np.float32)) / np.array(std, np.float32)


def reference_predictions(
    seed: int,
    batch: int,
    num_priors: int,
    num_classes: int = 81,
    coefficients: int = 32,
    proto: int = 138,
    segm: int = 69,
) -> dict[str, np.ndarray]:
    """Stand-ins for the raw outputs, as the losses take them (conf and segm are logits)."""

    def normal(name: str, *shape: int) -> np.ndarray:
        return _rng("predictions." + name, seed).standard_normal((batch, *shape))

    conf = 1.5 * normal("conf", num_priors, num_classes)
    conf[..., 0] += 2.0
    out = {
        "loc": 0.5 * normal("loc", num_priors, 4),
        "conf": conf,
        "mask": np.tanh(normal("mask", num_priors, coefficients)),
        "proto": np.maximum(normal("proto", proto, proto, coefficients), 0.0),
        "segm": normal("segm", segm, segm, num_classes - 1),
    }
    return {name: v.astype(np.float32) for name, v in out.items()}


# Four images' objects: x1, y1, x2, y2 as fractions of the side, class 0 … 79 (-1: crowd, last).
GROUND_TRUTH: tuple[tuple[tuple[float, float, float, float, int], ...], ...] = (
    (
        (0.3885, 0.0542, 0.8049, 0.6480, 0),
        (0.2275, 0.6279, 0.7727, 0.9729, 0),
        (0.7828, 0.3235, 0.9778, 0.5703, 24),
        (0.6337, 0.4677, 0.6844, 0.5080, 16),
        (0.0111, 0.6013, 0.3017, 0.9929, -1),
    ),
    (
        (0.4652, 0.5423, 0.5797, 0.6812, 56),
        (0.6143, 0.7296, 0.6189, 0.7334, 7),
        (0.4655, 0.5531, 0.5712, 0.6920, 57),
        (0.1833, 0.0570, 0.3983, 0.3328, 2),
    ),
    (
        (0.0415, 0.0220, 0.9942, 0.9754, 79),
        (0.3594, 0.7071, 0.4129, 0.7508, 32),
    ),
    (
        (0.1013, 0.2027, 0.6019, 0.7013, -1),
        (0.5511, 0.1519, 0.9523, 0.6541, -1),
    ),
)


def reference_mask(box: Sequence[float], size: int = 550) -> np.ndarray:
    """The object's mask: the ellipse inscribed in `box`, float32 0/1 of (size, size)."""
    x1, y1, x2, y2 = box[:4]
    c = (np.arange(size) + 0.5) / size
    u, v = (2 * c - x1 - x2) / (x2 - x1), (2 * c - y1 - y2) / (y2 - y1)
    return (u[None, :] ** 2 + v[:, None] ** 2 <= 1.0).astype(np.float32)
