"""Minings as they are published, read back, trained on and killed."""

import base64
import csv
import dataclasses
import hashlib
import io
import os
import re
import shutil
from unittest import mock

import pytest
from PIL import Image

from graftnet_tf.branch import thresholds, train
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.split import Split, splits_of, values_of
from graftnet_tf.io import atomic_files
from graftnet_tf.mining import hard_negatives
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.mine import mine_negatives
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.tasks import class_counts, write_task
from tests.killed_runs import Killed, killed_publishing
from tests.trained_workspace import UNREADABLE, train_tiny_branch

CONFIG = MiningConfig(clusters=3, nearest_clusters=1, keep_rate=0.1, neighbours=3, seed=4)


@pytest.fixture(scope="module")
def mined(trained, tmp_path_factory):
    """A workspace with mining 0001 of hat and of gender."""
    workspace = trained.copy(str(tmp_path_factory.mktemp("mined") / "workspace"))
    for name in ("hat", "gender"):
        assert mine_negatives(workspace, name, CONFIG) == "0001"
    return workspace


@pytest.fixture
def workspace(trained, mined, tmp_path):
    """The same without minings, its features computed."""
    shutil.copytree(mined.path("cache"), tmp_path / "workspace" / "cache")
    return trained.copy(str(tmp_path / "workspace"))


def record_of(workspace, name):
    return manifest.read(workspace.path("tasks", name, "mining", "0001"))


@pytest.mark.parametrize("name", ["hat", "gender"])
def test_the_list_is_a_part_of_the_train_split_in_its_order(mined, name):
    whole, left = mined.training_examples(name), mined.training_examples(name, "0001")
    readable = [example for example in whole if example.image != UNREADABLE]
    assert left == [example for example in readable if example in left]
    assert left == mined.training_examples(name, "newest")
    task = mined.task(name)
    reported = {task.class_index(attribute) for attribute in task.attributes}
    assert [e for e in left if e.label in reported] == [e for e in readable if e.label in reported]
    assert 0 < len([e for e in left if e.label == 0]) < len([e for e in whole if e.label == 0])


def test_what_is_known_of_images_is_passed_on(workspace):
    split = workspace.training_split("hat")
    hashed = [
        dataclasses.replace(example, content=atomic_files.sha256(path) if row % 2 else "")
        for row, (example, path) in enumerate(zip(split.examples, split.paths, strict=True))
        if example.image != UNREADABLE
    ]
    write_task(workspace.path("tasks", "hat"), split.task, {"train": hashed})
    mine_negatives(workspace, "hat", CONFIG)
    contents = {example.image: example.content for example in hashed}
    left = workspace.training_examples("hat", "0001")
    assert [example.content for example in left] == [contents[e.image] for e in left]
    assert 0 < left.known.sum() < len(left)


