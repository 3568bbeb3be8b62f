"""Names that an attribute can be served under."""

import re
import unicodedata

RESERVED = frozenset(
    {  # other outputs and signatures of a composed or a passengers model
        "boxes",
        "count",
        "crops",
        "decoded",
        "decisions",
        "detection_scores",
        "features",
        "masks",
        "metadata",
        "metadata_rows",
        "predict_jpeg",
        "serving_default",
    }
)

EXPECTED = (
    "a letter, then letters, digits and underscores, not ending in _decision, and none of "
    f"{', '.join(sorted(RESERVED))}"
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?<!_decision)")


def is_servable(name: str) -> bool:
    """Whether a composed model can have an output and a signature of this name."""
    return bool(_NAME.fullmatch(name)) and name not in RESERVED


def servable_name(name: str) -> str:
    """A servable name like `name`: `t_shirt` for `t-shirt`, `has_features` for `features`."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", ascii_only).strip("_") or "attribute"
    words = words.removesuffix("_decision")
    return words if is_servable(words) else f"has_{words}"
