"""What a search will cost, known before it begins."""

import dataclasses
from collections.abc import Sequence

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.branch.shape_search.successive_halving import round_sizes, round_steps
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.flops import BACKWARD, BlockCosts

_CACHED_BYTES = 2  # features are kept as float16


@dataclasses.dataclass(frozen=True)
class Images:
    """How many images a search learns from and judges by; full training learns from both."""

    fitted: int
    judged: int


@dataclasses.dataclass(frozen=True)
class Plan:
    """The rounds of a search, and an upper bound of what they take.

    Multiply-adds are those of convolutions; a backward pass counts as two forward ones.

    Attributes:
      sizes: Shapes that each round starts with.
      steps: Steps that a shape has behind it at the end of each round.
      training_steps: Training steps of all rounds and shapes together.
      feature_multiply_adds: Multiply-adds of the features that all shapes start from.
      multiply_adds: Multiply-adds of the whole search, features included.
      full_multiply_adds: Multiply-adds of training the most expensive shape in full instead.
      cache_bytes: Disk that the features take.
    """

    sizes: list[int]
    steps: list[int]
    training_steps: int
    feature_multiply_adds: int
    multiply_adds: int
    full_multiply_adds: int
    cache_bytes: int

    def __str__(self) -> str:
        searched, features, full = (
            f"{1e-12 * count:.2f} T"
            for count in (self.multiply_adds, self.feature_multiply_adds, self.full_multiply_adds)
        )
        return (
            f"{self.sizes[0]} shapes in {len(self.sizes)} rounds of {self.steps} steps, "
            f"{self.training_steps} steps in all; at most {searched} multiply-adds, {features} of "
            f"them for features, where training the most expensive shape takes {full}; "
            f"{1e-6 * self.cache_bytes:.0f} MB of features on disk"
        )


def plan(
    shapes: Sequence[Shape],
    config: BranchConfig,
    images: Images,
    costs: BlockCosts,
    limit: float,
) -> Plan:
    """The longest rounds that cost no more than allowed; none longer than full training.

    Args:
      shapes: Shapes to choose from, at least two.
      config: Config of the branch, whatever its shape.
      images: Numbers of them.
      costs: Costs of the trunk's blocks.
      limit: Most multiply-adds, as a multiple of those of training the most expensive shape.

    Raises:
      GraftNetError: the configuration has too few steps for the rounds, or the limit is
        too low for one step in the first.
    """
    sizes = round_sizes(len(shapes))
    doublings = 1 << (len(sizes) - 1)
    if config.decided_steps < doublings:
        raise GraftNetError(
            f"{len(shapes)} shapes need {len(sizes)} rounds of doubling length, so at least "
            f"{doublings} training steps; {config.decided_steps} given."
        )
    full = max(_full(shape, config, images, costs) for shape in shapes)
    tap = min(shape.graft_after for shape in shapes)
    cached = _cached(images.fitted, config) + (images.judged if config.views else 0)
    features = cached * costs.forward(0, tap)
    work = [_Work.of(shape, tap, config, costs) for shape in shapes]
    scored = sorted((one.scored for one in work), reverse=True)
    trained = sorted((one.trained for one in work), reverse=True)
    starts = images.fitted * sum(scored)
    judging = images.judged * sum(sum(scored[:size]) for size in sizes)
    fixed = features + starts + judging
    added = [1, *round_steps(len(shapes), 1)[:-1]]  # by each round, in steps of the first
    rounds = list(zip(added, sizes, strict=True))
    for_each = config.batch * sum(times * sum(trained[:size]) for times, size in rounds)
    first = min(config.decided_steps // doublings, int(limit * full - fixed) // for_each)
    if first < 1:
        raise GraftNetError(
            f"Choosing among {len(shapes)} shapes takes at least "
            f"{(fixed + for_each) / full:.2f} times the multiply-adds of training the most "
            f"expensive of them; {limit:g} times are allowed. Allow more, or name fewer shapes."
        )
    return Plan(
        sizes=sizes,
        steps=round_steps(len(shapes), first),
        training_steps=first * sum(times * size for times, size in rounds),
        feature_multiply_adds=features,
        multiply_adds=fixed + first * for_each,
        full_multiply_adds=full,
        cache_bytes=_CACHED_BYTES * cached * int(costs.values[tap]),
    )


@dataclasses.dataclass(frozen=True)
class _Work:
    """Multiply-adds of one image in a branch: to score it, and in one training step."""

    scored: int
    trained: int

    @classmethod
    def of(cls, shape: Shape, tap: int, config: BranchConfig, costs: BlockCosts) -> "_Work":
        """On features at block `tap`; without a cache they are computed each time."""
        first = tap + 1 if config.views else 0
        read = costs.forward(first, shape.graft_after)
        own = shape.multiply_adds(costs)
        return cls(read + own, read + (1 + BACKWARD) * own)


def _full(shape: Shape, config: BranchConfig, images: Images, costs: BlockCosts) -> int:
    """Of training in full: features, the classifier's start, the steps."""
    work = _Work.of(shape, shape.graft_after, config, costs)
    learnt = images.fitted + images.judged
    features = _cached(learnt, config) * costs.forward(0, shape.graft_after)
    return features + learnt * work.scored + config.decided_steps * config.batch * work.trained


def _cached(learnt: int, config: BranchConfig) -> int:
    """Most features that are cached for so many images: plain ones and the views drawn."""
    if not config.views:
        return 0
    return learnt + min(learnt * config.views, config.decided_steps * config.batch)
