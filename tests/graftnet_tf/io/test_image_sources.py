"""From names to images."""

import os

import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.image_sources import list_sources


@pytest.fixture
def folder(tmp_path):
    for path in ("b.JPG", "a/x.png", "a/deep/y.jpeg", "note.md", "old.bmp", "out/crops/z.png"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def listed(folder, *names):
    found = list_sources((str(folder / name) for name in names), str(folder / "out"))
    return [source.removeprefix(f"{folder}/") for source in found]


def test_a_folder_is_taken_whole_but_for_the_output(folder):
    found = listed(folder, "")
    assert sorted(found) == ["a/deep/y.jpeg", "a/x.png", "b.JPG", "old.bmp"]


def test_patterns_and_files_in_the_order_given(folder):
    assert listed(folder, "b.JPG", "a/*.png", "?.JPG") == ["b.JPG", "a/x.png", "b.JPG"]


def test_a_list_holds_paths_and_urls(folder):
    (folder / "all.txt").write_text("absent.jpg\n\nhttp://host/a.jpg\n gs://bucket/b.png \n")
    assert listed(folder, "all.txt") == [
        os.path.realpath("absent.jpg"),
        "http://host/a.jpg",
        "gs://bucket/b.png",
    ]


def test_a_list_of_windows_with_a_name_that_is_not_utf8(folder):
    (folder / "all.txt").write_bytes(b"\xef\xbb\xbf/a.jpg\r\n/\xe9.jpg\r\n")
    assert listed(folder, "all.txt") == ["/a.jpg", "/\udce9.jpg"]


def test_urls_are_taken_as_they_are():
    assert list(list_sources(["https://host/a"], "out")) == ["https://host/a"]


@pytest.mark.parametrize("name", ["absent.jpg", "*.webp", "nowhere/"])
def test_what_matches_nothing_is_refused_at_once(folder, name):
    with pytest.raises(GraftNetError, match="is not there"):
        list_sources([str(folder), str(folder / name)], "out")


def test_a_scheme_that_is_not_known_is_refused():
    with pytest.raises(GraftNetError, match="cannot be looked up"):
        list_sources(["nothing://host/a.jpg"], "out")


@pytest.mark.parametrize("folder", ["folder", "gs://bucket/folder"])
def test_a_folder_that_cannot_be_read_is_not_passed_over(tmp_path, monkeypatch, folder):
    def walk(top, onerror, **_):
        onerror(tf.errors.PermissionDeniedError(None, None, f"{top} is closed"))
        return iter(())

    for owner, name in ((os, "walk"), (tf.io.gfile, "walk")):
        monkeypatch.setattr(owner, name, walk)
    for owner, name in ((os.path, "exists"), (os.path, "isdir")):
        monkeypatch.setattr(owner, name, lambda _: True)
    for name in ("exists", "isdir"):
        monkeypatch.setattr(tf.io.gfile, name, lambda _: True)
    with pytest.raises(GraftNetError, match="is closed"):
        list(list_sources([folder], "out"))


@pytest.mark.parametrize("hidden", [".thumbnails/1.jpg", "@eaDir/a.jpg/x.jpg", "a/._x.png"])
def test_what_is_hidden_is_passed_over_unless_it_is_named(folder, hidden):
    usual = listed(folder, "")
    (folder / hidden).parent.mkdir(parents=True, exist_ok=True)
    (folder / hidden).touch()
    assert listed(folder, "") == usual
    deep = os.path.dirname(hidden).count("/") + 1
    pattern = "*/" * deep + "*.*"
    assert not [path for path in listed(folder, pattern) if path == hidden]
    assert listed(folder, hidden) == [hidden]


def test_a_hidden_folder_is_taken_when_it_is_named(folder):
    (folder / ".inbox").mkdir()
    (folder / ".inbox" / "1.jpg").touch()
    assert listed(folder, ".inbox") == listed(folder, ".in*/*") == [".inbox/1.jpg"]


def test_a_pattern_of_folders_takes_what_is_in_them(folder):
    assert listed(folder, "a*") == ["a/x.png", "a/deep/y.jpeg"]


def test_links_are_one_place_and_loops_end(folder):
    usual = listed(folder, "")
    (folder / "a" / "deep" / "up").symlink_to(folder / "a")
    (folder / "a" / "self").symlink_to(folder / "a" / "deep")
    (folder / "round").symlink_to("round")
    (folder / "b2.jpg").symlink_to("b.JPG")
    assert sorted(set(listed(folder, ""))) == sorted(usual)
    assert len(listed(folder, "")) == len(usual) + 1  # b.JPG, by both of its names
    assert listed(folder, "a") == ["a/x.png", "a/deep/y.jpeg"]


def test_a_link_to_a_folder_above_takes_in_nothing_beside(folder):
    (folder / "a" / "up").symlink_to(folder)
    assert listed(folder, "a") == ["a/x.png", "a/deep/y.jpeg"]


def test_a_link_into_the_output_is_not_followed_there(folder):
    (folder / "link").symlink_to(folder / "out" / "crops")
    assert "link/z.png" not in listed(folder, "")
    assert not listed(folder, "link")


def test_one_place_by_all_of_its_names(folder, monkeypatch):
    monkeypatch.chdir(folder / "a")
    names = ["x.png", "./x.png", "../a/x.png", f"{folder}/a/x.png", f"file://{folder}/a/x.png"]
    assert set(list_sources(names, "out")) == {f"{folder}/a/x.png"}


def test_remote_folders_as_local_ones(monkeypatch):
    def walk(top, onerror):
        return iter([(top, ["@eaDir"], ["b.jpg", "a.jpg"]), (f"{top}/@eaDir", [], ["c.jpg"])])

    monkeypatch.setattr(tf.io.gfile, "walk", walk)
    for name in ("exists", "isdir"):
        monkeypatch.setattr(tf.io.gfile, name, lambda _: True)
    expected = ["gs://bucket/s/a.jpg", "gs://bucket/s/b.jpg"]
    assert list(list_sources(["gs://bucket/s"], "gs://bucket/out")) == expected
    assert not list(list_sources(["gs://bucket/s"], "gs://bucket/s"))
