"""From names to snapshots."""

import pytest
import tensorflow as tf

from yolact_tf.errors import YolactError
from yolact_tf.person_crops.sources import list_sources


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
    assert listed(folder, "all.txt") == ["absent.jpg", "http://host/a.jpg", "gs://bucket/b.png"]


def test_urls_are_taken_as_they_are():
    assert list(list_sources(["https://host/a"], "out")) == ["https://host/a"]


@pytest.mark.parametrize("name", ["absent.jpg", "*.webp", "nowhere/"])
def test_what_matches_nothing_is_refused_at_once(folder, name):
    with pytest.raises(YolactError, match="is not there"):
        list_sources([str(folder), str(folder / name)], "out")


def test_a_scheme_that_is_not_known_is_refused():
    with pytest.raises(YolactError, match="cannot be looked up"):
        list_sources(["nothing://host/a.jpg"], "out")


def test_a_folder_that_cannot_be_read_is_not_passed_over(folder, monkeypatch):
    def walk(top, onerror):
        onerror(tf.errors.PermissionDeniedError(None, None, f"{top} is closed"))
        return iter(())

    monkeypatch.setattr(tf.io.gfile, "walk", walk)
    with pytest.raises(YolactError, match="is closed"):
        listed(folder, "")
