import json
import os
import shutil

import pytest

from graftnet_tf.archive_tables.job import archive_sources
from graftnet_tf.archive_tables.reading import read_tables
from graftnet_tf.dataset_statistics import looks
from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting import forget as forgetting
from graftnet_tf.forgetting.forget import forget
from graftnet_tf.forgetting.image_use import image_use
from graftnet_tf.io import atomic_files, output_folder
from graftnet_tf.registry.forgetting_due import forgotten_since
from graftnet_tf.registry.verification import damage
from graftnet_tf.workspace.forgotten_images import Learnt, forgotten_images, read_forgotten
from graftnet_tf.workspace.tasks import Task, write_task
from tests.graftnet_tf.forgetting.conftest import IMAGE, write
from tests.killed_runs import Killed
from tests.serving.lifecycle.coloured_versions import draw_tasks, publish_branch, publish_trunk

COPY = "images/green-test-0.png"
VERSIONS = ("trunks", "branches", "trees", "serving")


def listed(workspace, task, split):
    return [example.image for example in workspace.examples(task, split)]


def published(workspace):
    """Hashes of all files of published versions."""
    return {name: atomic_files.tree_sha256(workspace.path(name)) for name in VERSIONS}


def test_the_image_leaves_lists_and_files_and_nothing_that_was_published_changes(served, sha256):
    train, test = listed(served, "red", "train"), listed(served, "green", "test")
    before = published(served)
    done = forget(served, sha256)
    assert listed(served, "red", "train") == [it for it in train if it != IMAGE]
    assert listed(served, "green", "test") == [it for it in test if it != COPY]
    assert not any(os.path.exists(served.path(it)) for it in (IMAGE, COPY))
    assert sorted(done.files) == [COPY, IMAGE]
    assert len(os.listdir(served.path("images"))) == 30
    assert published(served) == before
    assert damage(served) == {}
    assert forgotten_images(served.root) == [sha256]


def test_what_learnt_from_it_is_marked_and_nothing_else(served, sha256):
    assert forgotten_since(served, "branches", "red", "0001") == {}
    forget(served, sha256)
    assert forgotten_since(served, "branches", "red", "0001") == {sha256: Learnt.YES}
    assert forgotten_since(served, "branches", "green", "0001") == {}
    assert forgotten_since(served, "trunks", "0001") == {}
    assert publish_branch(served, "red") == "0002"
    assert forgotten_since(served, "branches", "red", "0002") == {}


def test_afterwards_it_is_still_told_what_learnt_from_it(served, sha256):
    before = image_use(served, sha256)
    forget(served, sha256)
    after = image_use(served, sha256[:8])
    assert (after.listed, after.forgotten) == ([], True)
    assert after.versions == before.versions


def test_what_is_known_of_earlier_releases_stays_known(drawn, sha256):
    publish_trunk(drawn, tasks=["red", "green"], says=False)
    for task in ("red", "green"):
        publish_branch(drawn, task, says=False)
    other = atomic_files.sha256(drawn.path("images", "red-train-2.png"))
    unlearnt = atomic_files.sha256(drawn.path("images", "red-test-2.png"))
    forget(drawn, sha256)
    recorded = {
        "trunks/0001": Learnt.YES,
        "branches/red/0001": Learnt.YES,
        "branches/green/0001": Learnt.NO,
    }
    assert read_forgotten(drawn.root, sha256) == recorded
    for forgotten in (other, unlearnt):  # of lists that are no more as they were learnt from
        forget(drawn, forgotten)
    assert read_forgotten(drawn.root, other) == recorded
    assert set(read_forgotten(drawn.root, unlearnt).values()) == {Learnt.NO}
    assert forgotten_since(drawn, "branches", "red", "0001") == dict.fromkeys(
        sorted([sha256, other]), Learnt.YES
    )


def test_what_may_have_learnt_is_marked_as_such(drawn, sha256):
    publish_trunk(drawn, tasks=["red"], says=False)
    examples = {split: list(drawn.examples("red", split)) for split in ("train", "test")}
    examples["train"].reverse()
    write_task(drawn.path("tasks", "red"), Task.binary("red"), examples)
    forget(drawn, sha256)
    assert forgotten_since(drawn, "trunks", "0001") == {sha256: Learnt.MAYBE}


