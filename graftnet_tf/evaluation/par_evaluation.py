"""A composed model by the protocol of pedestrian attribute recognition.

GraftNet's tasks each label their own images; the protocol needs images that are labelled for all
attributes at once, which public person-attribute data sets, imported, are. Their rows are joined.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.evaluate import Evaluation, evaluate
from graftnet_tf.evaluation.par_protocol import ParFigures, par_figures
from graftnet_tf.evaluation.published_par import PUBLISHED, PublishedFigures, differences
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.split_leak import SplitLeak, split_leak
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class JoinedImages:
    """N test images with all L attributes.

    Attributes:
      attributes: L names.
      labels: bool [N, L].
      scores: float32 [N, L] in 0…1.
      incomplete: Number of test images that lack a label for some attribute.
      unscored: Number of images that could not be scored.
    """

    attributes: tuple[str, ...]
    labels: np.ndarray
    scores: np.ndarray
    incomplete: int
    unscored: int

    @property
    def left_out(self) -> int:
        return self.incomplete + self.unscored


@dataclasses.dataclass(frozen=True)
class ParEvaluation:
    """The protocol's figures of a model, and what they may be read beside.

    Attributes:
      figures: Of the model evaluated, whose settings were chosen without the test split.
      joined: The images that they are about.
      selected_on_test: (Model, figures) of the candidate that is best by the mA of test, as
        published results are selected; None where no candidate was named.
      leak: Groups (persons, where the data set tells them) on both sides of the split.
      near_duplicates: Number of test images that look like training images: of the task that has
        the most.
      published: Published figures by method, each with why it is not comparable; nothing where it
        is.
    """

    figures: ParFigures
    joined: JoinedImages
    selected_on_test: tuple[str, ParFigures] | None
    leak: SplitLeak
    near_duplicates: int
    published: tuple[tuple[PublishedFigures, tuple[str, ...]], ...]

    @property
    def cautions(self) -> list[str]:
        """What to say of the figures, a sentence each."""
        found = [
            f"{name}: all {self.figures.images:,} images are of one class; it is in no mA."
            for name in self.figures.one_class
        ]
        if self.joined.incomplete:
            found.append(
                f"{self.joined.incomplete:,} test images are not labelled for all "
                f"{len(self.joined.attributes)} attributes: left out."
            )
        if self.joined.unscored:
            found.append(f"{self.joined.unscored:,} images could not be scored: left out.")
        if self.leak.groups:
            found.append(
                f"The split leaks: {self.leak.groups:,} groups are in both train and test, with "
                f"{self.leak.test_images:,} of {self.leak.test_total:,} test images."
            )
        if self.near_duplicates:
            found.append(f"{self.near_duplicates:,} test images look like training images.")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Every figure, ready for JSON; undefined ones are None."""
        best = self.selected_on_test
        return {
            "selected_on_validation": self.figures.to_dict(),
            "selected_on_test": best and {"model": best[0], **best[1].to_dict()},
            "incomplete": self.joined.incomplete,
            "unscored": self.joined.unscored,
            "leak": {**self.leak._asdict(), "near_duplicates": self.near_duplicates},
            "published": [
                {**dataclasses.asdict(result), "not_comparable": list(reasons)}
                for result, reasons in self.published
            ],
            "cautions": self.cautions,
        }


def par_evaluation(
    workspace: Workspace,
    evaluation: Evaluation,
    *,
    candidates: Sequence[str] = (),
    published: str | None = None,
    provenance: Provenance = Provenance(),
) -> ParEvaluation:
    """The protocol's figures of a model that was evaluated.

    Args:
      workspace: Workspace that it was evaluated on.
      evaluation: What `evaluate` gave for it.
      candidates: Composed SavedModels that a selection on test would choose from beside it, such
        as those of other numbers of steps; each is evaluated.
      published: Data set, of `PUBLISHED`, whose published figures to set beside.
      provenance: The command, recorded where the test split is opened for candidates.

    Raises:
      GraftNetError: no test image is labelled for all attributes, or none of these could be
        scored; `published` is unknown; or as for `evaluate`.
    """
    if published is not None and published not in PUBLISHED:
        raise GraftNetError(
            f"No published figures of {published!r}; there are those of {', '.join(PUBLISHED)}."
        )
    joined = join(workspace, evaluation)
    figures = _figures(joined)
    tasks = _tasks(evaluation)
    found = {evaluation.model: figures}
    for model in candidates:
        if model not in found:
            other = join(workspace, evaluate(workspace, model, tasks=tasks, provenance=provenance))
            if other.attributes != joined.attributes:
                raise GraftNetError(
                    f"Candidate {model} reports {', '.join(other.attributes)}; expected the "
                    f"attributes of {evaluation.model}: {', '.join(joined.attributes)}."
                )
            found[model] = _figures(other)
    return ParEvaluation(
        figures=figures,
        joined=joined,
        selected_on_test=_best(found) if candidates else None,
        leak=max(_leak(workspace, task) for task in tasks),
        near_duplicates=max(len(evaluation.near_duplicates[task]) for task in tasks),
        published=tuple(
            (result, tuple(differences(result, figures, joined.left_out)))
            for result in (PUBLISHED[published] if published else ())
        ),
    )


