"""The table of compared backbones, for people."""

from collections.abc import Sequence

from graftnet_tf.backbone_comparison.comparison import Compared
from graftnet_tf.models.batch_times import BATCHES

_ROW = "{:<40} {:>8} {:>24} {:>14} {:>8}" + " {:>10}" * len(BATCHES)


def to_table(rows: Sequence[Compared]) -> str:
    """A line for each candidate, then a line for each attribute."""
    lines = [
        _ROW.format(
            *("backbone and input", "mean AUC", "above the first (95 %)", "M multiply-adds", "MB"),
            *(f"ms of {size}" for size in BATCHES),
        )
    ]
    for row in rows:
        low, high = row.ahead_interval
        ahead = "" if row is rows[0] else f"{row.ahead:+.3f} ({low:+.3f} to {high:+.3f})"
        lines.append(
            _ROW.format(
                str(row.candidate),
                f"{row.mean_auc:.3f}",
                ahead,
                f"{row.multiply_adds / 1e6:.0f}" if row.multiply_adds else "unknown",
                f"{row.weight_bytes / 1e6:.1f}" if row.weight_bytes else "unknown",
                *(f"{row.milliseconds[size]:.1f}" for size in BATCHES),
            )
        )
    lines.append("AUC by attribute, in that order:")
    lines += [f"  {name}: " + ", ".join(_area(row, name) for row in rows) for name in rows[0].auc]
    return "\n".join(lines)


def _area(row: Compared, name: str) -> str:
    area, interval = row.auc[name], row.interval[name]
    if area is None:
        return "undefined"
    return f"{area:.3f}" + (f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else "")
