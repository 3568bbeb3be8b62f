"""Whole jobs: what they write, what they skip, and what a kill costs."""

import contextlib
import csv
import functools
import http.server
import io
import json
import os
import pathlib
import shutil
import socket
import threading
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from pycocotools import mask as run_lengths

from graftnet_tf.io import file_locks
from tests.yolact_tf.fake_network import fake_segmenter
from tests.yolact_tf.person_crops.conftest import PEOPLE
from yolact_tf.errors import YolactError
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder
from yolact_tf.person_crops import cutting
from yolact_tf.person_crops.job import segment_people

FIELD_CASE = pathlib.Path(__file__).parents[4] / "shared" / "field_cases" / "23_segment"


class KilledError(BaseException):
    """Stands in for the end of the process."""


def lines(output):
    return [json.loads(line) for line in (output / "people.jsonl").read_text().splitlines()]


def contents(output):
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.parent.name != "journal"
    }


def test_crops_and_tables_say_the_same(snapshots, finder, tmp_path):
    output = tmp_path / "out"
    summary = segment_people([str(snapshots)], str(output), finder, batch_size=2)
    assert (summary.images, summary.people, summary.images_without_people) == (5, 8, 1)
    assert (summary.skipped, summary.processed_now) == (0, 5)
    assert summary.images_per_second > 0
    people = lines(output)
    with open(output / "people.csv") as table:
        rows = list(csv.DictReader(table))
    assert [row["crop"] for row in rows] == [person["crop"] for person in people]
    assert len({person["crop"] for person in people}) == 8
    for person, row in zip(people, rows, strict=True):
        x1, y1, x2, y2 = person["box"]
        assert [row["x1"], row["y1"], row["x2"], row["y2"]] == [str(n) for n in person["box"]]
        snapshot = np.asarray(Image.open(person["source"]))
        assert snapshot.shape[:2] == (person["image_height"], person["image_width"])
        mask = run_lengths.decode(person["mask"])
        expected = (snapshot * mask[..., None])[y1:y2, x1:x2]
        np.testing.assert_array_equal(Image.open(output / person["crop"]), expected)
        assert expected.any()


def test_names_of_crops_reveal_nothing(snapshots, finder, tmp_path):
    segment_people([str(snapshots)], str(tmp_path / "out"), finder)
    for person in lines(tmp_path / "out"):
        folder, name = person["crop"].removeprefix("crops/").split("/")
        stem, _, number = name.partition("-")
        assert name.startswith(folder)
        assert len(stem) == 32
        assert set(stem) <= set("0123456789abcdef")
        assert number in ("000.png", "001.png")


def test_bad_snapshots_are_listed_and_harm_no_other(snapshots, finder, tmp_path):
    (snapshots / "broken.jpg").write_bytes(b"\xff\xd8\xff" + b"no image" * 9)
    (snapshots / "cut.png").write_bytes((snapshots / "4.png").read_bytes()[:60])
    (snapshots / "dot.png").write_bytes(png(1, 1))
    (snapshots / "empty.jpg").touch()
    (snapshots / "other.bmp").write_bytes(b"BM" + bytes(90))
    listing = tmp_path / "list.txt"
    listing.write_text(f"{snapshots}/absent.png\n")
    output = tmp_path / "out"
    summary = segment_people([str(snapshots), str(listing)], str(output), finder)
    assert (summary.images, summary.people, summary.skipped) == (5, 8, 6)
    with open(output / "skipped.csv") as table:
        reasons = {row["source"].split("/")[-1]: row["reason"] for row in csv.DictReader(table)}
    assert "at least 16" in reasons.pop("dot.png")
    assert "Not a JPEG or PNG" in reasons.pop("other.bmp")
    assert reasons.pop("empty.jpg") == "It is empty."
    assert "No such file" in reasons.pop("absent.png")
    assert set(reasons) == {"broken.jpg", "cut.png"}
    assert all(reasons.values())


def png(height, width):
    data = io.BytesIO()
    Image.new("RGB", (width, height), (9, 9, 9)).save(data, "PNG")
    return data.getvalue()


def test_a_second_run_does_what_is_missing(snapshots, finder, tmp_path):
    output = tmp_path / "out"
    (snapshots / "late.png").touch()
    segment_people([str(snapshots)], str(output), finder)
    before = contents(output)
    (snapshots / "late.png").write_bytes(png(40, 40))
    (snapshots / "new.png").write_bytes(png(32, 32))
    summary = segment_people([str(snapshots), str(snapshots)], str(output), finder)
    assert (summary.processed_now, summary.images, summary.people) == (2, 7, 12)
    assert summary.skipped == 0
    after = contents(output)
    assert {name for name in before if after[name] == before[name]} == {
        name for name in before if name.startswith("crops/") or name == "settings.json"
    }
    again = segment_people([str(snapshots)], str(output), finder)
    assert again.processed_now == 0
    assert contents(output) == after


