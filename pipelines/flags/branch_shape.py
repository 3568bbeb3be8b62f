"""Flags of a branch's shape: fixed, or to be chosen from several by a search."""

from typing import Any

from absl import flags

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.models.backbones import BACKBONES
from graftnet_tf.pooling import POOLINGS

_DEFAULT = BranchConfig()
_AUTO = "auto"
_MOST = max(backbone.last for backbone in BACKBONES.values())

GRAFT_AFTER = flags.DEFINE_string(
    "graft_after",
    None,
    "Last trunk block that stays frozen and shared: 0 to 9 of InceptionV3, 7 by default. Several "
    "(4,5,6), or auto for all from 3 (of other backbones, for those of few bytes): the best by "
    "successive halving.",
)
LAST_BLOCK = flags.DEFINE_string(
    "last_block",
    None,
    "Last block of the branch: 1 to 10 of InceptionV3; the trunk's by default. Several (7,8): the "
    "best one.",
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
        "graft_after": min(_graft_points() or (), default=None),
        "last_block": max(last_blocks) if last_blocks else None,
        "pooling": (_poolings() or (_DEFAULT.pooling,))[0],
        "reduction": REDUCTION.value,
    }


def search() -> SearchConfig | None:
    """What to choose from; None where the flags name one shape."""
    several = (GRAFT_AFTER.value, LAST_BLOCK.value, POOLING.value)
    if not any(value == _AUTO or "," in (value or "") for value in several):
        return None
    return SearchConfig(_graft_points(), _last_blocks(), _poolings(), SEARCH_COST.value)


def _graft_points() -> tuple[int, ...] | None:
    """Those named; None for auto, empty for the backbone's usual one."""
    return None if GRAFT_AFTER.value == _AUTO else _numbers(GRAFT_AFTER.value)


def _last_blocks() -> tuple[int, ...]:
    return _numbers(LAST_BLOCK.value)


def _numbers(value: str | None) -> tuple[int, ...]:
    return tuple(map(int, value.split(","))) if value else ()


def _poolings() -> tuple[str, ...] | None:
    """Those named; None for auto."""
    return None if POOLING.value == _AUTO else tuple(POOLING.value.split(","))


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


_require(GRAFT_AFTER, [str(block) for block in range(_MOST)], auto=True)
_require(LAST_BLOCK, [str(block) for block in range(1, _MOST + 1)], auto=False)
_require(POOLING, list(POOLINGS), auto=True)


@flags.multi_flags_validator(
    ["graft_after", "last_block"], message="--graft_after must be less than --last_block."
)
def _shape(_: dict) -> bool:
    return max(_graft_points() or (), default=0) < max(_last_blocks(), default=_MOST)