def test_a_version_that_came_later_from_an_earlier_release_may_have_learnt(drawn, sha256):
    forget(drawn, sha256)
    publish_trunk(drawn, tasks=["red"], says=False)
    assert forgotten_since(drawn, "trunks", "0001") == {sha256: Learnt.MAYBE}


def test_copies_in_no_list_and_half_written_ones_are_removed(drawn, sha256):
    kept = [write(drawn.path("images", "red", it), b"another") for it in ("1.png", ".incoming-2")]
    for name in ("images/old/noname", "images/old/.incoming-1-a.png", "crops/a.PNG"):
        write(drawn.path(name))
        shutil.copy(drawn.path(IMAGE), drawn.path(name))
    done = forget(drawn, sha256)
    assert len(done.files) == 5
    assert os.listdir(drawn.path("images", "old")) == os.listdir(drawn.path("crops")) == []
    assert all(map(os.path.exists, kept))


def test_a_copy_alone_can_be_forgotten(drawn, sha256):
    draw_tasks(drawn, "red", "green", seed=1)
    shutil.copy(drawn.path("images", "red-train-1.png"), drawn.path("images", "orphan.png"))
    orphan = atomic_files.sha256(drawn.path("images", "orphan.png"))
    draw_tasks(drawn, "red", seed=2)
    with pytest.raises(GraftNetError, match="No image of SHA-256"):
        image_use(drawn, orphan)
    assert forget(drawn, orphan).files == ["images/orphan.png"]


def test_a_file_outside_of_the_workspace_stays_and_is_told(drawn, sha256, tmp_path):
    outside = str(tmp_path / "elsewhere.png")
    shutil.move(drawn.path(IMAGE), outside)
    path = drawn.path("tasks", "red", "train.csv")
    text = atomic_files.read_bytes(path).decode()
    atomic_files.write_text(path, text.replace(f"{IMAGE},positive", f"{outside},positive"))
    done = forget(drawn, sha256)
    assert done.outside == [outside]
    assert os.path.exists(outside)
    assert outside not in listed(drawn, "red", "train")


def test_features_and_indexes_of_lists_are_removed(drawn, sha256):
    paths = [
        write(drawn.path("cache", *it))
        for it in (("shelf", "a.features"), ("lists", "b.npz"), ("shelf", "other"))
    ]
    assert forget(drawn, sha256).features == 1
    assert [os.path.exists(path) for path in paths] == [False, False, True]


def test_features_may_lie_elsewhere(drawn, sha256, tmp_path):
    path = write(str(tmp_path / "features" / "shelf" / "a.features"))
    forget(drawn, sha256, cache_directory=str(tmp_path / "features"))
    assert not os.path.exists(path)


def tabulate(workspace, *folder):
    """Looks at red's images, two in a table; returns the folder of the tables."""
    output = workspace.path(*folder)
    images = [workspace.path(it) for it in listed(workspace, "red", "train")]
    looks.tabulate_looks(archive_sources(images, output), output, part_size=2)
    return output


def hashes(output):
    return {it for table in read_tables(output, looks.TABLES) for it in table["sha256"].to_pylist()}


@pytest.mark.parametrize("folder", [("cache", "labelled", "red"), ("reports", "looks")])
def test_a_table_that_has_it_is_made_anew_without_it(drawn, sha256, folder):
    output = tabulate(drawn, *folder)
    before = set(os.listdir(os.path.join(output, looks.TABLES)))
    assert sha256 in hashes(output)
    done = forget(drawn, sha256)
    assert len(done.use.tables) == 1
    gone = before - set(os.listdir(os.path.join(output, looks.TABLES)))
    assert [os.path.basename(it) for it in done.use.tables] == list(gone)
    with pytest.raises(GraftNetError, match="run the job that makes them to its end"):
        hashes(output)
    tabulate(drawn, *folder)
    assert len(hashes(output)) == 7
    assert sha256 not in hashes(output)


