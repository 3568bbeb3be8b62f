"""Which versions learnt from an image, of this release and of earlier ones."""

import dataclasses
import os
import shutil

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.hashed_lists import Listing
from graftnet_tf.forgetting.image_use import image_use
from graftnet_tf.io import atomic_files
from graftnet_tf.registry.served_models import PASSENGERS_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.registry.validation_part import VALIDATION
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.forgotten_images import Learnt
from graftnet_tf.workspace.learnt_images import LEARNT_IMAGES
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.tasks import Task, write_list, write_task
from graftnet_tf.workspace.workspace import four_digits
from tests.graftnet_tf.forgetting.conftest import IMAGE, write
from tests.serving.lifecycle.coloured_versions import (
    TRUNK,
    draw_tasks,
    publish_branch,
    publish_trunk,
)

OTHER = "images/red-train-0.png"


def learnt(workspace, sha256):
    """Whether each version that is named learnt from it, and through what."""
    return {it.path: (it.learnt, it.through) for it in image_use(workspace, sha256).versions}


def test_rows_and_versions_are_listed_and_what_is_served_is_marked(served, sha256):
    use = image_use(served, sha256)
    assert use.listed == [
        Listing("green", "test", "negative", "images/green-test-0.png"),
        Listing("red", "train", "positive", IMAGE),
    ]
    branch = "branches/red/0001"
    assert [(it.path, it.learnt, it.through, it.served) for it in use.versions] == [
        (branch, Learnt.YES, (), True),
        ("trees/0001.json", Learnt.YES, (branch,), True),
        ("serving/graftnet/1", Learnt.YES, (branch,), True),
    ]
    assert (use.sha256, use.forgotten, use.tables) == (sha256, False, [])


def test_a_branch_learnt_through_its_trunk_and_a_trunk_through_its_first_weights(drawn, sha256):
    publish_trunk(drawn, tasks=["red"])
    start = drawn.path("trunks", "0001", "weights.npz")
    publish_trunk(drawn, dataclasses.replace(TRUNK, initial_weights=start), tasks=["green"])
    publish_branch(drawn, "green")
    assert learnt(drawn, sha256) == {
        "trunks/0001": (Learnt.YES, ()),
        "trunks/0002": (Learnt.YES, ("trunks/0001",)),
        "branches/green/0001": (Learnt.YES, ("trunks/0002",)),
    }


def test_candidates_and_passengers_models_are_listed(served, sha256):
    tree = publish_tree(served, newest_tree(served))

    def publish(folder, inputs, **content):
        info = BuildInfo(inputs, seed=0, started=0.0, provenance=Provenance())
        fields = lambda path, _: os.makedirs(path) or content  # noqa: E731
        manifest.publish(served.path(*folder), fields, kind="model", build_info=info, name=str)

    publish(("candidates",), {}, tree=tree)
    publish(PASSENGERS_DIR, {"serving/graftnet/1/manifest.json": "", "serving/yolact/1/m.json": ""})
    found = learnt(served, sha256)
    assert found["candidates/1"] == (Learnt.YES, ("branches/red/0001",))
    assert found["serving/passengers/1"] == (Learnt.YES, ("serving/graftnet/1",))


@pytest.mark.parametrize("length", [8, 9, 63])
def test_the_beginning_of_a_hash_is_enough(drawn, sha256, length):
    assert image_use(drawn, sha256[:length].upper()).sha256 == sha256


@pytest.mark.parametrize("asked", ["", "1234567", "12345678z", "0" * 65])
def test_what_is_no_hash_is_told_so(drawn, asked):
    with pytest.raises(GraftNetError, match=r"is no SHA-256; expected 64 hex digits"):
        image_use(drawn, asked)


def test_the_beginning_of_several_hashes_is_refused(drawn, sha256):
    alike = sha256[:10] + "0" * 54
    examples = [*drawn.examples("red", "train"), Example("gone.png", 0, "", alike)]
    write_list(drawn.path("tasks", "red", "train.csv"), drawn.task("red"), examples)
    with pytest.raises(GraftNetError, match=f"2 images have a SHA-256 that begins with .*{alike}"):
        image_use(drawn, sha256[:10])
    assert image_use(drawn, sha256[:12]).sha256 == sha256


def test_an_unknown_hash_gets_one_line(drawn):
    publish_trunk(drawn, tasks=["red"], says=False)
    with pytest.raises(GraftNetError, match="No image of SHA-256 00000000 is known") as error:
        image_use(drawn, "0" * 8)
    assert str(error.value).endswith("no table has it.")
    draw_tasks(drawn, "red", seed=1)
    with pytest.raises(GraftNetError, match="1 trunks and branches of earlier releases"):
        image_use(drawn, "0" * 8)


# Versions of earlier releases, which do not say what they learnt from.


