import os

import pytest

from graftnet_tf.io import file_locks
from graftnet_tf.registry import publish_lock as module
from graftnet_tf.registry.publish_lock import publish_lock
from graftnet_tf.workspace.workspace import Workspace


def is_free(workspace):
    with file_locks.held(module._lock_file(workspace), wait=False) as free:
        return free


def test_its_holder_may_take_it_again_and_holds_it_to_the_end(tmp_path):
    workspace = Workspace(str(tmp_path))
    other_name = Workspace(os.path.join(str(tmp_path), "."))
    with publish_lock(workspace):
        assert not is_free(workspace)
        with publish_lock(other_name):
            assert not is_free(workspace)
        assert not is_free(workspace)
    assert is_free(workspace)


def test_it_is_given_back_after_an_exception(tmp_path):
    workspace = Workspace(str(tmp_path))
    with pytest.raises(KeyError), publish_lock(workspace):
        raise KeyError
    assert is_free(workspace)
    with publish_lock(workspace):
        assert not is_free(workspace)


def test_workspaces_have_locks_of_their_own(tmp_path):
    one, other = (Workspace(str(tmp_path / name), create=True) for name in ("one", "other"))
    with publish_lock(one):
        assert is_free(other)
