"""Checks every published version in a workspace against its recorded hashes.

Trunks, branches, trees, served models, candidates and mined lists; what is damaged is named,
and what killed jobs left half-written is listed. Exit status 1 if anything is damaged.

With --trained_on=SHA256, it lists what learnt from an image instead; with --forget, it then removes
the image from all that is kept, so that graftnet-refresh replaces what learnt from it.
"""

import dataclasses

from absl import flags

from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.forget import Forgotten, forget
from graftnet_tf.forgetting.image_use import ImageUse, VersionUse, image_use
from graftnet_tf.forgetting.known_images import check_asked
from graftnet_tf.registry.verification import damage, leftovers, published
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from pipelines.flags.cache_directory import CACHE_DIR
from pipelines.flags.json_output import tell
from pipelines.flags.library_check import accepted_by

TRAINED_ON = flags.DEFINE_string(
    "trained_on",
    None,
    "SHA-256 of an image file, or its first 8 digits or more: list the tasks that have the image "
    "and the versions that learnt from it.",
)
FORGET = flags.DEFINE_bool(
    "forget",
    False,
    "With --trained_on: remove the image from tasks, caches and the workspace's files, and never "
    "import it again. Published versions stay, and graftnet-refresh says which to replace.",
)


@flags.validator("trained_on")
def _is_hash(value: str | None) -> bool:
    return value is None or accepted_by(check_asked)(value)


@flags.multi_flags_validator(
    ["trained_on", "forget"], message="--forget needs the image: --trained_on=SHA256."
)
def _names_the_image(values: dict) -> bool:
    return bool(values["trained_on"] or not values["forget"])


def main() -> None:
    workspace = shell.open_workspace()
    if not TRAINED_ON.value:
        _verify(workspace)
    elif FORGET.value:
        done = forget(workspace, TRAINED_ON.value, cache_directory=CACHE_DIR.value)
        tell("\n".join(_done(done)), dataclasses.asdict(done))
    else:
        use = image_use(workspace, TRAINED_ON.value)
        tell("\n".join(_use(use)), dataclasses.asdict(use))


def _verify(workspace: Workspace) -> None:
    damaged, left, count = damage(workspace), leftovers(workspace), len(list(published(workspace)))
    lines = [
        *(f"half-written, of a job that runs or was killed: {path}" for path in left),
        f"{count - len(damaged)} of {count} published versions are whole.",
    ]
    tell("\n".join(lines), {"published": count, "damaged": damaged, "leftovers": left})
    if damaged:
        raise GraftNetError(" ".join(damaged.values()))


def _use(use: ImageUse) -> list[str]:
    lines = [f"image {use.sha256}{', forgotten' if use.forgotten else ''}"]
    lines += [f"{it.task:<20}{it.split:<7}{it.label:<20}{it.image}" for it in use.listed]
    lines += [_version(it) for it in use.versions]
    lines += [f"{path} has it" for path in use.tables]
    return lines if len(lines) > 1 else [*lines, "No task has it and nothing learnt from it."]


def _version(use: VersionUse) -> str:
    through = f", through {', '.join(use.through)}" if use.through else ""
    return f"{use.path} {use.learnt}{through}{' (served)' if use.served else ''}"


def _done(done: Forgotten) -> list[str]:
    lines = _use(done.use)
    lines.append(
        f"Forgotten: {len(done.use.listed)} rows of lists, {len(done.files)} files, "
        f"{len(done.use.tables)} tables, and {done.features} files of cached features."
    )
    lines += [f"stays outside of the workspace: {path}" for path in done.outside]
    lines += [f"stays, and may show it: {path}" for path in done.mentions]
    if any(it.served for it in done.use.versions):
        lines.append("What is served learnt from it: graftnet-refresh says what to train again.")
    return lines


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
