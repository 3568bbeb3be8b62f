"""Ways to weigh candidates: float64 [N] of each, in proportion to which it is drawn."""

from collections.abc import Callable

import numpy as np

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.strategies.diverse import diverse
from graftnet_tf.active_learning.strategies.hard_negatives import hard_negatives
from graftnet_tf.active_learning.strategies.seeds import seeds
from graftnet_tf.active_learning.strategies.uncertain import uncertain
from graftnet_tf.active_learning.strategies.uniform import uniform

UNIFORM = "random"
STRATEGIES: dict[str, Callable[[Candidates, np.ndarray], np.ndarray]] = {
    "seeds": seeds,
    "uncertain": uncertain,
    "hard_negatives": hard_negatives,
    "diverse": diverse,
    UNIFORM: uniform,
}
"""By name: called with candidates and the int [N] number of the cluster that each is in."""

NEED_SCORES = ("uncertain", "hard_negatives")
NEED_SEEDS = ("seeds",)
