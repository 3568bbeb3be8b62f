"""Whole jobs: what they write, what they skip, and what a kill costs."""

import csv
import functools
import http.server
import io
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from pycocotools import mask as run_lengths

from tests.yolact_tf.fake_network import fake_segmenter
from tests.yolact_tf.person_crops.conftest import PEOPLE
from yolact_tf.errors import YolactError
from yolact_tf.people import CropStyle, PeopleFinder
from yolact_tf.person_crops import job
from yolact_tf.person_crops.job import segment_people


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
    assert (summary.pictures, summary.people, summary.pictures_without_people) == (5, 8, 1)
    assert (summary.skipped, summary.processed_now) == (0, 5)
    assert summary.pictures_per_second > 0
    people = lines(output)
    with open(output / "people.csv") as table:
        rows = list(csv.DictReader(table))
    assert [row["crop"] for row in rows] == [person["crop"] for person in people]
    assert len({person["crop"] for person in people}) == 8
    for person, row in zip(people, rows, strict=True):
        x1, y1, x2, y2 = person["box"]
        assert [row["x1"], row["y1"], row["x2"], row["y2"]] == [str(n) for n in person["box"]]
        snapshot = np.asarray(Image.open(person["source"]))
        assert snapshot.shape[:2] == (person["picture_height"], person["picture_width"])
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
    (snapshots / "broken.jpg").write_bytes(b"\xff\xd8\xff" + b"no picture" * 9)
    (snapshots / "cut.png").write_bytes((snapshots / "4.png").read_bytes()[:60])
    (snapshots / "dot.png").write_bytes(png(1, 1))
    (snapshots / "empty.jpg").touch()
    (snapshots / "other.bmp").write_bytes(b"BM" + bytes(90))
    listing = tmp_path / "list.txt"
    listing.write_text(f"{snapshots}/absent.png\n")
    output = tmp_path / "out"
    summary = segment_people([str(snapshots), str(listing)], str(output), finder)
    assert (summary.pictures, summary.people, summary.skipped) == (5, 8, 6)
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
    assert (summary.processed_now, summary.pictures, summary.people) == (2, 7, 12)
    assert summary.skipped == 0
    after = contents(output)
    assert {name for name in before if after[name] == before[name]} == {
        name for name in before if name.startswith("crops/") or name == "settings.json"
    }
    again = segment_people([str(snapshots)], str(output), finder)
    assert again.processed_now == 0
    assert contents(output) == after


@pytest.mark.parametrize("kill", range(1, 16))
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
    assert resumed.pictures == expected.pictures
    assert not [path for path in broken.rglob("*") if path.name.startswith(".incoming")]


class killed_at_step:  # noqa: N801
    """Ends the run in its `kill`th step: before a crop is written or a file is renamed."""

    def __init__(self, kill):
        self._kill, self._steps = kill, []

    def __enter__(self):
        self._patches = [
            mock.patch.object(tf.io.gfile, "rename", self._counted(tf.io.gfile.rename)),
            mock.patch.object(job, "_write_crop", self._counted(job._write_crop)),
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


def test_no_picture_at_all_is_an_error(finder, tmp_path):
    with pytest.raises(YolactError, match="No picture"):
        segment_people([str(tmp_path)], str(tmp_path / "out"), finder)
    assert not (tmp_path / "out").exists()


def test_pictures_from_the_web(finder, snapshots, tmp_path):
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
    assert (summary.pictures, summary.people, summary.skipped) == (1, 2, 3)
    skipped = (tmp_path / "out" / "skipped.csv").read_text()
    assert "HTTP Error 404" in skipped
    assert "refused" in skipped


def test_a_silent_server_costs_no_more_than_the_timeout(finder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.jpg"
        summary = segment_people([url], str(tmp_path / "out"), finder, timeout=0.2)
    assert (summary.pictures, summary.skipped) == (0, 1)
    assert "timed out" in (tmp_path / "out" / "skipped.csv").read_text()


def test_snapshots_are_read_only_a_few_ahead():
    started = []
    with ThreadPoolExecutor(2) as pool:
        results = job._ahead(pool, started.append, iter(range(100)), 5)
        for done in range(1, 20):
            next(results)
            assert len(started) <= done + 4
        assert len(list(results)) == 81


def test_a_person_keeps_its_place_upright(finder, tmp_path):
    """Stored lying on its side: the person of the left half is the picture's lower half."""
    picture = Image.fromarray(np.repeat([[[200] * 3], [[40] * 3]], 32, axis=0).astype(np.uint8))
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned clockwise by 90°
    wide = picture.resize((80, 64))
    wide.save(tmp_path / "a.jpg", exif=exif, quality=95)
    segment_people([str(tmp_path / "a.jpg")], str(tmp_path / "out"), finder)
    left, right = lines(tmp_path / "out")
    assert (left["picture_height"], left["picture_width"]) == (80, 64)
    assert left["box"] == [0, 0, 32, 80]
    assert np.median(Image.open(tmp_path / "out" / left["crop"])) == pytest.approx(40, abs=3)
    assert np.median(Image.open(tmp_path / "out" / right["crop"])) == pytest.approx(200, abs=3)