def test_dead_letters_that_name_it_are_removed_with_their_table(drawn):
    broken = drawn.path("images", "red-train-1.png")
    write(broken, b"no image")
    output = tabulate(drawn, "cache", "labelled", "red")
    done = forget(drawn, atomic_files.sha256(broken))
    assert len(done.use.tables) == 2  # of its part, and of all
    assert os.listdir(os.path.join(output, "dead_letters")) == []
    assert not os.path.exists(os.path.join(output, "dead_letters.jsonl"))
    assert len(os.listdir(os.path.join(output, looks.TABLES))) == 3
    tabulate(drawn, "cache", "labelled", "red")
    assert len(hashes(output)) == 7


def test_tables_of_other_makers_and_damaged_ones_stay(drawn, sha256):
    output = tabulate(drawn, "reports", "looks")
    alone = drawn.path("reports", "mine.parquet")
    (part,) = image_use(drawn, sha256).tables
    shutil.copy(drawn.path(part), alone)
    broken = write(os.path.join(output, looks.TABLES, "broken.parquet"), b"PAR1")
    forget(drawn, sha256)
    assert os.path.exists(alone)
    assert os.path.exists(broken)


def test_a_job_that_runs_is_waited_for_by_a_person(drawn, sha256):
    output = tabulate(drawn, "cache", "labelled", "red")
    with output_folder.held(output), pytest.raises(GraftNetError, match="Another job is writing"):
        forget(drawn, sha256)
    assert forget(drawn, sha256).files
    assert image_use(drawn, sha256).tables == []


def test_reports_that_name_it_stay_and_are_told(drawn, sha256):
    named = write(drawn.path("reports", "1", "report.html"), f"<p>{IMAGE}</p>".encode())
    hashed = write(drawn.path("branches", "red", "0001", "validation.csv"), sha256.encode())
    write(drawn.path("reports", "2", "report.html"), b"images/red-train-2.png")
    done = forget(drawn, sha256)
    assert done.mentions == ["branches/red/0001/validation.csv", "reports/1/report.html"]
    assert os.path.exists(named)
    assert os.path.exists(hashed)


def state(workspace):
    return atomic_files.tree_sha256(workspace.root)


def test_once_more_there_is_nothing_left_to_do(served, sha256):
    forget(served, sha256)
    before = state(served)
    done = forget(served, sha256)
    assert (done.use.listed, done.files, done.use.tables, done.features) == ([], [], [], 0)
    assert state(served) == before


@pytest.mark.parametrize(
    ("where", "step", "call"),
    [
        (forgetting, "write_forgotten", 1),
        (forgetting, "drop_rows", 1),
        (forgetting, "drop_rows", 2),
        (forgetting, "remove_table", 1),
        (forgetting.feature_cache, "clear", 1),
        (atomic_files, "remove", 9),  # the second copy of the image
    ],
)
def test_a_killed_run_is_finished_by_the_next(served, sha256, tmp_path, where, step, call):
    tabulate(served, "cache", "labelled", "red")
    write(served.path("cache", "shelf", "a.features"))
    publish_branch(served, "red", says=False)
    whole = type(served)(shutil.copytree(served.root, str(tmp_path / "whole")))
    forget(whole, sha256)
    original, calls = getattr(where, step), []

    def killing(*arguments, **keywords):
        calls.append(step)
        if len(calls) == call:
            raise Killed
        return original(*arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, step, killing)
        with pytest.raises(Killed):
            forget(served, sha256)
    assert state(served) != state(whole)
    forget(served, sha256)
    assert state(served) == state(whole)


def test_an_unknown_image_is_not_put_among_the_forgotten(drawn):
    with pytest.raises(GraftNetError, match="No image of SHA-256"):
        forget(drawn, "0" * 64)
    assert forgotten_images(drawn.root) == []


@pytest.mark.parametrize("content", [b"{", b"[]", json.dumps({"versions": {"a": "b"}}).encode()])
def test_a_damaged_record_is_named(served, sha256, content):
    forget(served, sha256)
    path = write(served.path("forgotten", f"{sha256}.json"), content)
    with pytest.raises(GraftNetError, match=path):
        image_use(served, sha256)
