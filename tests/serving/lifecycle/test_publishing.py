"""What builds on what is served holds the publishing lock, in the library as in the binaries."""

import contextlib
import dataclasses
import os
import shutil
import threading

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, file_locks
from graftnet_tf.registry import publish_lock, tree
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, served_tree
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from serving.composition.compose_passengers import compose_passengers
from serving.lifecycle.candidates import candidate_of, promote_candidate, served_model
from serving.lifecycle.head_promotion import promote, roll_back
from tests.serving.fake_people import publish_people
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk

BY_HAND = Provenance("by hand", {})


@pytest.fixture(scope="module")
def _grown(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("grown") / "workspace"), create=True)
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    publish_branch(workspace, "bald", seed=2)
    publish_model(workspace)
    publish_people(workspace)
    publish_branch(workspace, "suit")
    return workspace


@pytest.fixture
def grown(_grown, tmp_path):
    """bald 0002 is served, and was 0001 before; suit 0001 is not served; a segmentation."""
    return Workspace(shutil.copytree(_grown.root, str(tmp_path / "workspace")))


def head_tree(workspace):
    served = served_tree(workspace)[1]
    return dataclasses.replace(served, branches=newest_tree(workspace).branches)


def candidate(workspace):
    return candidate_of(
        workspace, head_tree(workspace), instead_of=served_tree(workspace)[0], provenance=BY_HAND
    )


def promoted_candidate(workspace):
    made = candidate(workspace)
    promote_candidate(workspace, made, instead_of=served_model(workspace), provenance=BY_HAND)


PUBLISHING = {
    "compose": compose,
    "compose a tree": lambda workspace: compose(workspace, "0001"),
    "promote": lambda workspace: promote(workspace, "bald", "0001"),
    "roll back": lambda workspace: roll_back(workspace, "bald"),
    "compose passengers": compose_passengers,
    "candidate": candidate,
    "promoted candidate": promoted_candidate,
}


@pytest.mark.parametrize("name", PUBLISHING)
def test_everything_is_published_under_the_lock(grown, monkeypatch, name):
    lock, free = publish_lock._lock_file(grown), []
    publish_next = atomic_files.publish_next

    def noted(parent, write, **named):
        with file_locks.held(lock, wait=False) as was_free:
            free.append((os.path.relpath(parent, grown.root), was_free))
        return publish_next(parent, write, **named)

    monkeypatch.setattr(atomic_files, "publish_next", noted)
    PUBLISHING[name](grown)
    assert free
    assert [folder for folder, was_free in free if was_free] == []


@contextlib.contextmanager
def meanwhile(monkeypatch, module, function, job):
    """Runs `job` in another thread, once, when `function` of a module was called, and goes on
    as soon as the job waits for the publishing lock or is over."""
    original, held = getattr(module, function), file_locks.held
    waits, threads = threading.Event(), []

    def noted(path, **named):
        if threads and threading.current_thread() is threads[0]:
            waits.set()
        return held(path, **named)

    def run():
        try:
            job()
        finally:
            waits.set()

    def interrupted(*arguments, **named):
        result = original(*arguments, **named)
        if not threads:
            threads.append(threading.Thread(target=run))
            threads[0].start()
            waits.wait()
        return result

    with monkeypatch.context() as patch:
        patch.setattr(publish_lock.file_locks, "held", noted)
        patch.setattr(module, function, interrupted)
        yield
        assert threads, f"{function} was not called"
        threads[0].join()


def test_composing_the_newest_branches_does_not_undo_a_rollback_that_comes_meanwhile(
    grown, monkeypatch
):
    def back():
        roll_back(grown, "bald", provenance=BY_HAND)

    with meanwhile(monkeypatch, tree, "tasks_with_branches", back):
        compose(grown)
    served = served_tree(grown)[1].branches
    assert {task: branch.version for task, branch in served.items()} == {
        "bald": "0001",
        "suit": "0001",
    }
    assert served["bald"].withdrawn == ("0002",)


def test_a_tree_that_exists_is_composed_as_it_is(grown):
    for changes in ({"trunk": "0001"}, {"tasks": ["bald"]}, {"precision": "bfloat16"}):
        with pytest.raises(GraftNetError, match="Tree 0001 exists and is composed as it is"):
            compose(grown, "0001", **changes)
    assert atomic_files.numbered(grown.path(*GRAFTNET_DIR), suffix="") == [1, 2]


def test_a_candidate_of_what_is_no_longer_served_is_refused(grown):
    old, wanted = served_tree(grown)[0], head_tree(grown)
    roll_back(grown, "bald", provenance=BY_HAND)
    with pytest.raises(GraftNetError, match=r"Tree 0003 is served .* by now.*from tree 0002"):
        candidate_of(grown, wanted, instead_of=old, provenance=BY_HAND)
    assert not atomic_files.numbered(grown.path("candidates"), suffix="")
