import functools
import glob
import multiprocessing
import os
import shutil
import signal
import time
from unittest import mock

import numpy as np
import pytest

from graftnet_tf.features import feature_cache
from graftnet_tf.features.feature_cache import FeatureCache
from tests.killed_runs import Killed

SIZE = 2 * 6 * 4 * 3  # bytes of one array


def key(number):
    return number.to_bytes(16, "big")


def keys(*numbers):
    return [key(number) for number in numbers]


def array(of):
    return np.full((6, 4, 3), int.from_bytes(of, "big"), np.float16)


class Worker:
    """Computes arrays that say which key they belong to, and notes for which it had to."""

    def __init__(self, fail_at=None):
        self.done, self._fail_at = [], fail_at

    def __call__(self, some):
        if self._fail_at in some:
            raise Killed
        self.done += some
        return np.stack([array(of) for of in some])


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(feature_cache, "SHARD", 4)


def filled(directory, some, *, worker=None, shelf="shelf", limit=10**6):
    """A cache asked for some keys, all of which it must give, and what it had to compute."""
    worker = worker or Worker()
    cache = FeatureCache(str(directory), shelf, limit=limit)
    cache.fill(some, worker, description="test")
    for of in some:
        np.testing.assert_array_equal(cache.read(of), array(of))
    return worker.done


def shards(directory, shelf="*"):
    return sorted(glob.glob(os.path.join(directory, shelf, "*.features")), key=os.path.getmtime)


def test_only_what_is_new_is_computed(tmp_path):
    assert filled(tmp_path, keys(*range(10))) == keys(*range(10))
    assert filled(tmp_path, keys(3, 9, 0)) == []
    assert filled(tmp_path, keys(9, 10, 3, 10, 11)) == keys(10, 11)
    assert filled(tmp_path, keys(0), shelf="another") == keys(0)


def test_what_was_not_asked_for_is_not_there(tmp_path):
    filled(tmp_path, keys(1, 2))
    cache = FeatureCache(str(tmp_path), "shelf")
    assert cache.read(key(1)) is None
    cache.fill(keys(1), Worker(), description="test")
    assert cache.read(key(7)) is None


def test_a_killed_run_loses_one_shard_at_most(tmp_path):
    killed = Worker(fail_at=key(9))
    with pytest.raises(Killed):
        filled(tmp_path, keys(*range(12)), worker=killed)
    assert killed.done == keys(*range(8))
    assert filled(tmp_path, keys(*range(12))) == keys(8, 9, 10, 11)


def test_all_shelves_are_cleared_and_what_a_job_has_opened_can_still_be_read(tmp_path):
    filled(tmp_path, keys(*range(5)))
    filled(tmp_path, keys(0), shelf="another")
    cache = FeatureCache(str(tmp_path), "shelf")
    cache.fill(keys(1), Worker(), description="test")
    assert feature_cache.clear(str(tmp_path)) == 3
    assert shards(tmp_path) == []
    np.testing.assert_array_equal(cache.read(key(1)), array(key(1)))
    assert filled(tmp_path, keys(1)) == keys(1)


def test_a_cache_that_is_not_there_is_clear(tmp_path):
    assert feature_cache.clear(str(tmp_path / "none")) == 0
    assert not os.path.exists(tmp_path / "none")


def test_leftovers_of_killed_runs_are_removed_on_every_shelf(tmp_path):
    filled(tmp_path, keys(0))
    filled(tmp_path, keys(0), shelf="another")
    leftovers = [tmp_path / shelf / ".incoming-x" for shelf in ("shelf", "another")]
    for leftover in leftovers:
        leftover.write_bytes(b"half a shard")
    filled(tmp_path, keys(1))
    assert [leftover.exists() for leftover in leftovers] == [False, False]
    assert filled(tmp_path, keys(0, 1)) == []


