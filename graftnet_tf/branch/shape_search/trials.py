"""Shapes of a search in training: each goes on where it was, also after a kill."""

import dataclasses
import os
import time

import tensorflow as tf

from graftnet_tf.branch import thresholds
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.evaluation import metrics
from graftnet_tf.features.deeper_features import DeeperFeatures
from graftnet_tf.features.graft_features import GraftFeatures
from graftnet_tf.io import atomic_files
from graftnet_tf.trunk.trunk import Trunk

_JOURNAL = "rounds.json"


@dataclasses.dataclass(frozen=True)
class Trial:
    """One shape's end of one round.

    Attributes:
      steps: Behind it.
      validation_auc: Mean over the task's attributes.
      seconds: Seconds that this round took, the making of the network included; the features that
        all shapes start from are computed in the first one's.
    """

    steps: int
    validation_auc: float
    seconds: float


class Trials:
    """Trains shapes step by step, judges them, and keeps a journal of it."""

    def __init__(
        self,
        directory: str,
        trunk: Trunk,
        features: GraftFeatures,
        tap: int,
        config: BranchConfig,
        fitted: LabelledRows,
        judged: LabelledRows,
    ):
        """Opens the search kept in `directory`, which is made when absent.

        Args:
          directory: Directory of the journal, and the checkpoints of shapes still in the race.
          trunk: Trunk that the shapes are grafted on.
          features: Features at block `tap`, which no shape grafts before.
          tap: Number of that block.
          config: Config of the branch, whatever its shape.
          fitted: Examples that branches learn from.
          judged: Examples that they are judged by.
        """
        self._directory, self._trunk = directory, trunk
        self._features, self._tap = features, tap
        self._config, self._fitted, self._judged = config, fitted, judged
        self._in_memory: dict[str, FineTuning] = {}
        journal = self._path(_JOURNAL)
        kept = atomic_files.read_json(journal) if tf.io.gfile.exists(journal) else {}
        self._rounds = {name: [Trial(**fields) for fields in some] for name, some in kept.items()}

    def of(self, shape: Shape) -> list[Trial]:
        """The rounds that a shape has been through."""
        return self._rounds.get(str(shape), [])

    def judge(self, shape: Shape, steps: int) -> float:
        """Trains a shape up to `steps`, unless that was done; returns its AUC."""
        for trial in self.of(shape):
            if trial.steps == steps:
                return trial.validation_auc
        started = time.monotonic()
        name = str(shape)
        if name not in self._in_memory:
            self._in_memory[name] = self._start(shape)
        tuning = self._in_memory[name]
        tuning.run(tuning.loop(self._path(name), steps))
        areas = thresholds.aucs(*tuning.scores(self._judged))
        auc = metrics.mean_defined(areas.values())
        assert auc is not None, "a split has every class on both sides"
        trial = Trial(steps, auc, round(time.monotonic() - started, 1))
        self._rounds[name] = [*self.of(shape), trial]
        self._write_journal()
        return auc

    def drop(self, shape: Shape) -> None:
        """Forgets a shape's weights; its rounds stay in the journal."""
        name = str(shape)
        self._in_memory.pop(name, None)
        if tf.io.gfile.isdir(self._path(name)):
            tf.io.gfile.rmtree(self._path(name))

    def _start(self, shape: Shape) -> FineTuning:
        features = self._features
        if shape.graft_after > self._tap:
            between = self._trunk.blocks(self._tap + 1, shape.graft_after)
            features = DeeperFeatures(features, between)
        config = shape.given_to(self._config)
        optimizer = config.optimization.make_constant()
        return FineTuning(self._trunk, features, self._fitted, config, optimizer)

    def _write_journal(self) -> None:
        content = {
            name: [dataclasses.asdict(trial) for trial in trials]
            for name, trials in self._rounds.items()
        }
        atomic_files.write_json(self._path(_JOURNAL), content)

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name)
