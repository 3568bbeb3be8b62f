"""COCO's uncompressed run-length encoding of masks."""

import numpy as np


def encode(mask: np.ndarray) -> dict[str, list[int]]:
    """bool [H, W] to COCO's {"size": [H, W], "counts": runs}.

    Runs go down the columns and alternate between background and mask, background first.
    """
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate([[0], changes, [flat.size]])).tolist()
    return {"size": list(mask.shape), "counts": [0, *counts] if flat[0] else counts}


def decode(encoded: dict[str, list[int]]) -> np.ndarray:
    """The mask, bool [H, W], of an encoding by `encode`."""
    counts = encoded["counts"]
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape(encoded["size"], order="F")