def join(workspace: Workspace, evaluation: Evaluation) -> JoinedImages:
    """The test images that are labelled for all attributes, found in each task by path or hash.

    Raises:
      GraftNetError: there is none, or none of them could be scored.
    """
    first, *others = (
        _TestImages.of(workspace.split(task, "test").examples)
        for task in dict.fromkeys(attribute.task for attribute in evaluation.attributes)
    )
    found = [
        (row, *(other.row_of(path, content) for other in others))
        for row, (path, content) in enumerate(zip(first.paths, first.contents, strict=True))
    ]
    rows = np.array([places for places in found if None not in places], np.int64)
    different = set().union(first.names, *(other.names for other in others))
    if not len(rows):
        raise GraftNetError(
            f"None of the {len(different)} test images is labelled for all of "
            f"{', '.join(_tasks(evaluation))}: the protocol compares whole images. Name the tasks "
            "of one multi-label data set with --task."
        )
    columns = dict(zip(_tasks(evaluation), rows.T, strict=True))
    labels = [a.labels[columns[a.task]] for a in evaluation.attributes]
    scores = np.stack([a.scores[columns[a.task]] for a in evaluation.attributes], axis=1)
    scored = ~np.isnan(scores).any(axis=1)
    if not scored.any():
        raise GraftNetError(f"None of the {len(rows)} test images could be scored.")
    return JoinedImages(
        attributes=tuple(attribute.name for attribute in evaluation.attributes),
        labels=np.stack(labels, axis=1)[scored],
        scores=scores[scored],
        incomplete=len(different) - len({first.names[row] for row in rows[:, 0]}),
        unscored=int(np.count_nonzero(~scored)),
    )


@dataclasses.dataclass(frozen=True)
class _TestImages:
    """The images of one task's test split.

    Attributes:
      paths: As the list has them.
      contents: Hash of each one's bytes; empty where unknown.
      path_rows, content_rows: Row by path and by hash.
    """

    paths: list[str]
    contents: list[bytes]
    path_rows: Mapping[str, int]
    content_rows: Mapping[bytes, int]

    @classmethod
    def of(cls, examples: ExampleTable) -> "_TestImages":
        paths = list(examples.images)
        contents = [
            content.tobytes() if known else b""
            for content, known in zip(examples.contents, examples.known, strict=True)
        ]
        return cls(
            paths,
            contents,
            {path: row for row, path in enumerate(paths)},
            {content: row for row, content in enumerate(contents) if content},
        )

    @property
    def names(self) -> list[str | bytes]:
        """What tells images apart over all tasks: the hash, or the path where it is unknown."""
        return [content or path for path, content in zip(self.paths, self.contents, strict=True)]

    def row_of(self, path: str, content: bytes) -> int | None:
        return self.path_rows.get(path, self.content_rows.get(content))


def _tasks(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(attribute.task for attribute in evaluation.attributes))


def _figures(joined: JoinedImages) -> ParFigures:
    return par_figures(joined.labels, joined.scores, joined.attributes)


def _best(models: Mapping[str, ParFigures]) -> tuple[str, ParFigures]:
    """The model of the highest mA, the first of equal ones."""
    return max(models.items(), key=lambda item: item[1].mean_accuracy or 0.0)


def _leak(workspace: Workspace, task: str) -> SplitLeak:
    train, test = (workspace.split(task, split).examples for split in SPLITS)
    return split_leak(map(train.group, range(len(train))), map(test.group, range(len(test))))
