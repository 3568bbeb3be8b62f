"""Workers here are short scripts, which know who they are and how often they ran."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed import supervisor
from graftnet_tf.training.distributed.supervisor import LOST, supervise

KNOWN = """
import json, os, pathlib, signal, sys, time
worker = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
place = pathlib.Path(sys.argv[1])
with open(place / f"ran-{worker}", "a") as file:
    print(os.getpid(), file=file)
def runs(of):
    return len(path.read_text().splitlines()) if (path := place / f"ran-{of}").exists() else 0
ran = runs(worker)
while runs(1 - worker) < ran:  # so that none is killed before it has counted
    time.sleep(0.02)
"""


@pytest.fixture
def run(tmp_path):
    """Supervises a script; returns how often each of two workers was started."""

    def run(script, **settings):
        command = [sys.executable, "-c", KNOWN + textwrap.dedent(script), str(tmp_path)]
        try:
            supervise(command, 2, progress=str(tmp_path / "ckpt-*"), **settings)
        finally:
            assert not any(map(is_alive, processes(tmp_path))), "none outlives its supervisor"
        return [len((tmp_path / f"ran-{worker}").read_text().splitlines()) for worker in range(2)]

    return run


def processes(place):
    return [int(line) for path in place.glob("ran-*") for line in path.read_text().splitlines()]


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_that_end_well_run_once(run):
    assert run("") == [1, 1]


def test_ctrl_c_is_for_the_supervisor_alone(run):
    assert run("signal.raise_signal(signal.SIGINT)") == [1, 1]


@pytest.mark.parametrize("lost", [0, 1])
def test_when_one_is_killed_all_start_again(run, lost):
    script = f"""
        if ran == 1:
            os.kill(os.getpid(), signal.SIGKILL) if worker == {lost} else time.sleep(600)
    """
    assert run(script) == [2, 2]


def test_one_that_ends_because_it_lost_another_starts_again_too(run, monkeypatch):
    monkeypatch.setattr(supervisor, "_PATIENCE", 0.3)
    assert run(f"if ran == 1: sys.exit({LOST}) if worker else time.sleep(600)") == [2, 2]


def test_who_lost_another_is_not_taken_for_who_failed(run):
    with pytest.raises(SystemExit) as ended:
        run(f"sys.exit({LOST}) if worker else (time.sleep(0.5), sys.exit(2))")
    assert ended.value.code == 2


def test_restarts_without_progress_are_few(run, tmp_path):
    with pytest.raises(GraftNetError, match=r"^Worker 1 ended by SIGKILL, 3 times without"):
        run("os.kill(os.getpid(), signal.SIGKILL) if worker else time.sleep(600)", restarts=2)
    assert len((tmp_path / "ran-1").read_text().splitlines()) == 3


def test_restarts_with_progress_are_not_counted(run):
    script = """
        if ran <= 4:
            (place / f"ckpt-{ran}").touch()
            os.kill(os.getpid(), signal.SIGKILL) if worker else time.sleep(600)
    """
    assert run(script, restarts=1) == [5, 5]


def test_what_a_worker_would_do_wrong_again_is_told_and_not_tried_again(run, tmp_path):
    with pytest.raises(GraftNetError, match=r"^Worker 1 failed: cannot read it$"):
        run("sys.exit('so far so good\\ncannot read it') if worker else time.sleep(600)")
    assert len(processes(tmp_path)) == 2


def test_the_chief_speaks_for_itself(run, capfd):
    with pytest.raises(SystemExit) as ended:
        run("print(worker, flush=True); time.sleep(600 * worker); sys.exit(2)")
    assert ended.value.code == 2
    assert capfd.readouterr().out == "0\n"


@pytest.mark.parametrize("told", [0, 1])
def test_a_sigterm_to_one_worker_is_one_to_all_who_are_let_make_their_checkpoint(
    run, tmp_path, told
):
    script = f"""
        def end(*_):
            time.sleep(0.5 if worker != {told} else 0)
            (place / f"saved-{{worker}}").touch()
            sys.exit(143)
        signal.signal(signal.SIGTERM, end)
        signal.raise_signal(signal.SIGTERM) if worker == {told} else time.sleep(600)
    """
    with pytest.raises(SystemExit) as ended:
        run(script)
    assert ended.value.code == 143
    assert len(list(tmp_path.glob("saved-*"))) == 2


SUPERVISOR = """
import sys
from graftnet_tf.training.distributed.supervisor import supervise
supervise(sys.argv[2:], 2, progress=sys.argv[1])
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_workers_get_sigterm_however_their_supervisor_ends(tmp_path, ending):
    script = """
signal.signal(signal.SIGTERM, lambda *_: ((place / f"told-{worker}").touch(), sys.exit(143)))
(place / f"ready-{worker}").touch()
time.sleep(600)
"""
    worker = [sys.executable, "-c", KNOWN + script, str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, "none", *worker])
    wait_for(lambda: len(list(tmp_path.glob("ready-*"))) == 2)
    process.send_signal(ending)
    assert process.wait() == (143 if ending == signal.SIGTERM else -ending)
    wait_for(lambda: not any(map(is_alive, processes(tmp_path))))
    assert len(list(tmp_path.glob("told-*"))) == 2


def wait_for(condition):
    while not condition():
        time.sleep(0.05)