@pytest.mark.parametrize("kill", range(1, 9))
def test_killed_anywhere_a_replaced_snapshot_is_done_in_the_end(snapshots, finder, tmp_path, kill):
    output = tmp_path / "out"
    segment_people([str(snapshots)], str(output), finder)
    former = crops(output)
    (snapshots / "0.png").write_bytes(png(24, 32))
    with killed_at_step(kill) as steps, pytest.raises(KilledError):
        segment_people([str(snapshots)], str(output), finder)
    assert len(steps) == kill
    segment_people([str(snapshots)], str(output), finder)
    assert crops(output) == {person["crop"] for person in lines(output)}
    assert len(former & crops(output)) == 6
    shown = [person for person in lines(output) if person["source"].endswith("/0.png")]
    assert {(person["image_height"], person["image_width"]) for person in shown} == {(24, 32)}


@pytest.mark.parametrize("kill", range(1, 24))
def test_killed_anywhere_nothing_is_lost_or_doubled(snapshots, finder, tmp_path, kill):
    run = functools.partial(
        segment_people, [str(snapshots)], finder=finder, batch_size=1, save_every=2
    )
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    expected = run(str(whole))
    with killed_at_step(kill) as steps, pytest.raises(KilledError):
        run(str(broken))
    assert len(steps) == kill
    resumed = run(str(broken))
    assert contents(broken) == contents(whole)
    assert resumed.images == expected.images
    assert not [path for path in broken.rglob("*") if path.name.startswith(".incoming")]


class killed_at_step:  # noqa: N801
    """Ends the run in its `kill`th step: before a crop is written or a file is renamed."""

    def __init__(self, kill):
        self._kill, self._steps = kill, []

    def __enter__(self):
        self._patches = [
            mock.patch.object(tf.io.gfile, "rename", self._counted(tf.io.gfile.rename)),
            mock.patch.object(cutting, "_write_crop", self._counted(cutting._write_crop)),
        ]
        for patch in self._patches:
            patch.start()
        return self._steps

    def __exit__(self, *_):
        for patch in self._patches:
            patch.stop()

    def _counted(self, original):
        def counted(*arguments, **options):
            self._steps.append(original.__name__)
            if len(self._steps) == self._kill:
                raise KilledError
            return original(*arguments, **options)

        return counted


def crops(output):
    return {str(path.relative_to(output)) for path in (output / "crops").rglob("*.png")}


def test_two_cameras_with_the_same_names_in_one_output(finder, tmp_path, monkeypatch):
    for camera, height in (("a", 40), ("b", 48)):
        (tmp_path / camera / "snapshots").mkdir(parents=True)
        (tmp_path / camera / "snapshots" / "0001.png").write_bytes(png(height, 32))
        monkeypatch.chdir(tmp_path / camera)
        summary = segment_people(["snapshots/"], "../out", finder)
        assert summary.processed_now == 1
    people = lines(tmp_path / "out")
    assert {person["source"] for person in people} == {
        f"{tmp_path}/{camera}/snapshots/0001.png" for camera in "ab"
    }
    assert len({person["crop"] for person in people}) == 4 == len(crops(tmp_path / "out"))


@pytest.mark.skipif(not FIELD_CASE.is_dir(), reason="needs ../shared")
def test_the_field_case_of_two_lifts(finder, tmp_path, monkeypatch):
    shutil.copytree(FIELD_CASE, tmp_path / "lifts")
    for lift, done in (("lift_a", 1), ("lift_b", 1), ("lift_a", 0)):
        monkeypatch.chdir(tmp_path / "lifts" / lift)
        assert segment_people(["snapshots/"], "../out", finder).processed_now == done
    shutil.copy2("../lift_b/snapshots/0001.jpg", "snapshots/0001.jpg")
    summary = segment_people(["snapshots/"], "../out", finder)
    assert (summary.processed_now, summary.images) == (1, 2)
    output = tmp_path / "lifts" / "out"
    assert crops(output) == {person["crop"] for person in lines(output)}


def test_copies_of_an_image_are_snapshots_of_their_own(finder, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(40, 32))
    summary = segment_people([str(tmp_path)], str(tmp_path / "out"), finder)
    assert (summary.images, len(crops(tmp_path / "out"))) == (2, 4)


