"""Says what is stale in what is served and what the refresh policy wants; --apply does it.

Without --apply nothing is changed. With it, the trunk is retrained when enough new labels came
since it was made, when it is older than --max_trunk_age and anything that it could learn is new, or
when it learnt from an image that was forgotten since; else only branches whose data changed or that
are missing are trained. What is served and the candidate are measured side by side on the same test
data, and the candidate is promoted if no AUC drops by more than --max_auc_drop and operating points
are kept. A killed run goes on when it is run again.
"""

import dataclasses
from typing import Any

from absl import flags

from pipelines import shell
from pipelines.flags import feature_cache
from pipelines.flags.json_output import tell
from serving.lifecycle.advice import Advice, advise
from serving.lifecycle.candidates import waiting_candidates
from serving.lifecycle.model_comparison import MARGIN, AttributeComparison, Verdict
from serving.lifecycle.promotion_decision import Decision, decide
from serving.lifecycle.refresh import refresh
from serving.lifecycle.staleness import NEW_LABELS, Branch, Staleness, staleness

APPLY = flags.DEFINE_bool("apply", False, "Train what is stale, compare, and promote or not.")
PROMOTE = flags.DEFINE_string(
    "promote", None, "Version of a candidate to compare once more and to serve in any case."
)
AFTER = flags.DEFINE_integer(
    "new_labels", NEW_LABELS, "Tasks new to the trunk from which it is retrained.", lower_bound=1
)
MAX_TRUNK_AGE = flags.DEFINE_float(
    "max_trunk_age",
    None,
    "Days after which the trunk is retrained, if it has not seen a task or a task's data as it is "
    "now; by default its age does not count.",
    lower_bound=0.0,
)
MAX_AUC_DROP = flags.DEFINE_float(
    "max_auc_drop", MARGIN, "Largest drop of an AUC that is put up with.", lower_bound=0.0
)
TRUNK = flags.DEFINE_string(
    "trunk",
    None,
    "With --apply: trunk version to put all branches on, or 'newest', made with "
    "graftnet-train-trunk and any of its flags; by default one as the served trunk was made, when "
    "it is due.",
)
TRUNK_STEPS = flags.DEFINE_integer(
    "trunk_steps",
    None,
    "With --apply: steps of a retrained trunk; by default as many for each task as there were.",
    lower_bound=0,
)
LEAVE_OUT = flags.DEFINE_list("leave_out", [], "With --apply or --promote: tasks to do without.")

_NOTHING = "Nothing to do: what is served is as it should be."


@flags.multi_flags_validator(
    ["apply", "promote"], message="--apply makes a candidate and --promote names one: give one."
)
def _one_job(values: dict) -> bool:
    return not (values["apply"] and values["promote"])


def main() -> None:
    workspace = shell.open_workspace()
    if PROMOTE.value:
        _show_decision(decide(workspace, PROMOTE.value, force=True, **_deciding()))
        return
    if not APPLY.value:
        found = staleness(workspace, **_due())
        _show(found, advise(found, waiting_candidates(workspace), workspace.root))
        return
    decision = refresh(
        workspace,
        **_due(),
        trunk=TRUNK.value,
        trunk_steps=TRUNK_STEPS.value,
        cache_directory=feature_cache.CACHE_DIR.value,
        cache_limit=feature_cache.cache_limit(),
        **_deciding(),
    )
    if decision:
        _show_decision(decision)
    else:
        tell(_NOTHING, {"candidate": None, "promoted": None})


def _due() -> dict[str, Any]:
    """When the trunk is due."""
    return {"new_labels": AFTER.value, "max_trunk_age": MAX_TRUNK_AGE.value}


def _deciding() -> dict[str, Any]:
    """What both ways to a decision are told."""
    return {
        "margin": MAX_AUC_DROP.value,
        "left_out": frozenset(LEAVE_OUT.value),
        "provenance": shell.provenance(),
    }


def _show(found: Staleness, advice: list[Advice]) -> None:
    lines = [
        f"Tree {found.tree_version} is served, on trunk {found.tree.trunk}; "
        f"{len(found.trunk.new)} of {found.trunk.limit} new labels since the trunk was made.",
        f"{'task':<20}{'branch':<10}{'trunk':<8}{'new':<6}{'data':<12}{'newer':<18}withdrawn",
    ]
    for state in found.tasks:
        lines.append(
            f"{state.task:<20}{state.served.version if state.served else '-':<10}"
            f"{state.served.trunk if state.served else '-':<8}{'new' if state.new else '-':<6}"
            f"{state.data:<12}{_newer(state.newer):<18}{', '.join(state.withdrawn) or '-'}"
        )
    if found.trunk.kept:
        lines.append(found.trunk.kept)
    lines += [f"{some.reason}\n    {some.command or '(by hand)'}" for some in advice]
    tell(
        "\n".join(lines if advice else [*lines, _NOTHING]),
        {
            "tree": found.tree_version,
            "trunk": found.tree.trunk,
            "new_labels": list(found.trunk.new),
            "limit": found.trunk.limit,
            "changed": list(found.trunk.changed),
            "trunk_age": found.trunk.age,
            "trunk_due": found.trunk.due,
            "trunk_forgotten": found.trunk.forgotten,
            "tasks": [{**dataclasses.asdict(state), "stale": state.stale} for state in found.tasks],
            "advice": [dataclasses.asdict(some) for some in advice],
        },
    )


def _newer(branch: Branch | None) -> str:
    if branch is None:
        return "-"
    return f"{branch.version} candidate" if branch.candidate else branch.version


def _show_decision(decision: Decision) -> None:
    comparison = decision.comparison
    before, after = comparison.before, comparison.after
    lines = [
        f"{'attribute':<20}{'n+':>6}{'n-':>6}{'served':>9}{'new':>9}{'change':>9}"
        f"{'95 % interval':>19}  verdict",
        *map(_row, comparison.attributes),
        f"mean AUC {_number(before.mean_auc, '.4f')} served, "
        f"{_number(after.mean_auc, '.4f')} candidate, {after.images} test images",
    ]
    obstacles = [f"{a.name} ({a.verdict})" for a in comparison.obstacles]
    if obstacles:
        lines.append(
            f"In the way of a promotion, margin {comparison.margin}: " + ", ".join(obstacles)
        )
    lines += [f"operating point missed: {reason}" for reason in comparison.missed.values()]
    if decision.promoted:
        lines.append(f"Candidate {decision.candidate} is served as version {decision.promoted}.")
    else:
        lines.append(
            f"Candidate {decision.candidate} is not promoted; both are kept. "
            f"To serve it in any case: --promote={decision.candidate}"
        )
    tell("\n".join([*lines, f"report: {decision.report}"]), decision.to_dict())


def _row(attribute: AttributeComparison) -> str:
    figures = attribute.figures()
    low, high = figures["change_low"], figures["change_high"]
    untold = low is None or attribute.verdict is Verdict.IDENTICAL
    interval = "-" if untold else f"{low:+.3f} … {high:+.3f}"
    dropped = attribute.verdict is Verdict.DROPPED
    noise = ", within noise" if dropped and attribute.within_noise else ""
    return (
        f"{attribute.name:<20}{_number(figures['positives'], 'd'):>6}"
        f"{_number(figures['negatives'], 'd'):>6}{_number(figures['auc_before'], '.4f'):>9}"
        f"{_number(figures['auc_after'], '.4f'):>9}{_number(figures['change'], '+.4f'):>9}"
        f"{interval:>19}  {attribute.verdict}{noise}"
    )


def _number(value: float | None, layout: str) -> str:
    return "-" if value is None else format(value, layout)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
