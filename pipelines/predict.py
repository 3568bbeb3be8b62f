"""Asks a model server for the attributes of pictures.

Prints a line per picture: its path, then the attributes it shows with their scores. With
--json, one object with every score. Exits with 1, after answering for the others, when a
picture could not be read.
"""

import dataclasses

from absl import flags

from graftnet_tf.errors import GraftNetError
from pipelines import shell
from serving.client import AttributeClient, PictureResult
from serving.picture_paths import picture_paths

SERVER = flags.DEFINE_string("server", "127.0.0.1:8500", "host:port of the model server.")
MODEL_NAME = flags.DEFINE_string("model_name", "graftnet", "Name of the model on the server.")
PICTURES = flags.DEFINE_multi_string(
    "pictures", [], "A file, folder, glob pattern, or comma list of them; may be repeated."
)
BATCH = flags.DEFINE_integer("batch", 16, "Pictures in a request.", lower_bound=1)
TIMEOUT = flags.DEFINE_float("timeout", 60.0, "Seconds that one request may take.", lower_bound=0)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    if not PICTURES.value:
        raise flags.Error("--pictures is missing: name picture files, a folder or a pattern.")
    paths = picture_paths(PICTURES.value)
    with AttributeClient(SERVER.value, model=MODEL_NAME.value, timeout=TIMEOUT.value) as client:
        results = client.predict(paths, batch=BATCH.value)
    if JSON.value:
        shell.print_json({"pictures": [dataclasses.asdict(result) for result in results]})
    else:
        width = max(len(path) for path in paths)
        for result in results:
            print(f"{result.picture:{width}}  {shown(result)}")
    unread = [result.picture for result in results if result.error]
    if unread:
        raise GraftNetError(
            f"{len(unread)} of {len(results)} pictures could not be read: {', '.join(unread)}"
        )


def shown(result: PictureResult) -> str:
    """The attributes that a picture shows, most certain first, or what was wrong with it."""
    if result.error:
        return f"! {result.error}"
    decided = sorted(
        ((score, name) for name, score in result.scores.items() if result.decisions[name]),
        reverse=True,
    )
    return "  ".join(f"{name} {score:.3f}" for score, name in decided) or "-"


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
