"""Unreadable images that a run has found."""

from concurrent.futures import ThreadPoolExecutor

from graftnet_tf.io import atomic_files
from graftnet_tf.io.unreadable_log import UnreadableLog


def test_what_several_threads_find_is_all_in_the_file_once(tmp_path):
    path = str(tmp_path / "unreadable.json")
    log = UnreadableLog(path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log.add(f"{number % 40}.jpg", f"{number}"), range(80)))
    assert set(log.reasons) == {f"{number}.jpg" for number in range(40)}
    assert atomic_files.read_json(path) == log.reasons == UnreadableLog(path).reasons


def test_the_first_reason_stays_and_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = UnreadableLog()
    log.add("a.jpg", "gone")
    log.add("a.jpg", "damaged")
    assert log.reasons == {"a.jpg": "gone"}
    assert not list(tmp_path.iterdir())