def test_what_learnt_from_a_list_that_is_still_there_is_sure(drawn, sha256):
    publish_trunk(drawn, tasks=["green", "red"], says=False)
    publish_branch(drawn, "red", says=False)
    publish_branch(drawn, "green", says=False)
    assert learnt(drawn, sha256) == {
        "trunks/0001": (Learnt.YES, ()),
        "branches/red/0001": (Learnt.YES, ()),
        "branches/green/0001": (Learnt.YES, ("trunks/0001",)),
    }
    other = atomic_files.sha256(drawn.path("images", "green-test-1.png"))
    assert learnt(drawn, other) == {}


def test_what_learnt_from_a_list_that_has_changed_may_have(drawn, sha256):
    publish_trunk(drawn, tasks=["green"], says=False)
    publish_branch(drawn, "red", says=False)
    lone = Example(OTHER, 0, OTHER)
    examples = {split: list(drawn.examples("red", split)) for split in ("train", "test")}
    write_task(drawn.path("tasks", "red"), Task.binary("red"), {**examples, "train": [lone]})
    assert learnt(drawn, atomic_files.sha256(drawn.path(OTHER))) == {
        "branches/red/0001": (Learnt.MAYBE, ())
    }
    examples["train"].reverse()
    write_task(drawn.path("tasks", "red"), Task.binary("red"), examples)
    assert learnt(drawn, sha256) == {"branches/red/0001": (Learnt.MAYBE, ())}


def test_a_later_branch_of_the_same_data_says_it_for_an_earlier_one(drawn, sha256):
    publish_trunk(drawn, tasks=["green"])
    publish_branch(drawn, "red", says=False)
    publish_branch(drawn, "red")
    draw_tasks(drawn, "red", seed=1)
    assert learnt(drawn, sha256) == {
        "branches/red/0001": (Learnt.YES, ()),
        "branches/red/0002": (Learnt.YES, ()),
    }


def test_a_validation_part_says_it_too(drawn, sha256):
    publish_trunk(drawn, tasks=["red"], says=False)
    publish_branch(drawn, "red", says=False)
    path = drawn.path("branches", "red", "0001", VALIDATION)
    write_list(path, Task.binary("red"), [Example(IMAGE, 1, IMAGE, sha256)])
    draw_tasks(drawn, "red", seed=1)
    assert learnt(drawn, sha256) == {
        "trunks/0001": (Learnt.YES, ()),
        "branches/red/0001": (Learnt.YES, ()),
    }


@pytest.mark.parametrize(
    ("left", "held_out", "expected"),
    [
        ([IMAGE], [OTHER], Learnt.YES),
        ([OTHER], [IMAGE], Learnt.YES),
        ([OTHER], [OTHER], Learnt.NO),
        ([OTHER], None, Learnt.MAYBE),
    ],
)
def test_a_branch_of_a_mining_learnt_from_what_is_left(drawn, sha256, left, held_out, expected):
    publish_trunk(drawn, tasks=["green"])
    task, parent = Task.binary("red"), drawn.path("tasks", "red", "mining")

    def examples(images):
        return [Example(it, 1, it, atomic_files.sha256(drawn.path(it))) for it in images]

    def publish(directory, _):
        write_list(os.path.join(directory, "train.csv"), task, examples(left))
        return {"task": task.to_dict()}

    info = BuildInfo({}, seed=0, started=0.0, provenance=Provenance())
    manifest.publish(parent, publish, kind="mining", build_info=info, name=four_digits)
    mined = atomic_files.sha256(os.path.join(parent, "0001", "train.csv"))
    publish_branch(drawn, "red", says=False, mining=mined)
    if held_out:
        path = drawn.path("branches", "red", "0001", VALIDATION)
        write_list(path, task, examples(held_out))
    found = {path: it for path, (it, _) in learnt(drawn, sha256).items()}
    assert found.get("branches/red/0001", Learnt.NO) is expected
    assert ("tasks/red/mining/0001" in found) == (IMAGE in left)
    shutil.rmtree(parent)  # what it left is not known any more, save of validation parts
    sure = held_out == [IMAGE]
    found = {path: it for path, (it, _) in learnt(drawn, sha256).items()}
    assert found["branches/red/0001"] is (Learnt.YES if sure else Learnt.MAYBE)


def test_a_trunk_without_steps_learnt_from_nothing(drawn, sha256):
    publish_trunk(drawn, dataclasses.replace(TRUNK, steps=0), tasks=["red"], says=False)
    assert learnt(drawn, sha256) == {}


@pytest.mark.parametrize("damage", ["manifest.json", LEARNT_IMAGES])
def test_what_cannot_be_read_may_have_learnt(served, sha256, damage):
    write(served.path("branches", "green", "0001", damage), b"damaged")
    found = learnt(served, sha256)
    # A manifest still tells the data, and that is listed as it was.
    expected = (Learnt.MAYBE, ()) if damage == "manifest.json" else None
    assert found.get("branches/green/0001") == expected
