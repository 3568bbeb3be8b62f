import os
import shutil

import pytest

from graftnet_tf.io import atomic_files
from graftnet_tf.io.atomic_files import INCOMING
from graftnet_tf.registry.served_models import PASSENGERS_DIR, newest_served
from graftnet_tf.registry.verification import damage, leftovers, published
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk

VERSIONS = {
    ("trunks", "0001"),
    ("branches", "bald", "0001"),
    ("trees", "0001.json"),
    ("serving", "graftnet", "1"),
    ("tasks", "bald", "mining", "0001"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("whole")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    mined = workspace.path("tasks", "bald", "mining", "0001")
    shutil.copytree(workspace.path("branches", "bald", "0001"), mined)
    return workspace


@pytest.fixture
def copied(whole, tmp_path):
    return Workspace(shutil.copytree(whole.root, str(tmp_path / "copied")))


def test_every_kind_of_version_is_found_and_whole(whole):
    assert set(published(whole)) == VERSIONS
    assert damage(whole) == {}
    assert leftovers(whole) == []


def test_a_backup_is_no_version(copied):
    for parts in (("serving", "graftnet", "2.bak"), ("trees", "0002.json.bak"), ("trees", "0003")):
        os.makedirs(copied.path(*parts))
    assert set(published(copied)) == VERSIONS
    assert newest_served(copied) == "1"


def test_an_empty_workspace_has_nothing_to_check(tmp_path):
    assert list(published(Workspace(str(tmp_path)))) == []


@pytest.mark.parametrize(
    "path",
    [
        "trunks/0001/saved_model/saved_model.pb",
        "branches/bald/0001/saved_model/variables/variables.index",
        "serving/graftnet/1/saved_model.pb",
        "tasks/bald/mining/0001/saved_model/fingerprint.pb",
        "serving/graftnet/1/manifest.json",
        "trees/0001.json",
    ],
)
def test_a_changed_byte_is_found_and_named(copied, path):
    with open(copied.path(path), "r+b") as file:
        content = bytearray(file.read())
        where = content.rindex(b'"') - 1 if path.endswith(".json") else len(content) // 2
        content[where] ^= 1
        file.seek(0)
        file.write(content)
    found = damage(copied)
    version = next(parts for parts in VERSIONS if path.startswith(os.path.join(*parts)))
    assert os.path.join(*version) in found
    assert os.path.basename(path) in found[os.path.join(*version)]


def test_a_missing_part_of_what_is_served_is_named(copied):
    shutil.rmtree(copied.path("branches", "bald", "0001"))
    found = damage(copied)
    assert set(found) == {"serving/graftnet/1"}
    assert "branches/bald/0001/manifest.json" in found["serving/graftnet/1"]


def test_a_missing_part_of_a_passengers_model_is_named(copied):
    part = "serving/graftnet/1/manifest.json"
    build_info = BuildInfo(
        {part: atomic_files.sha256(copied.path(part))}, seed=0, started=0.0, provenance=Provenance()
    )
    folder = copied.path(*PASSENGERS_DIR)
    manifest.publish(
        folder, lambda *_: {}, kind="passengers model", build_info=build_info, name=str
    )
    assert damage(copied) == {}
    shutil.rmtree(copied.path("serving", "graftnet", "1"))
    found = damage(copied)
    assert set(found) == {"serving/passengers/1"}
    assert part in found["serving/passengers/1"]


def test_what_killed_jobs_left_is_listed_and_is_no_version(copied):
    left = f"branches/bald/{INCOMING}2-abc"
    os.makedirs(copied.path(left, f"{INCOMING}deeper"))
    assert leftovers(copied) == [left]
    assert set(published(copied)) == VERSIONS
