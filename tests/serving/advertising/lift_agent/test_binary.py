"""graftnet-lift-agent as a person runs it."""

import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys

import pytest

from tests.pipelines.forked_runs import ROOT, run_all
from tests.serving.advertising.lift_agent.drawn_lift import cabin
from tests.serving.advertising.lift_agent.fake_gateway import PATIENCE, serving

AGENT = ("--lift=lift-1", "--min_interval=0.1", "--image_seconds=0.5")


@pytest.fixture
def lift(tmp_path):
    """A folder with a token and a camera's pictures: nobody, somebody, nobody, somebody."""
    camera = tmp_path / "lift" / "camera"
    camera.mkdir(parents=True)
    for number in range(4):
        cabin(person=number % 2 == 1).save(camera / f"{number}.png")
    token = tmp_path / "lift" / "token"
    token.write_text("secret-token")
    token.chmod(0o600)
    return tmp_path / "lift"


def start(lift, gateway, *options, **how):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "pipelines.lift_agent"),
            *(f"--gateway={gateway.url}", f"--token_file={lift}/token", *AGENT),
            *(f"--source={lift}/camera", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )


def test_nothing_is_written(lift, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    home = {name: str(empty) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": os.path.abspath(ROOT)}
    with serving() as gateway:
        environment = {**path, **home, "PYTHONDONTWRITEBYTECODE": "1"}
        agent = start(lift, gateway, env=environment, cwd=empty)
        resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (0, 0))  # not a byte into any file
        stdout, stderr = agent.communicate(timeout=PATIENCE)
    assert agent.returncode == 0, stderr
    taken = len(gateway.snapshots)
    assert taken >= 3
    assert stdout == (
        f"Snapshots: {taken} taken, 0 dropped, 0 refused, 0 busy, 0 failed. "
        "4 pictures read; source lost 0 times.\n"
    )
    assert list(empty.iterdir()) == []
    assert sorted(path.name for path in lift.rglob("*")) == [
        *(f"{number}.png" for number in range(4)),
        *("camera", "token"),
    ]
    assert "secret-token" not in stdout + stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_although_the_gateway_and_the_source_hang(lift, number):
    with serving() as gateway, socket.create_server(("127.0.0.1", 0)) as silent:
        gateway.hangs = True
        agent = start(lift, gateway, "--loop", "--timeout=3600", cwd=ROOT)
        deaf = start(
            lift,
            gateway,
            f"--source=tcp://127.0.0.1:{silent.getsockname()[1]}",
            "--source_timeout=3600",
            cwd=ROOT,
        )
        gateway.wait_for(1)
        connection, _ = silent.accept()
        limits = pathlib.Path(f"/proc/{agent.pid}/limits").read_text()
        for process, summary in (
            (agent, "Snapshots: 0 taken, 0 dropped, 0 refused, 0 busy, 0 failed."),
            (deaf, "0 pictures read; source lost 0 times."),
        ):
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, stderr
            assert summary in stdout
            assert "Traceback" not in stderr
        connection.close()
    (cores,) = (line.split() for line in limits.splitlines() if "core file" in line)
    assert cores[4:6] == ["0", "0"]


def test_no_memory_image_can_be_made_of_it():
    script = (
        "import ctypes, resource\n"
        "from serving.http_service.core_dumps import forbid_core_dumps\n"
        "get_dumpable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "print(get_dumpable())\n"
        "forbid_core_dumps()\n"
        "print(get_dumpable(), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed == "1\n0 (0, 0)\n"


def test_it_is_light():
    script = (
        "import sys\n"
        "import pipelines.lift_agent\n"
        "print(sorted({'tensorflow', 'grpc', 'fastapi', 'sqlalchemy'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed == "[]\n"


def test_a_check_asks_no_gateway(lift, tmp_path):
    with serving() as gateway:
        checked, gone, usage = run_all(
            "lift_agent",
            [
                ["--check", f"--source={lift}/camera", f"--gateway={gateway.url}"],
                ["--check", f"--source={tmp_path}/gone.mp4"],
                ["--check"],
            ],
        )
        assert gateway.snapshots == []
    assert checked == (0, f"{lift}/camera: 320×240 pixels, 1 pictures per second\n", "")
    assert (gone.status, gone.stdout) == (1, "")
    assert gone.error == f"lift_agent: {tmp_path}/gone.mp4: No such file or directory."
    assert usage.status == 2


def test_mistakes_are_said_in_a_line(lift):
    given = [
        f"--source={lift}/camera",
        "--gateway=https://127.0.0.1:1",
        "--lift=lift-1",
        f"--token_file={lift}/token",
    ]
    cases = [
        (given[1:], 2, "--source is missing: name a stream, a camera or files."),
        (given[:1], 2, "--gateway is missing; only --check does without a gateway."),
        (given[:3], 2, "--token_file is missing; only --check does without a gateway."),
        ([*given, "--source_options=tcp"], 2, "--source_options has 'tcp'; expected NAME:VALUE."),
        ([*given, "--min_interval=90"], 2, "Uploads are 90 to 60 s apart"),
        ([*given, "--gateway=http://gateway.example"], 2, "people would travel unencrypted"),
        ([*given, "--motion_share=2"], 2, "The motion's share is 2.0"),
        ([*given, f"--token_file={lift}/gone"], 1, "gone cannot be read: No such file"),
        ([*given, f"--door_signal={lift}/gone"], 1, "gone cannot be read: No such file"),
        ([*given, f"--tls_ca={lift}/gone"], 1, "gone cannot be read: No such file"),
        ([*given, f"--source={lift}/gone.mp4"], 1, "gone.mp4: No such file or directory."),
    ]
    for run, (_, status, words) in zip(
        run_all("lift_agent", [line for line, _, _ in cases]), cases, strict=True
    ):
        assert (run.status, run.stdout) == (status, "")
        assert words in run.error
        assert "Traceback" not in run.stderr
