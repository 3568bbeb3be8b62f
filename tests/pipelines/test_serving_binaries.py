"""compose, serve and predict as a person runs them."""

import json
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.fake_versions import GENDER, publish_branch, publish_trunk
from tests.serving.sample_images import image_file

ROOT = pathlib.Path(__file__).parents[2]


def start(binary, *flags):
    return subprocess.Popen(
        [sys.executable, "-m", f"pipelines.{binary}", *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """(exit status, stdout, the last line of stderr)."""
    stdout, stderr = process.communicate(timeout=120)
    assert "Traceback" not in stderr
    return process.returncode, stdout, (stderr.splitlines() or [""])[-1]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_branch(workspace, GENDER)
    publish_branch(workspace, "suit")
    return workspace


def test_compose_serve_predict(workspace, tmp_path):
    status, stdout, _ = finish(
        start("compose", f"--workspace={workspace.root}", "--task=bald,gender")
    )
    assert status == 0
    path = workspace.path(*GRAFTNET_DIR, "1")
    assert stdout == f"Tree 0001 is served model version 1: {path}\n"
    assert manifest.read(path)["flags"] == {
        "workspace": workspace.root,
        "task": ["bald", "gender"],
    }

    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(image_file())
    (tmp_path / "c.jpg").write_bytes(b"no image")
    server = start("serve", f"--workspace={workspace.root}", f"--port={(port := free_port())}")
    address = f"127.0.0.1:{port}"
    asking = [  # at once: the server is waited for
        start("predict", f"--server={address}", f"--images={tmp_path}/[ab].jpg", "--json"),
        start("predict", f"--server={address}", f"--images={tmp_path}", "--batch_size=2"),
    ]
    good, mixed = map(finish, asking)
    assert address in server.stdout.readline()
    server.send_signal(signal.SIGTERM)
    assert finish(server)[0] == 0

    status, stdout, _ = good
    assert status == 0
    first, second = json.loads(stdout.splitlines()[-1])["images"]
    assert first["image"] == f"{tmp_path}/a.jpg"
    assert set(first["scores"]) == {"bald", "male", "female"}
    assert first["scores"] == pytest.approx(second["scores"])
    assert first["model_version"] == 1

    status, stdout, error = mixed
    assert status == 1
    lines = stdout.splitlines()
    shown = [name for name, decided in first["decisions"].items() if decided]
    for line, name in zip(lines, ("a.jpg", "b.jpg", "c.jpg"), strict=True):
        assert line.startswith(f"{tmp_path}/{name}  ")
    for attribute in shown:
        assert f"{attribute} {first['scores'][attribute]:.3f}" in lines[0]
    assert "! not a JPEG or PNG" in lines[2]
    assert "1 of 3 images got no answer" in error


def test_mistakes_get_one_line_and_a_status(tmp_path):
    running = [start("serve", f"--model_base_path={tmp_path}"), start("predict")]
    (serve, _, no_model), (predict, _, no_images) = map(finish, running)
    assert (serve, predict) == (1, 2)
    assert f"No model version in {tmp_path}" in no_model
    assert "--images is missing" in no_images
