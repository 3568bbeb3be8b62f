"""Checks every published version in a workspace against its recorded hashes.

Trunks, branches, trees, served models, candidates and mined lists; what is damaged is named,
and what killed jobs left half-written is listed. Exit status 1 if anything is damaged.
"""

import sys

from absl import flags

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.verification import damage, leftovers, published
from pipelines import shell

JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    workspace = shell.open_workspace()
    damaged, left, count = damage(workspace), leftovers(workspace), len(list(published(workspace)))
    lines = [
        *(f"half-written, of a job that runs or was killed: {path}" for path in left),
        f"{count - len(damaged)} of {count} published versions are whole.",
    ]
    print("\n".join(lines), file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json({"published": count, "damaged": damaged, "leftovers": left})
    if damaged:
        raise GraftNetError(" ".join(damaged.values()))


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
