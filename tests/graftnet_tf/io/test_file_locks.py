import os
import shutil
import signal
import threading

from graftnet_tf.io import file_locks


def test_one_holder_at_a_time_and_nothing_is_left(tmp_path):
    path = str(tmp_path / "lock")
    with file_locks.held(path) as first, file_locks.held(path, wait=False) as second:
        assert (first, second) == (True, False)
        assert os.path.exists(path)
    assert os.listdir(tmp_path) == []
    with file_locks.held(path, wait=False) as again:
        assert again


def test_waiting_jobs_take_turns(tmp_path):
    path, counts = str(tmp_path / "lock"), [0]

    def count():
        for _ in range(50):
            with file_locks.held(path):
                seen = counts[0]
                os.stat(tmp_path)  # lets other threads run
                counts[0] = seen + 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [200]


def test_the_lock_of_a_killed_job_is_free(tmp_path):
    path = str(tmp_path / "lock")
    child = os.fork()
    if child == 0:
        with file_locks.held(path):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert os.path.exists(path)
    with file_locks.held(path, wait=False) as free:
        assert free
    assert not os.path.exists(path)


def test_remote_file_systems_have_none():
    with file_locks.held("gs://bucket/lock") as one, file_locks.held("gs://bucket/lock") as other:
        assert (one, other) == (True, True)


def test_a_directory_deleted_under_a_lock_is_no_error_and_a_new_one_s_lock_is_left_alone(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with file_locks.held(str(folder / "lock")):
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "lock").write_text("another job's")
    assert os.listdir(folder) == ["lock"]
