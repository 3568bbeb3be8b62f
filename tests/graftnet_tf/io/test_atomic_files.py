import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files


def test_json_reads_back(tmp_path):
    path = str(tmp_path / "deep" / "content.json")
    atomic_files.write_json(path, {"café": [1, 2.5, None]})
    assert atomic_files.read_json(path) == {"café": [1, 2.5, None]}


def test_a_missing_or_broken_json_file_is_named(tmp_path):
    path = tmp_path / "task.json"
    with pytest.raises(GraftNetError, match=r"task\.json does not exist"):
        atomic_files.read_json(str(path))
    path.write_text('{"half": ')
    with pytest.raises(GraftNetError, match=r"task\.json is not valid JSON"):
        atomic_files.read_json(str(path))


def test_an_interrupted_replacement_leaves_the_old_file_and_nothing_else(tmp_path):
    path = str(tmp_path / "train.csv")
    atomic_files.write_text(path, "old")

    def interrupted():
        with atomic_files.replacing(path) as aside:
            with open(aside, "w") as file:
                file.write("ne")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert (tmp_path / "train.csv").read_text() == "old"
    assert os.listdir(tmp_path) == ["train.csv"]


def test_an_interrupted_directory_replacement_leaves_the_old_one(tmp_path):
    path = tmp_path / "report"
    for content, fails in (("old", False), ("new", True)):
        try:
            with atomic_files.replacing_directory(str(path)) as aside:
                with open(os.path.join(aside, "page.html"), "w") as file:
                    file.write(content)
                if fails:
                    raise InterruptedError
        except InterruptedError:
            pass
    assert (path / "page.html").read_text() == "old"
    assert os.listdir(tmp_path) == ["report"]


def test_sha256_of_a_tree_is_of_every_file(tmp_path):
    atomic_files.write_text(str(tmp_path / "b" / "two"), "")
    atomic_files.write_text(str(tmp_path / "one"), "abc")
    assert atomic_files.tree_sha256(str(tmp_path)) == {
        "b/two": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "one": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }


def write_directory(path, version):
    os.mkdir(path)
    atomic_files.write_text(os.path.join(path, "version"), version)


def test_versions_are_numbered_one_after_another(tmp_path):
    parent = str(tmp_path / "trunks")
    names = [
        atomic_files.publish_next(parent, write_directory, name="{:04d}".format) for _ in range(3)
    ]
    assert names == ["0001", "0002", "0003"]
    assert atomic_files.numbered(parent, suffix="") == [1, 2, 3]
    assert (tmp_path / "trunks" / "0002" / "version").read_text() == "0002"


@pytest.mark.parametrize(
    ("suffix", "names"),
    [("", {1: "0001", 3: "3", 10: "10"}), (".json", {2: "0002.json", 3: "3.json"})],
)
def test_a_version_is_a_number_and_the_suffix_that_is_expected(tmp_path, suffix, names):
    told = ("0001", "10", "3", "0002.json", "3.json", "2.bak", "2.json.bak", "-1", "1.5", "4 ")
    others = ("٣", "²", ".json", ".incoming-5", str(2**63), "9" * 200)
    for name in (*told, *others):
        (tmp_path / name).mkdir()
    assert atomic_files.names_by_number(str(tmp_path), suffix=suffix) == names
    assert atomic_files.numbered(str(tmp_path), suffix=suffix) == list(names)
    assert atomic_files.names_by_number(str(tmp_path / "absent"), suffix=suffix) == {}


def test_of_two_names_of_one_number_the_shorter_counts_and_that_is_told(tmp_path, caplog):
    for name in ("0002", "2", "02"):
        (tmp_path / name).mkdir()
    assert atomic_files.names_by_number(str(tmp_path), suffix="") == {2: "2"}
    assert f"Both 2 and 0002 in {tmp_path} are version 2" in caplog.text


def test_a_backup_takes_no_number(tmp_path):
    for name in ("0001.json", "0007.json.bak", "0009"):
        (tmp_path / name).mkdir()
    name = "{:04d}.json".format
    assert atomic_files.publish_next(str(tmp_path), write_directory, name=name) == "0002.json"


def test_a_failed_publication_is_not_listed_and_leaves_nothing(tmp_path):
    def fail(path, version):
        write_directory(path, version)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        atomic_files.publish_next(str(tmp_path), fail, name=str)
    assert os.listdir(tmp_path) == []


def test_the_leftover_of_a_kill_is_no_version(tmp_path):
    write_directory(str(tmp_path / f"{atomic_files.INCOMING}abc-0001"), "0001")
    assert atomic_files.numbered(str(tmp_path), suffix="") == []


def test_the_next_publication_removes_what_a_killed_one_left(tmp_path):
    parent = str(tmp_path)
    atomic_files.publish_next(parent, write_directory, name=str)
    child = os.fork()
    if child == 0:

        def die(path, version):
            write_directory(path, version)
            os.kill(os.getpid(), signal.SIGKILL)

        atomic_files.publish_next(parent, die, name=str)
    os.waitpid(child, 0)
    assert atomic_files.numbered(parent, suffix="") == [1]
    assert len(os.listdir(parent)) == 3, "the leftover and its claim"
    assert atomic_files.publish_next(parent, write_directory, name=str) == "2"
    assert sorted(os.listdir(parent)) == ["1", "2"]


def test_what_a_living_job_writes_is_left_alone(tmp_path):
    parent = str(tmp_path)

    def write(path, version):
        write_directory(path, version)
        if version == "1":
            assert atomic_files.publish_next(parent, write, name=str) == "2"
            assert os.path.exists(path)

    assert atomic_files.publish_next(parent, write, name=str) == "1"
    assert sorted(os.listdir(parent)) == ["1", "2"]


def test_a_number_published_by_other_means_meanwhile_is_not_replaced(tmp_path):
    def write(path, version):
        write_directory(path, version)
        write_directory(str(tmp_path / version), "of another")

    with pytest.raises(GraftNetError, match=r"Another job published .*1 meanwhile"):
        atomic_files.publish_next(str(tmp_path), write, name=str)
    assert (tmp_path / "1" / "version").read_text() == "of another"
    assert os.listdir(tmp_path) == ["1"]


@pytest.mark.parametrize("write", [write_directory, atomic_files.write_text])
def test_jobs_publishing_at_once_each_get_a_version_of_their_own(tmp_path, write):
    with ThreadPoolExecutor(8) as pool:
        names = list(
            pool.map(lambda _: atomic_files.publish_next(str(tmp_path), write, name=str), range(24))
        )
    assert sorted(map(int, names)) == list(range(1, 25))
    for name in names:
        file = tmp_path / name
        assert (file / "version" if file.is_dir() else file).read_text() == name
