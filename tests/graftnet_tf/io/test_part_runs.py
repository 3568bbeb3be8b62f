"""Parts done by this process and by workers of Beam, who may be killed."""

import dataclasses
import importlib.util
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import time
from unittest import mock

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import part_runs
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner, run_parts
from tests.beam_workers import worker_processes

PARTS = ("a", "b", "c", "d", "e")


@dataclasses.dataclass(frozen=True)
class Notes:
    """Writes a file for each part, of its images; of c, what a misfortune makes of it.

    Attributes:
      folder: Where files go.
      misfortune: Befalls part c, or whoever loads.
      once: Whether it does so at the first attempt alone.
      deadly: Images of part c that bring it about; without any, the part as a whole does.
    """

    folder: str
    misfortune: str = ""
    once: bool = True
    deadly: tuple[str, ...] = ()

    @property
    def plan(self):
        return PartPlan(self.folder)

    def load(self):
        if self.misfortune == "unloadable":
            raise GraftNetError("There is no model.")
        return "loaded"

    def process(self, model, part):
        images = [image for image in self.plan.read(part) if image not in self.plan.left_out(part)]
        to_blame = set(images) & set(self.deadly) if self.deadly else part == "c"
        if to_blame and self.misfortune and not (self.once and self._befallen()):
            self._befall()
        aside = pathlib.Path(self.folder, f"{part}.{os.getpid()}")
        aside.write_text(" ".join([model, *images]))
        aside.rename(pathlib.Path(self.folder, part))

    def try_image(self, model, image):
        if image in self.deadly:
            self._befall()

    def left(self):
        return [part for part in PARTS if not os.path.exists(os.path.join(self.folder, part))]

    def _befallen(self):
        mark = pathlib.Path(self.folder, "befallen")
        there = mark.exists()
        mark.touch()
        return there

    def _befall(self):
        match self.misfortune:
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stopped":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "refused":
                raise GraftNetError("No part c today.")


def planned(folder, *fate, **settings):
    """The work on five parts of three images each, such as c0, c1 and c2."""
    work = Notes(str(folder), *fate, **settings)
    for part in PARTS:
        work.plan.write(part, [f"{part}{number}" for number in range(3)])
    return work


def whole(part):
    return f"loaded {part}0 {part}1 {part}2"


WHOLE = {part: whole(part) for part in PARTS}
NOT_SURVIVED = (
    "Its process did not survive it in any of 2 attempts: too little memory, or a fault of what "
    "decodes or computes it."
)


def written(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.name in PARTS}


def test_this_process_does_what_is_left_in_order(tmp_path):
    (tmp_path / "b").write_text("there before")
    work = planned(tmp_path)
    with mock.patch.object(Notes, "process", autospec=True, side_effect=Notes.process) as process:
        run_parts(work, work.left, Runner())
    assert [call.args[1:] for call in process.call_args_list] == [
        ("loaded", part) for part in "acde"
    ]
    assert written(tmp_path) == {**WHOLE, "b": "there before"}


def test_a_model_at_hand_is_not_loaded_again(tmp_path):
    work = planned(tmp_path)
    run_parts(work, work.left, Runner(), model="at hand")
    assert written(tmp_path)["e"] == "at hand e0 e1 e2"


def test_nothing_is_loaded_where_nothing_is_left(tmp_path):
    with mock.patch.object(Notes, "load", side_effect=AssertionError):
        run_parts(planned(tmp_path), list, Runner())


def test_what_does_not_go_together_is_refused():
    with pytest.raises(GraftNetError, match=r"Options of Beam \(region\) mean nothing"):
        Runner(options={"region": "nowhere"})
    with pytest.raises(GraftNetError, match=r"2 workers .* not to local"):
        Runner(workers=2)


def test_a_missing_beam_is_told_with_what_to_install():
    with (
        mock.patch.object(importlib.util, "find_spec", return_value=None),
        pytest.raises(GraftNetError, match=r"pip install 'graftnet-tf\[all,beam\]'"),
    ):
        Runner(FN_API_RUNNER)


def do_parts():
    """Stands in for Beam's pipeline: does the parts in order, one after the other."""
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    work, parts, options = pickle.loads(sys.stdin.buffer.read(length))
    if options["runner"] == "Nonsense":
        print("There is no such runner.")
        sys.exit(part_runs.REFUSED_STATUS)
    model = work.load()
    for part in parts:
        work.process(model, part)


@pytest.fixture
def run_in_order(monkeypatch, tmp_path):
    """Runs parts by pipelines of `do_parts`, with two attempts; returns how many there were."""
    monkeypatch.setattr(part_runs, "_COMMAND", f"from {__name__} import do_parts; do_parts()")

    def call(work, name=FN_API_RUNNER):
        with mock.patch.object(importlib.util, "find_spec"):
            runner = Runner(name, attempts=2)
        run = mock.patch.object(part_runs, "_run_pipeline", side_effect=part_runs._run_pipeline)
        with run as pipelines:
            try:
                run_parts(work, work.left, runner)
            except GraftNetError as error:
                return pipelines.call_count, str(error)
        return pipelines.call_count, ""

    return call


