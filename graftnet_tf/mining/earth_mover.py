"""The earth mover's distance between two sets of images, and their similarity."""

import math
import warnings

import numpy as np
import ot

from graftnet_tf.errors import GraftNetError
from graftnet_tf.mining.points import WeightedPoints

GAMMA = 0.01  # of Cui et al. and of the paper
ITERATIONS = 10_000_000  # POT's own limit of 100,000 is met at a thousand points a side
_OPTIMAL = 1  # POT's result code


def earth_movers_distance(
    one: WeightedPoints, other: WeightedPoints, *, of: str, iterations: int = ITERATIONS
) -> float:
    """Least cost of carrying one set onto the other (Cui et al. 2018, eq. 2).

    d = Σ f_ij ‖x_i - y_j‖ / Σ f_ij, f the optimal flow. The ground distance is Euclidean,
    not squared; weights sum to 1 on both sides, so everything is carried.

    Args:
      one, other: What is compared.
      of: What they are, for the error.
      iterations: Iterations of the network simplex at most.

    Returns:
      The distance, in the units of the vectors.

    Raises:
      GraftNetError: the solver did not reach the optimum, naming `of`.
    """
    costs = ot.dist(
        one.points.astype(np.float64), other.points.astype(np.float64), metric="euclidean"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # says what the result code says
        distance, log = ot.emd2(one.weights, other.weights, costs, numItermax=iterations, log=True)
    if log["result_code"] != _OPTIMAL or not math.isfinite(distance):
        raise GraftNetError(
            f"The earth mover's distance of {of} was not found within {iterations:,} iterations "
            f"on {len(one.points)} × {len(other.points)} points ({log['warning']}). Take fewer "
            "points of clusters and positives, or allow more iterations."
        )
    return float(distance)


def similarity(distance: float, gamma: float = GAMMA) -> float:
    """exp(-γ d), in 0…1 (Cui et al. 2018, eq. 3)."""
    return math.exp(-gamma * distance)
