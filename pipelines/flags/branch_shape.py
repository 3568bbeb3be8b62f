"""Flags of a branch's shape: fixed, or to be chosen from several by a search."""

from typing import Any

from absl import flags

from graftnet_tf.branch.branch import vector_length
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.blocks import LAST
from graftnet_tf.pooling import POOLINGS

_DEFAULT = BranchConfig()
_AUTO = "auto"
_GRAFT_POINTS = range(3, LAST)  # earlier ones have features of half as many bytes again

GRAFT_AFTER = flags.DEFINE_string(
    "graft_after",
    str(_DEFAULT.graft_after),
    "Last trunk block that stays frozen and shared: 0 to 9. Several (4,5,6), or auto for all from "
    "3: the best by successive halving.",
)
LAST_BLOCK = flags.DEFINE_string(
    "last_block",
    None,
    "Last block of the branch: 1 to 10; the trunk's by default. Several (7,8): the best one.",
)
POOLING = flags.DEFINE_string(
    "pooling",
    _DEFAULT.pooling,
    f"Pooling: {', '.join(POOLINGS)}. Several, or auto for all: the best one.",
)
REDUCTION = flags.DEFINE_integer(
    "reduction",
    _DEFAULT.reduction,
    "Channels of a learnt 1x1 convolution before the pooling; 0 for none.",
    lower_bound=0,
)
SEARCH_COST = flags.DEFINE_float(
    "search_cost",
    SearchConfig.cost,
    "Where a shape is chosen: most multiply-adds that this takes, as a multiple of those of "
    "training the most expensive shape.",
    lower_bound=0.0,
)


def fields() -> dict[str, Any]:
    """Fields of a `BranchConfig`; with a search, those of one of its shapes."""
    last_blocks = _last_blocks()
    return {
        "graft_after": min(_graft_points()),
        "last_block": max(last_blocks) if last_blocks else None,
        "pooling": _poolings()[0],
        "reduction": REDUCTION.value,
    }


def search() -> SearchConfig | None:
    """What to choose from; None where the flags name one shape."""
    if _AUTO not in (GRAFT_AFTER.value, POOLING.value) and not any(
        "," in (value or "") for value in (GRAFT_AFTER.value, LAST_BLOCK.value, POOLING.value)
    ):
        return None
    return SearchConfig(_graft_points(), _last_blocks(), _poolings(), SEARCH_COST.value)


def _graft_points() -> tuple[int, ...]:
    if GRAFT_AFTER.value == _AUTO:
        return tuple(_GRAFT_POINTS)
    return tuple(map(int, GRAFT_AFTER.value.split(",")))


def _last_blocks() -> tuple[int, ...]:
    return tuple(map(int, LAST_BLOCK.value.split(","))) if LAST_BLOCK.value else ()


def _poolings() -> tuple[str, ...]:
    """Those named; for auto all whose vectors are not too long."""
    if POOLING.value != _AUTO:
        return tuple(POOLING.value.split(","))
    return tuple(name for name in POOLINGS if _fits(name))


def _fits(pooling: str) -> bool:
    try:
        vector_length(max(_last_blocks(), default=LAST), pooling, REDUCTION.value)
    except GraftNetError:
        return False
    return True


def _require(flag: flags.FlagHolder, possible: list[str], *, auto: bool) -> None:
    """Refuses other values than possible ones, with commas between."""

    def check(value: str | None) -> bool:
        wrong = [] if value is None else [one for one in value.split(",") if one not in possible]
        if wrong and not (auto and value == _AUTO):
            raise flags.ValidationError(
                f"{', '.join(map(repr, wrong))} given; expected {', '.join(possible)}, several "
                f"with commas between{', or auto' if auto else ''}."
            )
        return True

    flags.register_validator(flag.name, check)


_require(GRAFT_AFTER, [str(block) for block in range(LAST)], auto=True)
_require(LAST_BLOCK, [str(block) for block in range(1, LAST + 1)], auto=False)
_require(POOLING, list(POOLINGS), auto=True)


@flags.multi_flags_validator(
    ["graft_after", "last_block"], message="--graft_after must be less than --last_block."
)
def _shape(_: dict) -> bool:
    last_block = max(_last_blocks(), default=LAST)
    if GRAFT_AFTER.value == _AUTO:
        return min(_GRAFT_POINTS) < last_block
    return max(_graft_points()) < last_block
