"""Composing: from person segmentation and a composed model to a published passengers model."""

import dataclasses
import json
import os
import time
from typing import Any

import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.local_predictor import require_image_bytes
from graftnet_tf.io import atomic_files
from graftnet_tf.io.image_decoding import MIN_SIDE
from graftnet_tf.io.saved_functions import save_functions
from graftnet_tf.registry.publish_lock import publish_lock
from graftnet_tf.registry.served_models import (
    GRAFTNET_DIR,
    MADE_BY,
    PASSENGERS_DIR,
    YOLACT_DIR,
    newest_served,
)
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.passengers_model import FOUND, IMAGES, PassengersModel, decision_name
from serving.composition.prune_outputs import add_output_identities
from serving.schema import warmup_requests
from serving.schema.metadata import ModelMetadata
from serving.schema.passengers_metadata import PassengersMetadata

_SAME_ASPECT = 1.1  # ratio of two aspects up to which they count as one


@dataclasses.dataclass(frozen=True)
class DetectionFilter:
    """Which of the people that the segmentation finds are passengers; all by default.

    Attributes:
      max_passengers: Greatest number of passengers of a snapshot; the surest are kept.
      min_score: Passengers score above it, 0 to 1.
    """

    max_passengers: int | None = None
    min_score: float | None = None


def compose_passengers(
    workspace: Workspace,
    *,
    graftnet: str | None = None,
    people: str | None = None,
    detection_filter: DetectionFilter = DetectionFilter(),
    provenance: Provenance = Provenance(),
) -> str:
    """Joins two served models into one SavedModel and publishes it, under the publishing lock.

    It scores what the second makes of the first's crops: for each snapshot the answers of
    two calls, in one.

    Args:
      workspace: Workspace with both models.
      graftnet: Version of the composed model; the newest by default.
      people: Version of the person segmentation; the newest by default.
      detection_filter: Detection filter of the people it finds.
      provenance: The command behind this.

    Returns:
      The version of the passengers model: a plain number, as TF Serving wants it.

    Raises:
      GraftNetError: a model is missing or damaged; an attribute has the name of another
        output; the segmentation's crops are too small, or it finds fewer people than asked
        for.
    """
    with publish_lock(workspace):
        versions: dict[tuple[str, ...], str] = {
            GRAFTNET_DIR: graftnet or newest_served(workspace, GRAFTNET_DIR),
            YOLACT_DIR: people or newest_served(workspace, YOLACT_DIR),
        }
        return _compose(workspace, versions, detection_filter, provenance)


def _compose(
    workspace: Workspace,
    versions: dict[tuple[str, ...], str],
    detection_filter: DetectionFilter,
    provenance: Provenance,
) -> str:
    started = time.monotonic()
    attribute_model, people_model = (
        _load(workspace, folder, version, signature)
        for (folder, version), signature in zip(
            versions.items(), ("predict_jpeg", "detect_jpeg"), strict=True
        )
    )
    described = ModelMetadata.from_json(_document(attribute_model))
    segmentation = json.loads(_document(people_model))
    _check_names(described)
    _check_crops(segmentation, described.preprocessing)
    max_passengers, min_score = _narrowed(detection_filter, people_model, segmentation)
    inputs = [os.path.join(*folder, it, manifest.NAME) for folder, it in versions.items()]

    def write(path: str, version: str) -> dict[str, Any]:
        metadata = PassengersMetadata(
            **{**dataclasses.asdict(described), "model_version": version},
            graftnet_version=versions[GRAFTNET_DIR],
            people=segmentation,
            max_passengers=max_passengers,
            min_score=min_score,
        )
        model = PassengersModel(people_model, attribute_model, metadata)
        save_functions(path, model.signatures())
        add_output_identities(path)
        warmup_requests.write_requests(path, PASSENGERS_DIR[-1], model.sample_inputs())
        return {
            "tree": metadata.tree,
            "precision": metadata.precision,
            "attributes": metadata.attributes,
            "graftnet_version": metadata.graftnet_version,
            "people": metadata.people,
            "max_passengers": metadata.max_passengers,
            "min_score": metadata.min_score,
        }

    return manifest.publish(
        workspace.path(*PASSENGERS_DIR),
        write,
        kind="passengers model",
        build_info=BuildInfo(
            {name: atomic_files.sha256(workspace.path(name)) for name in inputs},
            seed=0,
            started=started,
            provenance=provenance,
        ),
        name=str,
    )


def _load(workspace: Workspace, folder: tuple[str, ...], version: str, signature: str) -> Any:
    directory = workspace.version_dir(*folder, version)
    manifest.verify(directory)
    model = tf.saved_model.load(directory)
    require_image_bytes(model.signatures[signature], directory, MADE_BY[folder])
    return model


def _document(model: Any) -> bytes:
    return model.signatures["metadata"]()["metadata"].numpy()


def _check_names(metadata: ModelMetadata) -> None:
    decisions = {decision_name(name) for name in metadata.attributes}
    if taken := sorted(decisions.union(FOUND, IMAGES) & set(metadata.attributes)):
        raise GraftNetError(
            f"The composed model reports attributes called {', '.join(taken)}, which are other "
            "outputs of a passengers model. Rename them in their tasks and train again."
        )


def _check_crops(segmentation: dict[str, Any], preprocessing: dict[str, Any]) -> None:
    """Checks the crops' size; cautions where people would be letterboxed twice, and so shrunk."""
    height, width = (segmentation["crops"][side] for side in ("height", "width"))
    wanted = preprocessing["height"], preprocessing["width"]
    if not 1 / _SAME_ASPECT < height * wanted[1] / (width * wanted[0]) < _SAME_ASPECT:
        logging.warning(
            "Crops are of %d×%d pixels and the trunk was trained on %d×%d: people come out smaller "
            "than in training, and scores are wrong. Export with --crop_size=%d,%d.",
            *(height, width, *wanted, *wanted),
        )
    if min(height, width) < MIN_SIDE:
        raise GraftNetError(
            f"The person segmentation makes crops of {height}×{width} pixels; the composed model "
            f"takes {MIN_SIDE} and more. Export it with a larger --crop_size."
        )


def _narrowed(
    detection_filter: DetectionFilter, people_model: Any, segmentation: dict[str, Any]
) -> tuple[int, float]:
    """(places for passengers, score that they are above) within what the segmentation finds."""
    places = people_model.signatures["detect_jpeg"].output_shapes["scores"][1]
    max_passengers = detection_filter.max_passengers or places
    if max_passengers > places:
        raise GraftNetError(
            f"Places for {max_passengers} people are asked for, and the person segmentation finds "
            f"at most {places} people. Export it with a larger --max_people."
        )
    least = segmentation["selection"]["min_score"]
    min_score = least if detection_filter.min_score is None else detection_filter.min_score
    if min_score < least:
        raise GraftNetError(
            f"min_score is {min_score}, and the person segmentation leaves out people below "
            f"{least}. Export it with a smaller --min_score."
        )
    return max_passengers, min_score
