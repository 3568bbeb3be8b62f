"""A label added where the others are known: what it costs, and what becomes of those.

    python -m tests.benchmarks.evidence grow …

Three ways from the same joint network: `replay` goes on with the photos of all labels;
`new_photos` has those of the new label alone; `lwf` too, and holds the other logits by
distillation (Li and Hoiem 2016, "Learning without Forgetting", equation 2 with binary outputs,
temperature 2). The fourth is GraftNet's: a `branch` on a trunk that was trained on the others.
"""

import dataclasses
import time
from typing import Any

import numpy as np
import tensorflow as tf

from tests.benchmarks.evidence.contenders import joint
from tests.benchmarks.evidence.grafting import Grafted
from tests.benchmarks.evidence.networks import Network
from tests.benchmarks.evidence.photos import UNKNOWN, Photos
from tests.benchmarks.evidence.search import Scores, search
from tests.benchmarks.evidence.setting import Setting

REPLAY, NEW_PHOTOS, LWF = "replay", "new_photos", "lwf"
JOINT_WAYS = (REPLAY, NEW_PHOTOS, LWF)
BRANCH = "branch"
WAYS = (BRANCH, *JOINT_WAYS)
BEFORE, BEFORE_BRANCH = "before", "before_branch"
LEARNING_RATES = (5e-5, 2e-4)
LENGTH = 50
_TEMPERATURE = 2.0


def result(name: str) -> str:
    """Name in `Results` of a way, or of the scores before."""
    return f"grown_{name}"


@dataclasses.dataclass(frozen=True)
class Base:
    """A joint network that was trained without one label.

    Attributes:
      network: Its logit of the new label was never trained.
      recipe: Recipe of `contenders.joint`.
      column: Which label is new.
      scores: Scores before the label was added.
    """

    network: Network
    recipe: dict[str, Any]
    column: int
    scores: Scores


def make_base(setting: Setting, recipe: dict[str, Any], length: int, column: int) -> Base:
    """Trains the joint network on all labels but one."""
    network = joint.make(setting, recipe)
    others = _only(setting.division.train, [c for c in range(len(setting.names)) if c != column])
    network.start_head(others)
    started = time.process_time()
    network.train(others, steps=length, learning_rate=recipe["learning_rate"], seed=setting.seed)
    scores = joint.scores(setting, network, time.process_time() - started)
    return Base(network, recipe, column, scores)


def add_label(setting: Setting, base: Base, way: str) -> tuple[dict[str, Any], int, Scores, Any]:
    """Adds the label in one way; rate and length by the validation AUC of the new label alone.

    Returns:
      (recipe, length, scores, trials) as `search` does.
    """
    photos = setting.division.train
    if way != REPLAY:
        photos = _only(photos, [base.column])

    def train(recipe: dict[str, Any], length: int) -> Scores:
        started = time.process_time()
        network = joint.make(setting, base.recipe)
        for variable, value in zip(network.variables, base.network.variables, strict=True):
            variable.assign(value)
        network.start_head(_only(setting.division.train, [base.column]))
        network.train(
            photos,
            steps=length,
            learning_rate=recipe["learning_rate"],
            seed=setting.seed + 1,
            further_loss=_distillation(base) if way == LWF else None,
        )
        return joint.scores(setting, network, time.process_time() - started)

    validation = _only(setting.division.validation, [base.column])
    recipes = [{"learning_rate": rate} for rate in LEARNING_RATES]
    return search(train, recipes, LENGTH, validation)


def add_branch(
    setting: Setting, branch: dict[str, Any], trunk_steps: int, column: int
) -> tuple[Scores, Scores]:
    """(Scores before, scores after) a label is added to a trunk and branches of the others.

    Args:
      setting: Setting.
      branch, trunk_steps: Recipe and length of `contenders.dynamic_trunk`.
      column: Which label is new.
    """
    others = [name for name in setting.names if name != setting.names[column]]
    grafted = Grafted(setting, branch, trunk_steps, others, f"without-{setting.names[column]}")
    return grafted.train(others), grafted.train([setting.names[column]])


def _distillation(base: Base) -> Any:
    """Cross-entropy to the old network's softened answers, over all labels but the new one."""
    length = base.network.head.units
    old = tf.constant([column != base.column for column in range(length)], tf.float32)

    def loss(augmented: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        before = tf.stop_gradient(base.network.training_logits(augmented))
        losses = tf.nn.sigmoid_cross_entropy_with_logits(
            tf.sigmoid(before / _TEMPERATURE), logits / _TEMPERATURE
        )
        return _TEMPERATURE**2 * tf.reduce_mean(tf.reduce_sum(old * losses, axis=1))

    return loss


def _only(photos: Photos, columns: list[int]) -> Photos:
    """The photos that are labelled for some columns, with those labels alone."""
    labels = np.full_like(photos.labels, UNKNOWN)
    labels[:, columns] = photos.labels[:, columns]
    return photos.labelled(labels).subset((labels != UNKNOWN).any(axis=1))
