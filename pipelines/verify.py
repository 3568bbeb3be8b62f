"""Checks every published version in a workspace against its recorded hashes.

Trunks, branches, trees, served models, candidates and mined lists; what is damaged is named,
and what killed jobs left half-written is listed. Exit status 1 if anything is damaged.
"""

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.verification import damage, leftovers, published
from pipelines import shell
from pipelines.flags.json_output import tell


def main() -> None:
    workspace = shell.open_workspace()
    damaged, left, count = damage(workspace), leftovers(workspace), len(list(published(workspace)))
    lines = [
        *(f"half-written, of a job that runs or was killed: {path}" for path in left),
        f"{count - len(damaged)} of {count} published versions are whole.",
    ]
    tell("\n".join(lines), {"published": count, "damaged": damaged, "leftovers": left})
    if damaged:
        raise GraftNetError(" ".join(damaged.values()))


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
