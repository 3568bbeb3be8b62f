"""Temperature scaling: one number that makes a branch's scores more like probabilities.

Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
"""

import dataclasses

import numpy as np
import tensorflow as tf
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.model_selection import GroupKFold

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Task

NEUTRAL = 1.0
FOLDS = 5
FEWEST_GROUPS = 30
_BOUNDS = (0.5, 10.0)  # below, scores near 1 would become one and the same in float32


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A temperature, and what it does to the validation part.

    Attributes:
      temperature: To divide logits by: `fitted` where that helps, else 1.
      fitted: Temperature of the least negative log-likelihood on all of the part; None where it
        has too few groups to tell whether it helps.
      nll: Mean negative log-likelihood of the part, in nats, without a temperature.
      nll_cross_fitted: The same, of each fold with the temperature of the others; None as above.
    """

    temperature: float
    fitted: float | None
    nll: float
    nll_cross_fitted: float | None


def tempered(logits: tf.Tensor, temperature: float) -> tf.Tensor:
    """float32 [N, classes] to probabilities; of temperature 1, the plain softmax."""
    return tf.nn.softmax(logits if temperature == NEUTRAL else logits / temperature)


def fit_temperature(
    task: Task, labels: np.ndarray, logits: np.ndarray, groups: np.ndarray
) -> Calibration:
    """The temperature of least negative log-likelihood, where it helps on other groups too.

    It helps where the negative log-likelihood falls when each of `FOLDS` folds of groups is scored
    with the temperature of the others. With fewer than `FEWEST_GROUPS` groups there is none.
    A temperature changes no order of two-class scores, so that AUC stays; with more classes it may.

    Args:
      task: What is scored, for messages.
      labels: int [N], class indices.
      logits: float32 [N, classes].
      groups: int [N], equal for what must be in one fold.

    Raises:
      GraftNetError: a logit is NaN or infinite.
    """
    if broken := int(np.sum(~np.isfinite(logits).all(axis=1))):
        raise GraftNetError(
            f"The branch of {task.name} gives no finite number for {broken} of {len(logits)} "
            "validation images: its training has diverged. Train it with a lower --learning_rate."
        )
    logits = logits.astype(np.float64)
    nll = _nll(labels, logits, NEUTRAL)
    if len(np.unique(groups)) < FEWEST_GROUPS:
        return Calibration(NEUTRAL, None, nll, None)
    folds = GroupKFold(FOLDS).split(logits, labels, groups)
    parts = [
        len(left) * _nll(labels[left], logits[left], _best(labels[others], logits[others]))
        for others, left in folds
    ]
    cross_fitted = sum(parts) / len(labels)
    fitted = _best(labels, logits)
    return Calibration(fitted if cross_fitted < nll else NEUTRAL, fitted, nll, cross_fitted)


def _best(labels: np.ndarray, logits: np.ndarray) -> float:
    found = minimize_scalar(
        lambda log: _nll(labels, logits, np.exp(log)), bounds=np.log(_BOUNDS), method="bounded"
    )
    return float(np.exp(found.x))


def _nll(labels: np.ndarray, logits: np.ndarray, temperature: float) -> float:
    logs = log_softmax(logits / temperature, axis=1)
    return float(-logs[np.arange(len(labels)), labels].mean())