@pytest.mark.parametrize("damage", ["truncated", "emptied", "changed", "changed at its start"])
def test_damaged_shards_are_computed_again(tmp_path, damage, caplog):
    filled(tmp_path, keys(*range(8)))
    path = shards(tmp_path)[0]
    with open(path, "r+b") as file:
        content = bytearray(file.read())
        content[20 if "start" in damage else -5] ^= 1
        file.seek(0)
        file.write(content)
        file.truncate({"truncated": len(content) // 2, "emptied": 0}.get(damage, len(content)))
    assert filled(tmp_path, keys(*range(8))) == keys(0, 1, 2, 3)
    assert f"{path} is damaged" in caplog.text
    assert filled(tmp_path, keys(*range(8))) == []


def test_the_shards_unused_for_longest_are_dropped(tmp_path):
    for shelf in ("old", "used", "new"):
        filled(tmp_path, keys(*range(4)), shelf=shelf)
        time.sleep(0.01)
    filled(tmp_path, keys(2), shelf="used")
    three = sum(map(os.path.getsize, shards(tmp_path)))
    filled(tmp_path, keys(*range(10, 14)), shelf="newest", limit=three)
    assert filled(tmp_path, keys(*range(4)), shelf="used") == []
    assert filled(tmp_path, keys(*range(4)), shelf="new") == []
    assert shards(tmp_path, "old") == []


def test_what_does_not_fit_is_left_out_and_logged(tmp_path, caplog):
    filled(tmp_path, keys(100), shelf="another")
    cache, worker = FeatureCache(str(tmp_path), "shelf", limit=12 * SIZE), Worker()
    cache.fill(keys(*range(12)), worker, description="test")
    kept = [number for number in range(12) if cache.read(key(number)) is not None]
    assert kept == [0, 1, 2, 3]
    assert len(shards(tmp_path, "another")) == 1, "its room would not have been enough"
    assert "8 more views are computed for every batch" in caplog.text
    computed = list(worker.done)
    cache.fill(keys(11), worker, description="test")
    assert worker.done == computed, "a full cache computes nothing"
    assert sum(map(os.path.getsize, shards(tmp_path))) <= 12 * SIZE


def test_what_another_job_reads_is_not_dropped_and_what_it_has_left_is(tmp_path):
    filled(tmp_path, keys(*range(4)), shelf="closed")
    other = FeatureCache(str(tmp_path), "another")
    other.fill(keys(*range(4)), Worker(), description="test")
    two = sum(map(os.path.getsize, shards(tmp_path)))
    cache = FeatureCache(str(tmp_path), "shelf", limit=two)
    cache.fill(keys(*range(8)), Worker(), description="test")
    assert [len(shards(tmp_path, shelf)) for shelf in ("closed", "another", "shelf")] == [0, 1, 1]
    assert cache.read(key(0)) is not None
    assert cache.read(key(4)) is None
    del other
    filled(tmp_path, keys(8), shelf="new", limit=two)
    assert [len(shards(tmp_path, shelf)) for shelf in ("another", "shelf")] == [0, 1]


def test_what_a_killed_job_read_may_be_dropped(tmp_path):
    def read_and_die():
        cache = FeatureCache(str(tmp_path), "shelf")
        cache.fill(keys(*range(4)), Worker(), description="test")
        os.kill(os.getpid(), signal.SIGKILL)

    job = multiprocessing.get_context("fork").Process(target=read_and_die)
    job.start()
    job.join()
    assert job.exitcode == -signal.SIGKILL
    one = sum(map(os.path.getsize, shards(tmp_path, "shelf")))
    filled(tmp_path, keys(*range(4)), shelf="another", limit=one)
    assert shards(tmp_path, "shelf") == []


def test_a_cache_deleted_while_in_use_is_heeded_by_others_from_then_on(tmp_path):
    directory = str(tmp_path / "cache")
    cache = FeatureCache(directory, "shelf")
    cache.fill(keys(*range(4)), Worker(), description="test")
    shutil.rmtree(directory)
    cache.fill(keys(*range(4, 8)), Worker(), description="test")
    one = sum(map(os.path.getsize, shards(directory)))
    other = FeatureCache(directory, "another", limit=one)
    other.fill(keys(0), Worker(), description="test")
    assert other.read(key(0)) is None
    assert len(shards(directory, "shelf")) == 1


def test_a_directory_that_cannot_be_made_leaves_everything_out(tmp_path, caplog):
    (tmp_path / "file").write_text("no directory")
    cache = FeatureCache(str(tmp_path / "file"), "shelf")
    cache.fill(keys(0, 1), Worker(), description="test")
    assert cache.read(key(0)) is None
    assert "cannot be written" in caplog.text


def test_a_disk_that_cannot_be_written_leaves_everything_out(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    cache = FeatureCache(str(tmp_path), "shelf")
    cache.fill(keys(0, 1), Worker(), description="test")
    assert cache.read(key(0)) is None
    assert "No space left on device" in caplog.text
    assert os.listdir(tmp_path / "shelf") == []


def test_a_cache_deleted_while_in_use_can_still_be_read(tmp_path):
    cache = FeatureCache(str(tmp_path), "shelf")
    cache.fill(keys(0, 1), Worker(), description="test")
    for path in shards(tmp_path):
        os.remove(path)
    np.testing.assert_array_equal(cache.read(key(1)), array(key(1)))


@pytest.fixture
def full(tmp_path):
    """A full cache that reads key 0, of a shelf with keys 0…7 in two shards."""
    filled(tmp_path, keys(*range(8)))
    cache = FeatureCache(str(tmp_path), "shelf", limit=0)
    cache.fill(keys(0, 100), Worker(), description="test")
    return cache


@pytest.fixture
def listings():
    """Calls that list a directory."""
    with mock.patch.object(feature_cache.glob, "glob", wraps=glob.glob) as listing:
        yield listing.call_args_list


def settle(shelf):
    """Lets the last change of a shelf be long ago."""
    os.utime(shelf, ns=(0, 10**9))


def fill_without_computing(cache, some):
    cache.fill(some, Worker(fail_at=some[0]), description="test")


def test_a_full_cache_lists_a_shelf_again_only_when_it_has_changed(tmp_path, full, listings):
    settle(tmp_path / "shelf")
    fill_without_computing(full, keys(200))
    assert len(listings) == 1
    with mock.patch.object(FeatureCache, "_locked", side_effect=AssertionError("locked")):
        fill_without_computing(full, keys(200, 201, 0))
    assert len(listings) == 1
    filled(tmp_path, keys(200))
    listings.clear()
    fill_without_computing(full, keys(200))
    np.testing.assert_array_equal(full.read(key(200)), array(key(200)))
    assert len(listings) == 1


def test_two_changes_at_the_same_time_are_two(tmp_path, full):
    fill_without_computing(full, keys(200))
    just_now = os.stat(tmp_path / "shelf").st_mtime_ns
    filled(tmp_path, keys(200))
    os.utime(tmp_path / "shelf", ns=(just_now, just_now))
    fill_without_computing(full, keys(200))
    assert full.read(key(200)) is not None


def test_a_shelf_that_is_deleted_and_made_again_is_listed_again(tmp_path, full):
    settle(tmp_path / "shelf")
    fill_without_computing(full, keys(200))
    os.rename(tmp_path / "shelf", tmp_path / "former")
    fill_without_computing(full, keys(200))
    filled(tmp_path, keys(200))
    settle(tmp_path / "shelf")
    fill_without_computing(full, keys(200))
    assert full.read(key(200)) is not None


def test_a_shard_is_opened_for_a_key_of_its_own_alone(full):
    with mock.patch.object(feature_cache, "_digest", wraps=feature_cache._digest) as checked:
        fill_without_computing(full, keys(1))
        assert full.read(key(4)) is None
        assert checked.call_count == 0
        fill_without_computing(full, keys(5))
        fill_without_computing(full, keys(6, 200))
        assert checked.call_count == 1
    np.testing.assert_array_equal(full.read(key(4)), array(key(4)))


def test_a_known_key_is_found_where_another_job_has_put_it_since(tmp_path, full):
    dropped = next(path for path in shards(tmp_path) if key(4) in feature_cache._Shard(path).keys)
    os.remove(dropped)
    filled(tmp_path, keys(4, 8))
    fill_without_computing(full, keys(4))
    np.testing.assert_array_equal(full.read(key(4)), array(key(4)))


@pytest.mark.parametrize("damaged", [True, False])
def test_a_shard_lost_after_its_keys_were_read_is_computed_again(tmp_path, damaged):
    filled(tmp_path, keys(*range(8)))
    cache, worker = FeatureCache(str(tmp_path), "shelf"), Worker()
    cache.fill(keys(0), worker, description="test")
    lost = next(path for path in shards(tmp_path) if key(4) in feature_cache._Shard(path).keys)
    if damaged:
        os.truncate(lost, os.path.getsize(lost) - 1)
    else:
        os.remove(lost)
    settle(tmp_path / "shelf")
    cache.fill(keys(4, 0, 6), worker, description="test")
    assert worker.done == keys(4, 6)
    np.testing.assert_array_equal(cache.read(key(6)), array(key(6)))
    assert cache.read(key(5)) is None


def _compute_slowly(directory, done):
    def compute(some):
        time.sleep(0.02)
        for of in some:
            done.put(of)
        return np.stack([array(of) for of in some])

    cache = FeatureCache(directory, "shelf")
    cache.fill(keys(*range(24)), compute, description="test")
    assert all((cache.read(of) == array(of)).all() for of in keys(*range(24)))


def _fill_beside(directory, shelf, limit, meeting, seen):
    def compute(some):
        meeting.wait(20)  # both have looked at the disk, neither has written
        return Worker()(some)

    cache = FeatureCache(directory, shelf, limit=limit)
    for numbers in (range(4), range(4, 8)):
        cache.fill(keys(*numbers), compute, description="test")
        seen.put(sum(map(os.path.getsize, shards(directory))))
    here = [of for of in keys(*range(8)) if cache.read(of) is not None]
    meeting.wait(20)
    assert here
    assert all((cache.read(of) == array(of)).all() for of in here)
    there = {of for path in shards(directory, shelf) for of in feature_cache._Shard(path).keys}
    assert there.issuperset(here), "what this job reads is still there"


def test_two_jobs_at_once_keep_the_limit_together_and_what_either_reads(tmp_path):
    fork = multiprocessing.get_context("fork")
    filled(tmp_path / "measured", keys(*range(4)))
    limit = 3 * os.path.getsize(shards(tmp_path / "measured")[0])
    directory, meeting, seen = str(tmp_path / "cache"), fork.Barrier(2), fork.Queue()
    jobs = [
        fork.Process(target=_fill_beside, args=(directory, shelf, limit, meeting, seen))
        for shelf in ("one", "other")
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [job.exitcode for job in jobs] == [0, 0]
    assert max(seen.get(timeout=20) for _ in range(4)) <= limit
    assert len(shards(directory)) == 3


def test_jobs_that_need_the_same_at_once_compute_it_once(tmp_path):
    fork = multiprocessing.get_context("fork")
    done = fork.Queue()
    jobs = [fork.Process(target=_compute_slowly, args=(str(tmp_path), done)) for _ in range(3)]
    for job in jobs:
        job.start()
    computed = [done.get(timeout=20) for _ in range(24)]
    for job in jobs:
        job.join()
    assert [job.exitcode for job in jobs] == [0, 0, 0]
    assert sorted(computed) == keys(*range(24))
    assert done.empty()


def test_a_job_killed_at_computing_keeps_no_other_waiting(tmp_path):
    def compute(some):
        if key(6) in some:
            os.kill(os.getpid(), signal.SIGKILL)
        return Worker()(some)

    cache = FeatureCache(str(tmp_path), "shelf")
    fill = functools.partial(cache.fill, keys(*range(12)), compute, description="test")
    job = multiprocessing.get_context("fork").Process(target=fill)
    job.start()
    job.join()
    assert job.exitcode == -signal.SIGKILL
    assert filled(tmp_path, keys(*range(12))) == keys(*range(4, 12))