def test_a_part_that_ends_every_process_costs_the_others_nothing(run_in_order, tmp_path):
    """Five parts, the third is to blame; the last three; that one; its images; the last two."""
    pipelines, told = run_in_order(planned(tmp_path, "killed", once=False))
    assert pipelines == 5
    assert told.startswith("FnApiRunner did not do c (images c0 to c2) in 2 attempts: the last")
    assert "status -9" in told
    assert "Parts left in all: 1" in told
    assert written(tmp_path).keys() == set(PARTS) - {"c"}


def test_images_that_end_every_process_are_left_out_of_their_part(run_in_order, tmp_path):
    """Five parts; the last three; that one; its images, two of them twice; the last three."""
    work = planned(tmp_path, "killed", once=False, deadly=("c0", "c2"))
    assert run_in_order(work) == (3 + 5 + 1, "")
    assert written(tmp_path) == {**WHOLE, "c": "loaded c1"}
    assert work.plan.left_out("c") == {"c0": NOT_SURVIVED, "c2": NOT_SURVIVED}


def test_an_image_that_fails_otherwise_is_left_out_with_what_was_said(run_in_order, tmp_path):
    work = planned(tmp_path, "refused", once=False, deadly=("c1",))
    assert run_in_order(work)[1] == ""
    assert written(tmp_path) == {**WHOLE, "c": "loaded c0 c2"}
    told = "It failed in each of 2 attempts: No part c today."
    assert work.plan.left_out("c") == {"c1": told}


def test_where_every_image_ends_its_process_none_is_to_blame(run_in_order, tmp_path, monkeypatch):
    monkeypatch.setattr(part_runs, "_MOST_LEFT_OUT", 2)
    work = planned(tmp_path, "killed", once=False, deadly=("c0", "c1", "c2"))
    _, told = run_in_order(work)
    assert "did not do c (images c0 to c2)" in told
    assert work.plan.left_out("c") == {}
    assert written(tmp_path).keys() == set(PARTS) - {"c"}


def test_what_befalls_every_part_is_not_tried_for_each(run_in_order, tmp_path):
    """Five parts, two, one, its images, which none of them come to, and the four others."""
    pipelines, told = run_in_order(planned(tmp_path, "unloadable"))
    assert pipelines == 5
    assert "a (images a0 to a2) in 3 attempts" in told
    assert "There is no model." in told
    assert "Parts left in all: 5" in told


def test_what_is_refused_is_not_tried_again(run_in_order, tmp_path):
    pipelines, told = run_in_order(planned(tmp_path), "Nonsense")
    assert pipelines == 1
    assert told == "Beam refuses the runner or its options: There is no such runner."


@pytest.fixture
def beam():
    """A runner of two workers that gives up soon."""
    pytest.importorskip("apache_beam", reason="Apache Beam is not installed: make beam")
    return Runner(FN_API_RUNNER, workers=2, attempts=2, stall_seconds=30)


@pytest.mark.slow
@pytest.mark.parametrize("misfortune", ["", "killed", "stopped", "refused"])
def test_workers_do_all_parts_whatever_befalls_one_of_them(beam, misfortune, tmp_path):
    work = planned(tmp_path, misfortune)
    run_parts(work, work.left, beam)
    assert written(tmp_path) == WHOLE
    assert worker_processes(os.getpid()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("misfortune", "told"),
    [
        ("killed", r"not do c \(images c0 to c2\) in 2 attempts: .* status 1"),
        ("refused", "No part c today"),
    ],
)
def test_what_befalls_a_part_each_time_is_told(beam, misfortune, told, tmp_path):
    work = planned(tmp_path, misfortune, once=False)
    with pytest.raises(GraftNetError, match=told):
        run_parts(work, work.left, beam)
    assert written(tmp_path).keys() == set(PARTS) - {"c"}


@pytest.mark.slow
def test_workers_leave_an_image_out_that_kills_each_of_them(beam, tmp_path):
    work = planned(tmp_path, "killed", once=False, deadly=("c1",))
    run_parts(work, work.left, beam)
    assert written(tmp_path) == {**WHOLE, "c": "loaded c0 c2"}
    assert work.plan.left_out("c") == {"c1": NOT_SURVIVED}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "Nonsense", "workers": 1}, "Unexpected pipeline runner: Nonsense"),
        ({"options": {"direct_num_workers": "many"}}, "invalid .* value: 'many'"),
    ],
)
def test_what_beam_refuses_is_told(beam, changed, told, tmp_path):
    work = planned(tmp_path)
    with pytest.raises(GraftNetError, match=f"^Beam refuses the runner or its options: .*{told}"):
        run_parts(work, work.left, dataclasses.replace(beam, **changed))


@pytest.mark.slow
def test_a_killed_job_takes_its_workers_with_it(beam, tmp_path):
    """Else they would work on beside the next job's."""
    work = planned(tmp_path, "stopped")
    code = (
        "from graftnet_tf.io.part_runs import *\n"
        f"from {__name__} import Notes\n"
        f"work = {work!r}\n"
        f"run_parts(work, work.left, {beam!r})\n"
    )
    job = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    _wait_until(lambda: (tmp_path / "befallen").exists())
    workers = worker_processes(job.pid)
    job.kill()
    job.wait()
    assert len(workers) == 2
    _wait_until(lambda: not any(map(_lives, workers)))


def _lives(process):
    stat = pathlib.Path("/proc", str(process), "stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def _wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