def hash_of(contents):
    digests = b"".join(hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(digests).hexdigest()


@pytest.mark.parametrize("listed", [True, False])
def test_the_manifest_has_the_hash_of_the_images_in_the_order_of_their_paths(
    mined, workspace, listed
):
    split = workspace.training_split("hat")
    paths = sorted(split.paths)
    contents = [atomic_files.read_bytes(path) for path in paths]
    assert record_of(mined, "hat")["inputs"]["images"] == hash_of(contents)
    if listed:
        hashed = [
            dataclasses.replace(example, content=atomic_files.sha256(path))
            for example, path in zip(split.examples, split.paths, strict=True)
        ]
        write_task(workspace.path("tasks", "hat"), split.task, {"train": hashed[::-1]})
    else:
        contents[3] = b""
        os.remove(paths[3])
    mine_negatives(workspace, "hat", CONFIG)
    record = record_of(workspace, "hat")
    assert record["inputs"]["images"] == hash_of(contents)
    missing = [] if listed else [paths[3]]
    assert sorted(record["unreadable"]) == sorted([workspace.path(UNREADABLE), *missing])


@pytest.mark.parametrize("name", ["hat", "gender"])
def test_the_manifest_tells_what_was_mined_and_from_what(mined, name):
    record, trunk = record_of(mined, name), Trunk.open(mined)
    manifest.verify(mined.path("tasks", name, "mining", "0001"))
    assert record["kind"] == "mining"
    assert record["trunk_version"] == "0001"
    assert record["trunk_fingerprint"] == trunk.fingerprints[str(trunk.last_block)]
    assert (record["feature_block"], record["feature_size"]) == (2, 288)
    assert record["seed"] == record["config"]["seed"] == 4
    assert record["config"] == dataclasses.asdict(CONFIG)
    task, left = mined.task(name), mined.training_examples(name, "0001")
    assert record["counts"]["after"] == class_counts(task, left)
    sizes = [cluster["size"] for cluster in record["clusters"]]
    kept = [cluster["kept"] for cluster in record["clusters"]]
    assert sum(sizes) == record["counts"]["before"][task.classes[0]]
    assert sum(kept) == record["counts"]["after"][task.classes[0]]
    assert kept == [sizes[0], *([1] * (len(sizes) - 1))]
    distances = [cluster["distance"] for cluster in record["clusters"]]
    assert distances == sorted(distances)
    assert all(set(cluster["distances"]) == set(task.attributes) for cluster in record["clusters"])


def test_unreadable_images_are_listed(mined):
    assert list(record_of(mined, "hat")["unreadable"]) == [mined.path(UNREADABLE)]


def test_the_page_needs_no_other_file_and_shows_every_cluster_and_suspect(mined):
    record = record_of(mined, "hat")
    report = mined.path("tasks", "hat", "mining", "0001", "report")
    with open(os.path.join(report, "report.html"), encoding="utf-8") as file:
        page = file.read()
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(source.startswith(("data:", "#")) for source in sources)
    for number, cluster in enumerate(record["clusters"], 1):
        assert f'id="cluster{number}"' in page
        assert f"{cluster['distance']:.3f}" in page
    images = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', page)
    suspects = [*record["suspects"], *record["suspect_positives"]]
    assert len(images) == 6 + 6 + 2 * len(suspects), "positives, negatives, suspects"
    for content in images:
        Image.open(io.BytesIO(base64.b64decode(content))).verify()
    assert UNREADABLE in page
    with open(os.path.join(report, "suspects.csv")) as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == [some["image"] for some in record["suspects"]]
    assert {row["class"] for row in rows} == {"negative"}


@pytest.fixture
def doubted(workspace):
    """A mining of hat with some negatives turned: (workspace, images of the positives)."""
    split = workspace.training_split("hat")
    examples = [
        dataclasses.replace(example, label=1 if row % 4 == 0 else example.label)
        for row, example in enumerate(split.examples)
    ]
    write_task(workspace.path("tasks", "hat"), split.task, {"train": examples})
    mine_negatives(workspace, "hat", CONFIG)
    return workspace, {example.image for example in examples if example.label}


def test_suspect_positives_are_listed_with_their_scores_and_stay(doubted):
    workspace, positives = doubted
    record = record_of(workspace, "hat")
    report = workspace.path("tasks", "hat", "mining", "0001", "report")
    with open(os.path.join(report, "suspect_positives.csv")) as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert rows == [
        {column: str(value) for column, value in suspect.items()}
        for suspect in record["suspect_positives"]
    ]
    assert {row["class"] for row in rows} == {"positive"}
    assert {row["likelier_class"] for row in rows} == {"negative"}
    suspected = {row["image"] for row in rows}
    left = {example.image for example in workspace.training_examples("hat", "0001")}
    assert suspected <= positives
    assert suspected <= left
    assert not positives & {row["nearest_of_likelier"] for row in rows}
    margins = [float(row["probability"]) - float(row["typical_probability"]) for row in rows]
    assert margins == sorted(margins)
    with open(os.path.join(report, "report.html"), encoding="utf-8") as file:
        section = file.read().split('id="suspect-positives"')[1]
    assert all(image in section for image in suspected)


def test_the_same_seed_mines_the_same(mined, workspace):
    mine_negatives(workspace, "hat", CONFIG)
    assert workspace.training_examples("hat", "0001") == mined.training_examples("hat", "0001")
    assert record_of(workspace, "hat")["clusters"] == record_of(mined, "hat")["clusters"]
    listed = [record_of(some, "hat")["suspect_positives"] for some in (workspace, mined)]
    assert listed[0] == listed[1]


def test_a_killed_mining_lists_nothing_and_a_rerun_completes(mined, workspace):
    killed = mock.patch.object(hard_negatives, "find_suspects", side_effect=Killed)
    with killed, pytest.raises(Killed):
        mine_negatives(workspace, "hat", CONFIG)
    with killed_publishing(), pytest.raises(Killed):
        mine_negatives(workspace, "hat", CONFIG)
    assert workspace.versions("tasks", "hat", "mining") == []
    with pytest.raises(GraftNetError, match="No tasks/hat/mining"):
        workspace.training_examples("hat", "newest")
    with mock.patch.object(Trunk, "blocks", side_effect=AssertionError("computed again")):
        mine_negatives(workspace, "hat", CONFIG)
    assert workspace.training_examples("hat", "newest") == mined.training_examples("hat", "0001")


def test_a_list_mined_from_other_examples_is_refused(workspace):
    mine_negatives(workspace, "hat", CONFIG)
    with open(workspace.path("tasks", "hat", "train.csv"), "a") as file:
        file.write("images/new.png,negative,new\n")
    with pytest.raises(GraftNetError, match=r"train\.csv has changed since mining 0001 of hat"):
        workspace.training_examples("hat", "newest")


def test_a_mining_that_is_not_there_is_answered_with_the_list(mined):
    with pytest.raises(GraftNetError, match=r"tasks/hat/mining/0009.* 0001"):
        mined.training_examples("hat", "0009")


def test_a_branch_trains_on_what_is_left_and_is_judged_by_all(workspace):
    mine_negatives(workspace, "hat", dataclasses.replace(CONFIG, keep_rate=0.5))
    fitted, judged, records = {}, {}, {}
    for mining in (None, "newest"):
        with (
            mock.patch.object(train, "FineTuning", wraps=FineTuning) as tuning,
            mock.patch.object(thresholds, "thresholds", wraps=thresholds.thresholds) as judging,
        ):
            train_tiny_branch(workspace, "hat", steps=0, mining=mining)
        fitted[mining], judged[mining] = tuning.call_args.args[2], judging.call_args.args[0]
        version = workspace.newest("branches", "hat")
        records[mining] = manifest.read(workspace.path("branches", "hat", version))
    images = sorted(example.image for example in workspace.training_examples("hat"))
    images.remove(UNREADABLE)  # what is left are the rows' images, in their order
    stay = [images.index(example.image) for example in workspace.training_examples("hat", "0001")]
    assert list(fitted["newest"].rows) == [row for row in fitted[None].rows if row in stay]
    assert len(fitted["newest"].rows) < len(fitted[None].rows)
    assert list(judged["newest"].rows) == list(judged[None].rows)
    assert records["newest"]["config"]["mining"] == "0001"
    mined_list = workspace.path("tasks", "hat", "mining", "0001", "train.csv")
    assert records["newest"]["inputs"]["mining"] == atomic_files.sha256(mined_list)
    assert "mining" not in records[None]["inputs"]


def test_a_mined_task_can_be_evaluated_by_its_further_columns(workspace):
    task = workspace.task("hat")
    train = [
        dataclasses.replace(example, columns={"camera": f"{number % 2}"})
        for number, example in enumerate(workspace.examples("hat", "train"))
    ]
    write_task(workspace.path("tasks", "hat"), task, {"train": train, "test": train[:4]})
    mine_negatives(workspace, "hat", dataclasses.replace(CONFIG, keep_rate=0.5))
    train_tiny_branch(workspace, "hat", steps=0, mining="newest")
    cameras = {example.image: example.columns["camera"] for example in train}
    served = {"hat": {"branch_version": workspace.newest("branches", "hat")}}
    for split in Split:
        splits = splits_of(workspace, split, ["hat"], served)
        images = splits["hat"].examples.images
        values = values_of(workspace, split, splits, "camera")["hat"]
        assert values == [cameras[image] for image in images]
        assert len(values) > 1
