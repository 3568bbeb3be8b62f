"""Asks a model server for the attributes of images, or of everybody in snapshots.

Prints a line per image, as soon as it is answered: its path, then the attributes it shows
with their scores. With --passengers the images are snapshots, and there is a line for every
person. With --json, one object with every score; with --json_lines, one for each image, which
is also a log of scores for `drift`. With --draw, the images are drawn with what the model
says. Exits with 1, after answering for the others, when an image got no answer: it could not be
read, or is more than the server takes. A server that is not there yet is waited for.
"""

import dataclasses
import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf
from absl import flags

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from pipelines import shell
from pipelines.flags.tls import tls
from serving.client import AttributeClient, ImageResult, PassengerClient, SnapshotResult
from serving.client.drawing import draw
from serving.client.image_paths import image_paths
from serving.client.synchronous import Client

SERVER = flags.DEFINE_string("server", "127.0.0.1:8500", "host:port of the model server.")
MODEL_NAME = flags.DEFINE_string(
    "model_name", None, "Name of the model on the server; graftnet or passengers by default."
)
MODEL_VERSION = flags.DEFINE_integer(
    "model_version", None, "Version of the model; the server's newest by default.", lower_bound=0
)
VERSION_LABEL = flags.DEFINE_string(
    "version_label", None, "Label of the version instead, such as stable or canary."
)
IMAGES = flags.DEFINE_multi_string(
    "images", [], "A file, folder, glob pattern, or comma list of them; may be repeated."
)
PASSENGERS_DIR = flags.DEFINE_bool(
    "passengers", False, "The images are snapshots: find everybody in them."
)
ATTRIBUTES = flags.DEFINE_list(
    "attributes", [], "Attributes to ask for, which spares the server the others; all by default."
)
BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Images in a request.", lower_bound=1)
IN_FLIGHT = flags.DEFINE_integer("in_flight", 2, "Requests under way at once.", lower_bound=1)
TIMEOUT = flags.DEFINE_float(
    "timeout",
    60.0,
    "Seconds that one request may take, waiting for the server included.",
    lower_bound=0,
)
ATTEMPTS = flags.DEFINE_integer(
    "attempts",
    5,
    "Tries while the server is unavailable; with 1, one that is not there is not waited for.",
    lower_bound=1,
    upper_bound=5,
)
DRAW = flags.DEFINE_string("draw", None, "Folder for images of what the model says.")
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")
JSON_LINES = flags.DEFINE_bool("json_lines", False, "Print a JSON object per image.")

Result = ImageResult | SnapshotResult


def main() -> None:
    if not IMAGES.value:
        raise flags.Error("--images is missing: name image files, a folder or a pattern.")
    if JSON.value and JSON_LINES.value:
        raise flags.Error("--json and --json_lines exclude one another.")
    if MODEL_VERSION.value is not None and VERSION_LABEL.value is not None:
        raise flags.Error("--model_version and --version_label exclude one another.")
    paths = _paths()
    show = _printer(max(map(len, paths)))
    results: list[Result] = []
    with _client() as client:
        stream = client.stream(
            paths, batch=BATCH_SIZE.value, attributes=ATTRIBUTES.value, in_flight=IN_FLIGHT.value
        )
        for place, result in enumerate(stream):
            show(result)
            if DRAW.value and not result.error:
                _draw(DRAW.value, place, result)
            if JSON.value or result.error:
                results.append(result)
    if JSON.value:
        shell.print_json({"images": [dataclasses.asdict(result) for result in results]})
    unanswered = [result.image for result in results if result.error]
    if unanswered:
        raise GraftNetError(
            f"{len(unanswered)} of {len(paths)} images got no answer: {', '.join(unanswered)}"
        )


def _paths() -> list[str]:
    try:
        return image_paths(IMAGES.value)
    except GraftNetError as error:
        raise flags.Error(f"--images: {error}") from None


def _client() -> Client[Any]:
    kind: Any = PassengerClient if PASSENGERS_DIR.value else AttributeClient
    named = {"model": MODEL_NAME.value} if MODEL_NAME.value else {}
    return kind(
        SERVER.value,
        version=MODEL_VERSION.value,
        version_label=VERSION_LABEL.value,
        timeout=TIMEOUT.value,
        tls=tls(),
        attempts=ATTEMPTS.value,
        **named,
    )


def _printer(width: int) -> Callable[[Result], None]:
    """Shows one result on stdout, in the form asked for."""
    if JSON.value:
        return lambda _: None
    if JSON_LINES.value:
        return lambda result: print(json.dumps(dataclasses.asdict(result)), flush=True)
    return lambda result: print(
        *(f"{result.image:{width}}  {line}" for line in shown(result)), sep="\n", flush=True
    )


def shown(result: Result) -> list[str]:
    """What to say of an image: a line, or in a snapshot one for each person."""
    if result.error:
        return [f"! {result.error}"]
    if isinstance(result, ImageResult):
        return [_decided(result.scores, result.decisions)]
    return [
        f"{passenger.detection_score:.3f} at {','.join(map(str, passenger.box))}  "
        f"{_decided(passenger.scores, passenger.decisions)}"
        for passenger in result.passengers
    ] or ["nobody"]


def _decided(scores: Mapping[str, float], decisions: Mapping[str, bool]) -> str:
    """The attributes decided for, most certain first."""
    decided = sorted(((scores[name], name) for name in scores if decisions[name]), reverse=True)
    return "  ".join(f"{name} {score:.3f}" for score, name in decided) or "-"


def _draw(folder: str, place: int, result: Result) -> None:
    """Draws an image; its place goes into the name, since names repeat across folders."""
    stem = os.path.splitext(os.path.basename(result.image))[0]
    path = os.path.join(folder, f"{place:05d}-{stem}.png")
    page = draw(atomic_files.read_bytes(result.image), result)
    tf.io.gfile.makedirs(folder)
    with atomic_files.replacing(path) as aside, tf.io.gfile.GFile(aside, "wb") as file:
        page.save(file, "PNG")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
