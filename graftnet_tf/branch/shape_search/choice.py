"""Choosing a branch's shape on images that its own validation never sees."""

import dataclasses
from collections.abc import Callable
from typing import Any

from absl import logging

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.plan import Images, plan
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.branch.shape_search.successive_halving import halve
from graftnet_tf.branch.shape_search.trials import Trials
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features.graft_features import GraftFeatures
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.trunk.trunk import Trunk


@dataclasses.dataclass(frozen=True)
class Choice:
    """What a search chose.

    Attributes:
      shape: Shape of the branch.
      record: Record for the branch's manifest: the plan, the numbers of images, and every shape
        with its rounds and the round it was dropped in; None where there was but one shape.
    """

    shape: Shape
    record: dict[str, Any] | None = None


def choose_shape(
    search: SearchConfig,
    config: BranchConfig,
    trunk: Trunk,
    examples: LabelledRows,
    *,
    features_of: Callable[[BranchConfig], GraftFeatures],
    directory: str,
) -> Choice:
    """Chooses a branch's shape by successive halving (Jamieson and Talwalkar 2016).

    All shapes are trained for a few steps, the half with the better AUC goes on to
    twice as many steps, until one is left; of equal ones those with fewer multiply-adds
    go on. They learn at a constant rate from one part of the examples and are judged by
    another. The features at the first graft point serve all of them.

    What a branch's thresholds and validation AUC are taken from is not among the
    examples: having been picked as the best of many would flatter the latter.

    Args:
      search: What to try.
      config: Config of the branch, whatever its shape.
      trunk: Trunk to graft on.
      examples: Those that the branch will learn from.
      features_of: Opens the features at a configuration's graft point.
      directory: Directory of this search alone; a killed search goes on from there.

    Raises:
      GraftNetError: a shape cannot be, a class has too few groups of images to be on
        both sides, the steps are too few, or the limit of the cost is too low.
    """
    size = trunk.preprocessing.height, trunk.preprocessing.width
    costs = BlockCosts.of(*size, trunk.backbone)
    shapes = sorted(
        search.shapes(config, trunk.last_block, trunk.backbone),
        key=lambda shape: shape.multiply_adds(costs),
    )
    trunk.check_reaches(max(shape.last_block for shape in shapes))
    if len(shapes) == 1:
        return Choice(shapes[0])
    fitted, judged = _split(examples, search.validation, config)
    images = Images(len(fitted.rows), len(judged.rows))
    planned = plan(shapes, config, images, costs, search.cost)
    logging.info("Choosing a shape for %s: %s.", examples.task.name, planned)
    first = min(shapes, key=lambda shape: shape.graft_after)
    trials = Trials(
        directory,
        trunk,
        features_of(first.given_to(config)),
        first.graft_after,
        config,
        fitted,
        judged,
    )
    best = halve(shapes, planned.steps[0], trials.judge, trials.drop)
    trials.drop(best)
    logging.info("Chose graft_after %d, last_block %d, %s.", *dataclasses.astuple(best))
    tried = [
        {
            **dataclasses.asdict(shape),
            "rounds": [dataclasses.asdict(trial) for trial in trials.of(shape)],
            "dropped_in_round": None if shape == best else len(trials.of(shape)),
        }
        for shape in shapes
    ]
    record = {
        "plan": dataclasses.asdict(planned),
        "images": dataclasses.asdict(images),
        "tried": tried,
    }
    return Choice(best, record)


def _split(
    examples: LabelledRows, fraction: float, config: BranchConfig
) -> tuple[LabelledRows, LabelledRows]:
    try:
        return examples.split(fraction, config.seed, config.validation_sample)
    except GraftNetError as error:
        raise GraftNetError(
            f"{error} Choosing a shape needs yet another to judge by; name one shape instead."
        ) from None
