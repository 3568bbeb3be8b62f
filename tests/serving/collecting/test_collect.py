"""Whole collections from an archive of drawn people, with what is served in view."""

import csv
import datetime
import hashlib
import os
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from graftnet_tf.active_learning.batch import read_batch
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.forgotten_images import write_forgotten
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.collecting.collect import Request, collect
from serving.composition.compose import compose
from serving.crop_keeping.crop_folder import open_folder
from serving.crop_keeping.terms import Terms

COUNT = 24


@pytest.fixture(scope="module")
def workspace(trained, tmp_path_factory):
    root = str(tmp_path_factory.mktemp("collecting") / "workspace")
    shutil.copytree(trained.workspace.root, root)
    workspace = Workspace(root)
    compose(workspace, provenance=Provenance())
    return workspace


@pytest.fixture(scope="module")
def archive(workspace, tmp_path_factory):
    """Two crops of each of twelve snapshots, one twice, one that is labelled, one broken."""
    folder = tmp_path_factory.mktemp("people")
    random = np.random.default_rng(5)
    for number in range(COUNT):
        coarse = random.integers(0, 256, (6, 4, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((60, 90), Image.Resampling.BICUBIC)
        image.save(folder / f"{number:02d}.png")
    Image.open(folder / "00.png").save(folder / "again.jpg", quality=95)
    shutil.copy(workspace.path("images", "person03.png"), folder / "labelled.png")
    (folder / "broken.png").write_bytes(b"no image")
    with open(folder / "people.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("source", "crop"))
        table.writerows((f"snapshot-{n // 2}", f"{n:02d}.png") for n in range(COUNT))
    return str(folder)


def request(strategy="random", count=10, task="hat", **changes):
    return Request(task, count, Mixture.parse(strategy), **changes)


def names(batch):
    return [os.path.basename(chosen.image) for chosen in batch.images]


def test_what_was_forgotten_is_not_asked_for(workspace, archive, tmp_path):
    path = pathlib.Path(archive, "07.png")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    write_forgotten(workspace.root, sha256, {})
    try:
        batch = collect(workspace, request(count=COUNT - 1), [archive], str(tmp_path / "batch"))
    finally:
        shutil.rmtree(workspace.path("forgotten"))
    assert "07.png" not in names(batch)


def test_what_is_labelled_looks_alike_or_is_broken_is_left_out(workspace, archive, tmp_path):
    output = str(tmp_path / "batch")
    batch = collect(workspace, request(count=COUNT), [archive], output)
    assert batch.facts["archive_images"] == COUNT + 2
    assert batch.facts["candidates"] == COUNT
    assert sorted(names(batch)) == sorted(f"{number:02d}.png" for number in range(COUNT))
    assert {chosen.probability for chosen in batch.images} == {1.0}
    assert read_batch(output) == batch
    for chosen in batch.images:
        content = pathlib.Path(chosen.image).read_bytes()
        assert chosen.sha256 == hashlib.sha256(content).hexdigest()
        assert chosen.group == f"snapshot-{int(os.path.basename(chosen.image)[:2]) // 2}"


def test_scores_of_the_served_head_come_with_the_images(workspace, archive, tmp_path):
    output = str(tmp_path / "batch")
    batch = collect(workspace, request("uncertain:.5,random:.5"), [archive], output)
    assert len(set(names(batch))) == 10
    assert all(0 <= chosen.score <= 1 for chosen in batch.images)
    assert {chosen.strategy for chosen in batch.images} <= {"uncertain", "random"}
    assert (batch.facts["attribute"], batch.facts["model"]) == ("hat", "1")
    with open(os.path.join(output, "batch.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == [""] * 10


def test_what_another_batch_asks_for_is_not_asked_for_again(workspace, archive, tmp_path):
    first = collect(workspace, request(count=15), [archive], str(tmp_path / "1"))
    apart = request(count=COUNT - 15, apart_from=[str(tmp_path / "1")])
    second = collect(workspace, apart, [archive], str(tmp_path / "2"))
    assert not set(names(first)) & set(names(second))


def test_a_label_that_does_not_exist_begins_with_examples(workspace, archive, tmp_path):
    example = os.path.join(archive, "07.png")
    asked = request("seeds", 3, "umbrella", examples=[example, os.path.join(archive, "broken.png")])
    batch = collect(workspace, asked, [archive], str(tmp_path / "batch"))
    assert batch.task.classes == ("negative", "positive")
    assert "07.png" in names(batch)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (request(count=99), "99 images asked for; 24 are left that are neither labelled"),
        (request("uncertain", task="umbrella"), "has no head of task umbrella"),
        (request("uncertain", attribute="beard"), "Attribute beard given; task hat is served with"),
        (request("seeds"), "None of 0 --example can be read"),
        (request(task="two words"), "Task 'two words' cannot be served under that name"),
        (request(apart_from=["nowhere"]), "nowhere has no batch.csv"),
    ],
)
def test_what_cannot_be_collected_is_refused(workspace, archive, tmp_path, asked, message):
    output = tmp_path / "batch"
    with pytest.raises(GraftNetError, match=message):
        collect(workspace, asked, [archive], str(output))
    assert not output.exists()


def test_an_archive_that_cannot_be_read_is_refused(workspace, tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "1.png").write_bytes(b"no image")
    with pytest.raises(GraftNetError, match=r"No image of .*archive can be read; .*dead_letters"):
        collect(workspace, request(), [str(tmp_path / "archive")], str(tmp_path / "batch"))


def test_an_archive_of_one_image_is_a_batch(workspace, archive, tmp_path):
    only = os.path.join(archive, "05.png")
    batch = collect(workspace, request("diverse", 1), [only], str(tmp_path / "batch"))
    assert names(batch) == ["05.png"]


def test_a_batch_is_never_written_over(workspace, archive, tmp_path):
    with pytest.raises(GraftNetError, match="is there already, and may be being labelled"):
        collect(workspace, request(), [archive], str(tmp_path))


def test_what_an_endpoint_keeps_is_an_archive_until_it_expires(workspace, tmp_path):
    random, folder = np.random.default_rng(7), str(tmp_path / "kept")
    terms = Terms("consent of the testers", keep_days=30, share=1)
    day = datetime.date(2026, 11, 28)
    with open_folder(folder, day, terms.legal_basis) as kept:
        for number, age in enumerate((0, 0, 1)):
            coarse = random.integers(0, 256, (2, 6, 4, 3), dtype=np.uint8)
            crops = [tf.io.encode_png(tf.repeat(tf.repeat(one, 15, 0), 15, 1)) for one in coarse]
            today = day + datetime.timedelta(days=age)
            kept.keep(f"{number:032x}", [crop.numpy() for crop in crops], today, terms)
        batch = collect(workspace, request(count=6), [folder], str(tmp_path / "1"))
        assert {image.image: image.group for image in batch.images} == {
            f"{folder}/crops/00/{number:032x}-{place:03d}.png": f"{number:032x}"
            for number in range(3)
            for place in range(2)
        }
        kept.sweep(day + datetime.timedelta(days=30))
        batch = collect(workspace, request(count=2), [folder], str(tmp_path / "2"))
    assert {image.group for image in batch.images} == {f"{2:032x}"}
    assert batch.facts["archive_images"] == 2
