"""What some benchmarks need: a workspace of noise, models of random weights.

python -m tests.benchmarks.performance.workspaces --make=noise --folder=DIR
"""

import os
from collections.abc import Callable

from absl import flags

from graftnet_tf.models import weights
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from pipelines import shell
from tests.benchmarks.composed_graph.networks import SIDE, Networks
from tests.benchmarks.data_path import noise_workspace, processes

_IMAGES = 800
_SERVED_BRANCHES, _PASSENGERS_BRANCHES = 4, 16


def _noise(folder: str) -> None:
    """A task of noise and a trunk that was never trained, in `workspace`."""
    workspace = noise_workspace.make_in(folder, _IMAGES, shell.SEED.value)
    train_trunk(
        workspace,
        TrunkConfig(
            height=224,
            width=112,
            last_block=8,
            steps=0,
            initial_weights=weights.NONE,
            seed=shell.SEED.value,
        ),
    )


def _composed(folder: str, branches: int) -> str:
    """Directory of a model composed of as many branches, in `workspace`."""
    networks = Networks(os.path.join(folder, "workspace"))
    networks.add_branch()
    for number in range(1, branches):
        networks.copy_branch(number)
    return networks.compose("float32")


def _served(folder: str) -> None:
    """A composed model, which `model` links to."""
    os.symlink(_composed(folder, _SERVED_BRANCHES), os.path.join(folder, "model"))


def _passengers(folder: str) -> None:
    """The shipped person model, a composed one, and both as a passengers model."""
    _composed(folder, _PASSENGERS_BRANCHES)
    workspace = f"--workspace={os.path.join(folder, 'workspace')}"
    processes.run("pipelines.export_yolact", workspace, f"--crop_size={SIDE},{SIDE}")
    processes.run("pipelines.compose_passengers", workspace)


MAKERS: dict[str, Callable[[str], None]] = {
    "noise": _noise,
    "served": _served,
    "passengers": _passengers,
}

MAKE = flags.DEFINE_enum("make", None, list(MAKERS), "What to make.", required=True)
FOLDER = flags.DEFINE_string("folder", None, "New local folder.", required=True)


def main() -> None:
    os.makedirs(FOLDER.value)
    MAKERS[MAKE.value](FOLDER.value)


if __name__ == "__main__":
    shell.run(main)
