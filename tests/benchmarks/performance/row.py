"""A part that is measured beside its peers."""

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Row:
    """A benchmark that prints one JSON object with `ratios`, at several sizes of what grows.

    `ratios` has, by "ours beside theirs", how many times as fast ours was in each turn. In
    arguments, `{workspace}` stands for the folder of its workspace, `{scratch}` for a new one,
    `{python}` for the peers' interpreter and `{yolact}` for a clone of the official YOLACT.

    Attributes:
      name: By which it is chosen.
      part: What is measured.
      module: The benchmark, in `tests.benchmarks`.
      grows: Its flag that grows.
      sizes: Values of that flag.
      quick_sizes: Those of a trial of the benchmark itself.
      arguments: Its other arguments.
      quick: Further arguments of a trial.
      peers: Further arguments where the peers are there.
      needs: Packages that the peers' interpreter must have.
      workspace: Name in `workspaces.MAKERS` of what is made for it, "" for nothing.
    """

    name: str
    part: str
    module: str
    grows: str
    sizes: Sequence[int]
    quick_sizes: Sequence[int]
    arguments: Sequence[str] = ()
    quick: Sequence[str] = ()
    peers: Sequence[str] = ()
    needs: Sequence[str] = ()
    workspace: str = ""
