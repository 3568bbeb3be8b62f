"""The table of what a search for a branch's shape tried."""

from typing import Any

_ROW = "{:>11}  {:>10}  {:<9}".format
_ROUND = "  {:>20}".format


def search_table(search: dict[str, Any]) -> str:
    """The `search` field of a branch's manifest as text, a line per shape.

    A round's column has the validation AUC after so many steps, and the seconds it took.
    """
    lines = [
        _ROW("graft_after", "last_block", "pooling")
        + "".join(_ROUND(f"{steps} steps") for steps in search["plan"]["steps"])
    ]
    for shape in search["tried"]:
        rounds = [
            _ROUND(f"{one['validation_auc']:.4f} ({one['seconds']:.0f} s)")
            for one in shape["rounds"]
        ]
        chosen = "  chosen" if shape["dropped_in_round"] is None else ""
        name = _ROW(shape["graft_after"], shape["last_block"], shape["pooling"])
        lines.append(name + "".join(rounds) + chosen)
    return "\n".join(lines)
