"""Snapshots gone through by workers of Beam: the crops and tables of this process."""

import contextlib
import functools
import os
import signal
from unittest import mock

import pytest

from graftnet_tf.io import part_runs
from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner
from tests.yolact_tf.fake_network import fake_segmenter
from tests.yolact_tf.person_crops.conftest import PEOPLE
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder
from yolact_tf.person_crops.cutting import Cutting
from yolact_tf.person_crops.job import segment_people
from yolact_tf.person_crops.parts import PeopleCutting

SETTINGS = {"batch_size": 2, "save_every": 2}


def load_finder():
    return PeopleFinder(fake_segmenter(*PEOPLE), CropStyle(margin=0.0))


def load_killed_finder(mark):
    """A finder that kills its process at the first attempt, in the middle of a part."""
    finder = load_finder()

    def find(images):
        if len(images) == 2 and not os.path.exists(mark):
            with open(mark, "w"):
                os.kill(os.getpid(), signal.SIGKILL)
        return finder(images)

    return find


def contents(output):
    """All files but the journal's, whose names are its own."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.parent.name != "journal"
    }


def journal(output):
    return [path.read_text() for path in sorted((output / "journal").iterdir())]


@pytest.fixture
def local(snapshots, finder, tmp_path):
    """The folder that this process makes, of snapshots of which one is unreadable."""
    (snapshots / "broken.png").write_bytes(b"no image")
    segment_people([str(snapshots)], str(tmp_path / "local"), finder, **SETTINGS)
    return tmp_path / "local"


@pytest.fixture
def in_parts(snapshots, finder, tmp_path):
    """Segments in parts; those are done here where the runner is not Beam's own."""

    def call(load=load_finder, runner=None):
        def run_here(work, left, _, *, description):
            part_runs.run_parts(work, left, Runner(), description=description)

        here = mock.patch("yolact_tf.person_crops.parts.run_parts", run_here)
        with mock.patch("importlib.util.find_spec"):
            beam = runner or Runner(FN_API_RUNNER)
        output = str(tmp_path / "out")
        with here if runner is None else contextlib.nullcontext():
            return segment_people(
                [str(snapshots)], output, finder, **SETTINGS, runner=beam, load_finder=load
            )

    return call


def test_parts_make_what_one_process_makes(local, in_parts, tmp_path):
    summary = in_parts()
    assert (summary.images, summary.people, summary.skipped) == (5, 8, 1)
    assert summary.processed_now == 6
    assert contents(tmp_path / "out") == contents(local)
    assert journal(tmp_path / "out") == journal(local)


def test_what_is_done_is_in_no_part(in_parts, snapshots, tmp_path):
    in_parts()
    before = contents(tmp_path / "out")
    os.utime(snapshots / "1.png")  # to be read again, but not looked at
    assert in_parts().processed_now == 0
    assert contents(tmp_path / "out") == before


def test_a_part_that_is_done_twice_is_there_once(in_parts, tmp_path):
    """As when a worker is killed after its part, before it could tell."""
    process = PeopleCutting.process

    def twice(self, model, part):
        process(self, model, part)
        process(self, model, part)

    with mock.patch.object(PeopleCutting, "process", twice):
        summary = in_parts()
    assert (summary.images, summary.people) == (5, 8)
    assert len(journal(tmp_path / "out")) == 3


def test_a_killed_part_leaves_no_line_of_its_snapshots(local, in_parts, tmp_path):
    batches, begun = Cutting.batches, []

    def killed(self, *arguments):
        begun.append(None)
        for batch in batches(self, *arguments):
            if len(begun) == 2:
                raise KeyboardInterrupt
            yield batch

    with mock.patch.object(Cutting, "batches", killed), pytest.raises(KeyboardInterrupt):
        in_parts()
    assert len(journal(tmp_path / "out")) == 1
    in_parts()
    assert contents(tmp_path / "out") == contents(local)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_make_what_one_process_makes_killed_or_not(workers, local, in_parts, tmp_path):
    pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
    load = functools.partial(load_killed_finder, str(tmp_path / "killed"))
    summary = in_parts(load, Runner(FN_API_RUNNER, workers))
    assert (tmp_path / "killed").exists()
    assert (summary.images, summary.people, summary.skipped) == (5, 8, 1)
    assert contents(tmp_path / "out") == contents(local)


def load_fragile_finder():
    """A finder that the third and the fourth snapshot kill, by their heights."""
    finder = load_finder()

    def find(images):
        if any(image.shape[0] in (40 + 8 * 2, 40 + 8 * 3) for image in images):
            os.kill(os.getpid(), signal.SIGKILL)
        return finder(images)

    return find


@pytest.mark.slow
def test_snapshots_that_kill_every_process_are_skipped(local, in_parts, tmp_path):
    pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
    summary = in_parts(load_fragile_finder, Runner(FN_API_RUNNER, attempts=2))
    assert (summary.images, summary.skipped) == (3, 3)
    skipped = (tmp_path / "out" / "skipped.csv").read_text()
    assert skipped.count("Its process did not survive it in any of 2 attempts") == 2
    assert contents(tmp_path / "out").keys() < contents(local).keys()
