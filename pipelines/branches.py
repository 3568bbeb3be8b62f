"""Lists, compares and serves versions of branches, one head at a time and without training.

branches --workspace=DIR list [TASK…]             every version: trunk, shape, AUC, state
branches --workspace=DIR show TASK [VERSION]      a version's manifest; the served one's
branches --workspace=DIR diff TASK A B            what differs between two versions
branches --workspace=DIR promote TASK VERSION     serves a version
branches --workspace=DIR rollback TASK [VERSION]  serves the one before, or an older one
branches --workspace=DIR threshold TASK [VERSION] --max_fpr=.01 | --min_precision=.9
                                                  [--weighting=none | probability]
                                                  publishes a version with the same weights and
                                                  thresholds chosen for that on its validation part

promote and rollback make a new tree and a new served model in which every other head is the
same bit for bit. What was rolled back is passed over by graftnet-compose until it is promoted.
"""

import dataclasses
from typing import Any

from absl import flags

from graftnet_tf.branch.operating_version import OperatingVersion, publish_operating_point
from graftnet_tf.registry.branch_versions import (
    BranchVersion,
    branch_versions,
    describe,
    difference,
    flattened,
)
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from pipelines.flags import operating_point
from pipelines.flags.json_output import tell
from serving.lifecycle.head_promotion import Promotion, promote, roll_back

ATTRIBUTES = flags.DEFINE_list(
    "attributes", [], "For threshold: attributes of the task to choose it for; all by default."
)

_HASH_LENGTH = 64
_COLUMNS = "{:<20} {:<8} {:<6} {:<7} {:<10} {:<26} {:<26} {}"


def main(*words: str) -> None:
    result, text = _run(shell.open_workspace(), words)
    tell(text, result)


def _run(workspace: Workspace, words: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """What was asked for, as an object and as text."""
    if words[:1] != ("threshold",) and (ATTRIBUTES.value or operating_point.is_given()):
        raise flags.Error(
            "--max_fpr, --min_precision, --weighting and --attributes go with threshold TASK "
            "[VERSION]; "
            f"{' '.join(words) or 'nothing'} given."
        )
    match words:
        case ["list", *tasks]:
            versions = branch_versions(workspace, tasks)
            return {"branches": list(map(dataclasses.asdict, versions))}, _table(versions)
        case ["show", task, *version] if len(version) <= 1:
            content = describe(workspace, task, *version)
            return content, _fields(content)
        case ["diff", task, one, other]:
            changes = difference(workspace, task, one, other)
            return {"task": task, "versions": [one, other], "differences": changes}, _changes(
                changes, one, other
            )
        case ["promote", task, one]:
            done = promote(workspace, task, one, provenance=shell.provenance())
        case ["rollback", task, *version] if len(version) <= 1:
            done = roll_back(workspace, task, *version, provenance=shell.provenance())
        case ["threshold", task, *version] if len(version) <= 1:
            chosen = publish_operating_point(
                workspace,
                task,
                operating_point.wanted(),
                version=version[0] if version else None,
                attributes=ATTRIBUTES.value,
                provenance=shell.provenance(),
            )
            return chosen.to_dict(), _chosen(chosen)
        case _:
            raise flags.Error(
                "expected list [TASK…], show TASK [VERSION], diff TASK A B, promote TASK VERSION, "
                "rollback TASK [VERSION] or threshold TASK [VERSION]; "
                f"{' '.join(words) or 'nothing'} given."
            )
    return dataclasses.asdict(done), _moved(done)


def _table(versions: list[BranchVersion]) -> str:
    title = ("task", "version", "trunk", "blocks", "pooling", "validation AUC", "published")
    lines = [_COLUMNS.format(*title, "state")]
    for some in versions:
        areas = (
            f"{area:.4f}" if area is not None else "-" for area in some.validation_auc.values()
        )
        lines.append(
            _COLUMNS.format(
                some.task,
                some.version,
                some.trunk or "?",
                "?" if some.graft_after is None else f"{some.graft_after + 1}–{some.last_block}",
                some.pooling or "?",
                " ".join(areas),
                some.published or "-",
                ", ".join(_states(some)),
            ).rstrip()
        )
    return "\n".join(lines)


def _states(some: BranchVersion) -> list[str]:
    states = {
        "served": some.served,
        "withdrawn": some.withdrawn,
        "candidate": some.candidate,
        f"threshold of {some.threshold_of}": some.threshold_of,
        "for another trunk": not some.fits and not some.damage,
        f"DAMAGED: {some.damage}": some.damage,
    }
    return [state for state, applies in states.items() if applies]


def _fields(content: dict[str, Any]) -> str:
    flat = flattened(content)
    width = max(map(len, flat))
    return "\n".join(f"{key:<{width}}  {_short(value)}" for key, value in flat.items())


def _changes(changes: dict[str, list[Any]], one: str, other: str) -> str:
    if not changes:
        return f"{one} and {other} were made alike."
    rows = [("", one, other)]
    rows += [(key, _short(left), _short(right)) for key, (left, right) in changes.items()]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(f"{key:<{first}}  {left:<{second}}  {right}" for key, left, right in rows)


def _short(value: Any) -> str:
    """A value for people to read: hashes are cut, what is missing is a dash."""
    if isinstance(value, str) and len(value) == _HASH_LENGTH:
        return f"{value[:12]}…"
    return "-" if value is None else str(value)


def _moved(done: Promotion) -> str:
    return (
        f"{done.task}: {done.before or 'no branch'} → {done.after}. "
        f"Tree {done.tree} is served model version {done.model_version}."
    )


def _chosen(done: OperatingVersion) -> str:
    lines = []
    for attribute, point in done.points.items():
        figures = ", ".join(
            f"{name} {getattr(point.row, word):.4g} ({low:.4g}–{high:.4g})"
            for name, word, (low, high) in (
                ("FPR", "fpr", point.fpr),
                ("recall", "recall", point.recall),
                ("precision", "precision", point.precision),
            )
        )
        weighted = ""
        if point.effective_size is not None:
            weighted = f", weighted by 1/probability: effectively {point.effective_size:.1f} images"
        lines.append(
            f"{attribute}: threshold {point.row.threshold:.6g}; on validation "
            f"({point.row.positives} positives, {point.row.negatives} negatives{weighted}) "
            f"{figures}."
        )
        if not point.is_shown:
            lines.append(
                f"caution: {attribute}: the 95 % interval does not show {point.wanted}; more "
                "validation images would tell."
            )
    if done.without_probability:
        lines.append(
            f"caution: {done.task}: {done.without_probability} validation images have no "
            "probability of having been chosen, so that none is weighted; FPR and precision are "
            "those of the validation part, not of an archive."
        )
    lines.append(
        f"{done.task}: version {done.version} has the weights of {done.parent}. Serve it with "
        f"`graftnet-branches promote {done.task} {done.version}`."
    )
    return "\n".join(lines)


def main_cli() -> None:
    shell.run(main, words=True)


if __name__ == "__main__":
    main_cli()