def test_the_same_folder_by_several_names_is_done_once(snapshots, finder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(snapshots)
    names = ["snapshots", "./snapshots/", "link", str(snapshots), f"{snapshots}/*.png"]
    summary = segment_people(names, "out", finder)
    assert (summary.processed_now, summary.images, summary.people) == (5, 5, 8)


def test_a_replaced_image_is_done_again_and_its_crops_replaced(snapshots, finder, tmp_path):
    output = tmp_path / "out"
    segment_people([str(snapshots)], str(output), finder)
    former, changed = crops(output), snapshots / "0.png"
    times = changed.stat()
    data = bytearray(changed.read_bytes())
    black = Image.fromarray(np.zeros((40, 64, 3), np.uint8))  # nobody is in it
    black.save(changed)
    changed.write_bytes(changed.read_bytes().ljust(len(data), b"\0"))
    os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert changed.stat().st_size == times.st_size
    summary = segment_people([str(snapshots)], str(output), finder)
    assert (summary.processed_now, summary.images, summary.people) == (1, 5, 6)
    assert summary.images_without_people == 2
    assert crops(output) == {person["crop"] for person in lines(output)} < former
    changed.write_bytes(data)
    assert segment_people([str(snapshots)], str(output), finder).processed_now == 1
    assert crops(output) == former


def test_a_touched_or_absent_image_is_not_done_again(snapshots, finder, tmp_path):
    output = tmp_path / "out"
    listing = tmp_path / "list.txt"
    listing.write_text("".join(f"{snapshots}/{number}.png\n" for number in range(5)))
    segment_people([str(listing)], str(output), finder)
    before = contents(output)
    os.utime(snapshots / "0.png", (1, 1))
    (snapshots / "1.png").unlink()
    for _ in range(2):
        with mock.patch.object(cutting.image_fetching, "decode", side_effect=AssertionError):
            assert segment_people([str(listing)], str(output), finder).processed_now == 0
        assert contents(output) == before
    with mock.patch.object(cutting.image_fetching, "read", side_effect=AssertionError):
        segment_people([str(listing)], str(output), finder)


def test_an_image_that_became_unreadable_is_listed_and_keeps_its_crops(snapshots, finder, tmp_path):
    output, image = tmp_path / "out", snapshots / "0.png"
    segment_people([str(snapshots)], str(output), finder)
    data, before = image.read_bytes(), contents(output)
    image.write_bytes(data[:50])
    summary = segment_people([str(snapshots)], str(output), finder)
    assert (summary.processed_now, summary.people, summary.skipped) == (1, 8, 1)
    image.write_bytes(data)
    assert segment_people([str(snapshots)], str(output), finder).skipped == 0
    assert contents(output) == before


@pytest.mark.parametrize(
    "name", [b"caf\xe9.png", b"caf\xe9/a.png", 'ä, "b"\nc.png'.encode(), b"#%20 ?.png"]
)
def test_odd_names_harm_no_other(snapshots, finder, tmp_path, name):
    output, path = tmp_path / "out", os.path.join(os.fsencode(snapshots), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(png(40, 32))
    readable = b"\xe9" not in name
    usual = tuple(f"/{number}.png" for number in range(5))
    for _ in range(2):
        summary = segment_people([str(snapshots)], str(output), finder)
        assert (summary.images, summary.skipped) == (5 + readable, 1 - readable)
    table = "people.csv" if readable else "skipped.csv"
    with open(output / table, newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["source"].endswith(usual)]
    shown = os.fsdecode(path) if readable else os.fsdecode(path.replace(b"\xe9", b"\\xe9"))
    assert {row["source"] for row in rows} == {shown}
    assert readable or rows[0]["reason"] == "The file name is not UTF-8; rename it."


def test_what_is_no_file_is_listed(snapshots, finder, tmp_path):
    os.mkfifo(snapshots / "pipe.png")
    (snapshots / "loop.png").symlink_to("loop.png")
    summary = segment_people([str(snapshots)], str(tmp_path / "out"), finder)
    assert (summary.images, summary.skipped) == (5, 2)
    assert "pipe.png,It is not a file." in (tmp_path / "out" / "skipped.csv").read_text()


def test_a_second_job_in_one_output_is_refused_and_nothing_lost(snapshots, finder, tmp_path):
    output = str(tmp_path / "out")
    asked = []

    def slow(source, timeout):
        if not asked:
            asked.append(source)
            with pytest.raises(YolactError, match=r"Another job is writing to .*out: wait"):
                segment_people([str(snapshots)], output, finder)
        return read(source, timeout)

    read = cutting.image_fetching.read
    with mock.patch.object(cutting.image_fetching, "read", slow):
        assert segment_people([str(snapshots)], output, finder).images == 5
    assert asked
    assert segment_people([str(snapshots)], output, finder).processed_now == 0


def test_without_locks_both_jobs_work_is_kept(snapshots, finder, tmp_path):
    """As on `gs://`: a second job runs from beginning to end inside the first."""
    output = str(tmp_path / "out")
    read, begun = cutting.image_fetching.read, []

    def nested(source, timeout):
        if not begun:
            begun.append(source)
            segment_people([str(snapshots / "4.png")], output, finder)
        return read(source, timeout)

    with (
        mock.patch.object(file_locks, "held", return_value=contextlib.nullcontext(True)),
        mock.patch.object(cutting.image_fetching, "read", nested),
    ):
        summary = segment_people([f"{snapshots}/[0-3].png"], output, finder)
    assert (summary.images, summary.people) == (5, 8)


def test_an_output_of_an_earlier_version_is_refused_with_what_mends_it(snapshots, finder, tmp_path):
    (tmp_path / "out" / "journal").mkdir(parents=True)
    row = {"source": "snapshots/0.png", "height": 40, "width": 64, "people": []}
    (tmp_path / "out" / "journal" / "000001.jsonl").write_text(json.dumps(row) + "\n")
    output = f"{tmp_path}/out"
    with pytest.raises(YolactError, match=rf"mv {output} {output}-old\) and run the same"):
        segment_people([str(snapshots)], f"{output}/", finder)
    os.rename(output, f"{output}-old")
    assert segment_people([str(snapshots)], output, finder).images == 5


def test_a_damaged_journal_is_named_and_can_be_mended(snapshots, finder, tmp_path):
    output = str(tmp_path / "out")
    segment_people([str(snapshots)], output, finder, batch_size=1, save_every=1)
    os.utime(snapshots / "0.png", (1, 1))
    segment_people([str(snapshots)], output, finder)
    part = next((tmp_path / "out" / "journal").glob("000001-*"))
    part.write_text("{")
    with pytest.raises(YolactError, match=rf"{part} is damaged .* delete it"):
        segment_people([str(snapshots)], output, finder)
    part.unlink()
    assert segment_people([str(snapshots)], output, finder).images == 5


def test_other_settings_need_another_folder(snapshots, finder, tmp_path):
    output = str(tmp_path / "out")
    segment_people([str(snapshots)], output, finder)
    other = PeopleFinder(fake_segmenter(*PEOPLE, min_score=0.5), CropStyle(margin=0.0))
    with pytest.raises(YolactError, match=r"\(min_score 0.3 there and 0.5 now\)"):
        segment_people([str(snapshots)], output, other)
    retrained = fake_segmenter(*PEOPLE)
    retrained.model._gain.assign(2.0)
    with pytest.raises(YolactError, match="weights"):
        segment_people([str(snapshots)], output, PeopleFinder(retrained, CropStyle(margin=0.0)))


def test_no_image_at_all_is_an_error(finder, tmp_path):
    with pytest.raises(YolactError, match="No image"):
        segment_people([str(tmp_path)], str(tmp_path / "out"), finder)
    assert not (tmp_path / "out").exists()


def test_images_from_the_web(finder, snapshots, tmp_path):
    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Silent, directory=str(snapshots))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        base = f"http://127.0.0.1:{server.server_port}"
        urls = [f"{base}/0.png", f"{base}/absent.png", "http://127.0.0.1:1/closed.png", "http://["]
        try:
            summary = segment_people(urls, str(tmp_path / "out"), finder, timeout=5)
        finally:
            server.shutdown()
    assert (summary.images, summary.people, summary.skipped) == (1, 2, 3)
    skipped = (tmp_path / "out" / "skipped.csv").read_text()
    assert "HTTP Error 404" in skipped
    assert "refused" in skipped


def test_a_silent_server_costs_no_more_than_the_timeout(finder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.jpg"
        summary = segment_people([url], str(tmp_path / "out"), finder, timeout=0.2)
    assert (summary.images, summary.skipped) == (0, 1)
    assert "timed out" in (tmp_path / "out" / "skipped.csv").read_text()


def test_a_person_keeps_its_place_upright(finder, tmp_path):
    """Stored lying on its side: the person of the left half is the image's lower half."""
    image = Image.fromarray(np.repeat([[[200] * 3], [[40] * 3]], 32, axis=0).astype(np.uint8))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned clockwise by 90°
    wide = image.resize((80, 64))
    wide.save(tmp_path / "a.jpg", exif=exif, quality=95)
    segment_people([str(tmp_path / "a.jpg")], str(tmp_path / "out"), finder)
    left, right = lines(tmp_path / "out")
    assert (left["image_height"], left["image_width"]) == (80, 64)
    assert left["box"] == [0, 0, 32, 80]
    assert np.median(Image.open(tmp_path / "out" / left["crop"])) == pytest.approx(40, abs=3)
    assert np.median(Image.open(tmp_path / "out" / right["crop"])) == pytest.approx(200, abs=3)
