"""Training what is stale, and composing the candidate that could be served in its place."""

import dataclasses
from collections import Counter
from typing import Any

from absl import logging

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.data.fingerprints import input_name
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features import feature_cache
from graftnet_tf.models.backbones import recorded_name
from graftnet_tf.registry.forgetting_due import forgotten_since, in_words
from graftnet_tf.registry.initial_trunk import initial_trunk
from graftnet_tf.registry.tree import GraftedBranch, Tree, grafted, grafting_trunk
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import NEWEST, Workspace
from serving.lifecycle.candidates import candidate_of
from serving.lifecycle.recorded_config import branch_config, trunk_config
from serving.lifecycle.staleness import Staleness, current_branch


@dataclasses.dataclass(frozen=True)
class Retraining:
    """Renews what is served in one workspace.

    Every version is looked for before it is made, by the data and the configuration that its
    manifest records: a killed renewal that is run again goes on where it was, and one that
    was not promoted is not trained a second time.

    Attributes:
      workspace: Workspace with everything.
      found: What is stale in it.
      cache_directory, cache_limit: Cache directory and cache limit for features at the graft
        points, see `train_branch`.
      trunk: Version of a trunk to graft on, or "newest"; by default a retrained one where it
        is due, and the one that is served otherwise.
      trunk_steps: Steps of a retrained trunk; by default as many for each task as there were.
      left_out: Tasks to do without.
      provenance: Recorded in the manifests.
    """

    workspace: Workspace
    found: Staleness
    cache_directory: str | None = None
    cache_limit: int = feature_cache.DEFAULT_LIMIT
    trunk: str | None = None
    trunk_steps: int | None = None
    left_out: frozenset[str] = frozenset()
    provenance: Provenance = Provenance()

    def candidate(self) -> str | None:
        """Trains what has to be, each branch as it was trained before, and composes.

        A task without a branch gets one in the shape that most branches have.

        Returns:
          The candidate's version; None where what is served is as it should be.

        Raises:
          GraftNetError: a served task cannot be trained for another trunk, no served task
            has test data to compare by, or another tree is served by now.
        """
        self._check_comparable()
        trunk = self._trunk()
        tasks = [some.task for some in self.found.tasks if some.task not in self.left_out]
        self._train([task for task in tasks if not self._current(task, trunk)], trunk)
        branches = {task: branch for task in tasks if (branch := self._current(task, trunk))}
        tree = Tree(trunk, branches, self.found.tree.precision)
        if tree == self.found.tree:
            return None
        return candidate_of(
            self.workspace,
            tree,
            instead_of=self.found.tree_version,
            provenance=self.provenance,
        )

    def _check_comparable(self) -> None:
        present = [name for name in self.found.tree.branches if name in self.workspace.task_names()]
        if not any(self.workspace.examples(name, "test") for name in present):
            raise GraftNetError(
                f"No task that is served from {self.workspace.root} has test images, so nothing "
                "new could be compared with it. Prepare one with a test fraction above 0."
            )

    def _trunk(self) -> str:
        if self.trunk:
            trunk = grafting_trunk(self.workspace, self.trunk)
            self.workspace.version_dir("trunks", trunk)
            if trunk != self.found.tree.trunk:
                self._check_trainable()
            return trunk
        if self.found.trunk.kept:
            logging.info("%s", self.found.trunk.kept)
        if not self.found.trunk.due:
            return self.found.tree.trunk
        self._check_trainable()
        return self._retrained_trunk()

    def _check_trainable(self) -> None:
        lost = [
            f"{state.task}: {state.problem}"
            for state in self.found.tasks
            if state.served and state.problem and state.task not in self.left_out
        ]
        if lost:
            raise GraftNetError(
                "These heads are served and cannot be trained for another trunk, so that it "
                f"would lose them: {'; '.join(lost)} Mend them, or leave them out on purpose "
                "with --leave_out."
            )

    def _retrained_trunk(self) -> str:
        """A trunk trained on all tasks as they are now, in the shape of the served one."""
        tasks = [task for task in self.found.hashes if task not in self.left_out]
        directory = self.workspace.version_dir("trunks", self.found.tree.trunk)
        served = manifest.read(directory)
        self._check_start(served)
        config = self._trunk_config(served, len(tasks))
        for version in reversed(self.workspace.versions("trunks")):
            content = manifest.read(self.workspace.version_dir("trunks", version))
            alike = trunk_config(content) == config and self._is_of(content, tasks)
            if alike and not forgotten_since(self.workspace, "trunks", version):
                logging.info("Trunk %s is trained already.", version)
                return version
        logging.info("Retraining the trunk on %d tasks in %d steps.", len(tasks), config.steps)
        return train_trunk(self.workspace, config, tasks=tasks, provenance=self.provenance)

    def _check_start(self, served: dict[str, Any]) -> None:
        """Refuses to begin once more with weights that learnt from a forgotten image."""
        start = initial_trunk(self.workspace, served)
        if start and (found := in_words(forgotten_since(self.workspace, "trunks", start))):
            raise GraftNetError(
                f"Trunk {self.found.tree.trunk} began with trunk {start}, which {found}, and one "
                "retrained like it would too. Train one from other weights with "
                "`graftnet-train-trunk --initial_weights=…`, and name it: --trunk=newest."
            )

    def _trunk_config(self, served: dict[str, Any], tasks: int) -> TrunkConfig:
        config = trunk_config(served)
        steps = round(config.steps * tasks / len(served["tasks"]))
        if self.trunk_steps is not None:
            steps = self.trunk_steps
        return dataclasses.replace(config, steps=steps)

    def _is_of(self, trunk: dict[str, Any], tasks: list[str]) -> bool:
        """Whether a trunk was trained on these tasks and their data as it is now."""
        inputs = trunk["inputs"]
        return trunk["tasks"] == tasks and all(
            inputs.get(input_name(task)) == self.found.hashes[task] for task in tasks
        )

    def _current(self, task: str, trunk: str) -> GraftedBranch | None:
        """A task's branch for the trunk that need not be trained, if there is one."""
        served = self.found.tree.branches.get(task)
        now = self.found.hashes.get(task)
        version = current_branch(self.workspace, task, trunk, now, served)
        if version is None or (served and version == served.version):
            return served if version else None
        return grafted(self.workspace, task, version, served.withdrawn if served else ())

    def _train(self, tasks: list[str], trunk: str) -> None:
        """Trains those of the tasks that can be trained."""
        there = [task for task in tasks if task in self.found.hashes]
        configs = {task: self._on(trunk, self._branch_config(task)) for task in there}
        if not configs:
            return
        for task, version in train_branches(
            self.workspace,
            configs,
            trunk_version=trunk,
            cache_directory=self.cache_directory,
            cache_limit=self.cache_limit,
            candidate=True,
            provenance=self.provenance,
        ):
            logging.info("Branch %s of %s is part of the candidate.", version, task)

    def _branch_config(self, task: str) -> BranchConfig:
        """As the task's branch was trained; one trained on a mining is so on the newest.

        Operating points of attributes that the task still has are kept.
        """
        served = self.found.tree.branches.get(task)
        versions = self.workspace.versions("branches", task)
        if not versions:
            return dataclasses.replace(self._usual_config(), mining=None, operating_points={})
        config = self._recorded(task, served.version if served else versions[-1])
        attributes = self.workspace.task(task).attributes
        points = {name: it for name, it in config.operating_points.items() if name in attributes}
        mining = NEWEST if config.mining else None
        return dataclasses.replace(config, mining=mining, operating_points=points)

    def _on(self, trunk: str, config: BranchConfig) -> BranchConfig:
        """In the backbone's usual shape, where the trunk is of another one than what is served."""
        served, now = (
            recorded_name(manifest.read(self.workspace.version_dir("trunks", version)))
            for version in (self.found.tree.trunk, trunk)
        )
        if now == served:
            return config
        return dataclasses.replace(config, graft_after=None, last_block=None)

    def _usual_config(self) -> BranchConfig:
        """The configuration that most of the served branches have."""
        grafted_ones = self.found.tree.branches.items()
        configs = (self._recorded(task, branch.version) for task, branch in grafted_ones)
        counts = Counter(dataclasses.replace(it, operating_points={}) for it in configs)
        return counts.most_common(1)[0][0]

    def _recorded(self, task: str, version: str) -> BranchConfig:
        directory = self.workspace.version_dir("branches", task, version)
        return branch_config(manifest.read(directory))
