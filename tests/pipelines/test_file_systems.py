"""Every binary that writes, on a read-only and on a full file system: one line, nothing half."""

import itertools
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.workspace.workspace import Workspace
from serving.model_server.models.model_config import models_of
from serving.model_server.server import ModelServer
from serving.rollout import config_file
from tests.pipelines.forked_runs import run_all
from tests.pipelines.mounted_runs import refusal, run_mounted
from tests.serving.client.scripted_server import images_of, scores_reply, serving
from tests.serving.fake_people import publish_people
from tests.serving.model_server.number_models import config, publish
from tests.torch_files import save_zip, view
from tests.trained_workspace import draw_workspace
from tests.yolact_tf import annotated_folder
from yolact_tf.checkpoints.person_model import load_person_model
from yolact_tf.checkpoints.state_dict import torch_state_dict

pytestmark = pytest.mark.skipif(bool(refusal()), reason=f"cannot mount: {refusal()}")

KINDS = {
    "read-only": (None, "it is on a read-only file system"),
    "full": (0, "no space is left on its disk"),
    "almost full": (60_000, "no space is left on its disk"),
}
# What a job that is run again goes on from, or a tree whose model was not made: whole, and named
# by no task, model, table or report yet.
UNPUBLISHED = (
    *("workspace/runs/", "workspace/cache/", "workspace/images/", "run/"),
    *("workspace/trees/", "demo/images/", "demo/snapshots/"),
    *("people/crops/", "people/journal/", "people/settings.json"),
)


def draw(root: str) -> None:
    """Images by class, annotations, and a file that stands for a network."""
    for label, number in itertools.product(("positive", "negative"), range(8)):
        os.makedirs(f"{root}/cap/{label}", exist_ok=True)
        noise = np.random.default_rng([len(label), number]).integers(0, 256, (64, 48, 3), np.uint8)
        Image.fromarray(noise).save(f"{root}/cap/{label}/{number}.png")
    boxes = [annotated_folder.annotation(k, k, (10, 10, 40, 30)) for k in range(1, 9)]
    os.makedirs(f"{root}/coco")
    annotated_folder.write(f"{root}/coco", annotated_folder.content(boxes, 8))
    with open(f"{root}/fake.npz", "w") as file:
        file.write("stands for a network")


def check(kind: str, disk: str, command_lines: list[list[str]]) -> None:
    """Runs each and asserts that it told the reason and published nothing."""
    free, reason = KINDS[kind]
    for (binary, *_), run in zip(
        command_lines, run_mounted(disk, free, command_lines), strict=True
    ):
        assert run.status == 1, (binary, run.stderr)
        assert "Traceback" not in run.stderr, run.stderr
        assert "Exception ignored" not in run.stderr, run.stderr
        assert run.error.startswith(f"{binary}: {disk}/"), run.stderr
        assert reason in run.error, run.stderr
        assert not [name for name in run.left if not name.startswith(UNPUBLISHED)], run


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    root = str(tmp_path_factory.mktemp("disk"))
    draw(root)
    draw_workspace(f"{root}/workspace")
    return root


@pytest.mark.parametrize("kind", ["read-only", "full"])
def test_representative_binaries(disk, kind):
    fake = f"--weights={disk}/fake.npz"
    workspace = f"--workspace={disk}/workspace"
    check(
        kind,
        disk,
        [
            ["prepare_tasks", workspace, "--format=folders", f"--source={disk}/cap"],
            ["segment_people", f"--images={disk}/cap", f"--output={disk}/people", fake],
            ["prepare_instances", "--format=scenes", "--snapshots=1", f"--output={disk}/instances"],
            ["export_yolact", workspace, fake],
            ["train_trunk", workspace, "--steps=1", "--last_block=0", "--train_from=0"],
        ],
    )


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory, trained):
    """A workspace with two versions of a branch and of the served model, and all the rest."""
    root = str(tmp_path_factory.mktemp("disk"))
    draw(root)
    shutil.copytree(trained.workspace.root, f"{root}/workspace")
    workspace = Workspace(f"{root}/workspace")
    for task in workspace.task_names():
        shutil.copy(workspace.path("tasks", task, "train.csv"), f"{root}/test.csv")
        os.replace(f"{root}/test.csv", workspace.path("tasks", task, "test.csv"))
    publish_people(workspace)
    own = f"--workspace={workspace.root}"
    for binary, *arguments in (
        ["compose"],
        ["train_branch", "--task=hat", "--steps=0", "--graft_after=0", "--last_block=1"],
        ["compose"],
        ["evaluate"],
    ):
        (done,) = run_all(binary, [[own, *arguments]])
        assert done.status == 0, done.stderr
    model, classes = load_person_model()
    save_zip(f"{root}/person.pth", {k: view(v) for k, v in torch_state_dict(model).items()})
    with open(f"{root}/classes.txt", "w") as file:
        file.write("\n".join(classes))
    return root, model.config.name


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_binary_that_writes(full_disk, kind):
    disk, network = full_disk
    fake, workspace = f"--weights={disk}/fake.npz", f"--workspace={disk}/workspace"
    coco = f"{disk}/coco/instances.json"
    hat = ["--task=hat", "--steps=1", "--graft_after=0", "--last_block=1"]
    scores = f"{disk}/workspace/reports/evaluation-2/scores.csv"
    annotated = f"--annotations={coco}", f"--images={disk}/coco"
    lines = [
        ["prepare_tasks", workspace, "--format=folders", f"--source={disk}/cap"],
        ["segment_people", f"--images={disk}/cap", f"--output={disk}/people", fake],
        ["prepare_instances", "--format=scenes", "--snapshots=1", f"--output={disk}/instances"],
        ["export_yolact", workspace, fake],
        ["train_trunk", workspace, "--steps=1", "--last_block=0", "--train_from=0"],
        ["train_branch", workspace, *hat],
        ["mine_negatives", workspace, "--task=hat"],
        ["compose_passengers", workspace],
        ["branches", workspace, "rollback", "hat"],
        ["branches", workspace, "promote", "hat", "0001"],
        ["evaluate", workspace],
        ["evaluate_yolact", *annotated, f"--report_dir={disk}/report"],
        ["train_yolact", f"--data={coco},{disk}/coco", f"--output={disk}/run", "--steps=1"],
        ["convert_yolact", f"--source={disk}/person.pth", f"--config={network}"],
        ["demo", f"--workspace={disk}/demo", "--snapshots_per_task=8"],
        ["drift", workspace, f"--service={scores}", f"--report_dir={disk}/drift"],
        ["compose", workspace],
    ]
    lines[-4] += [f"--class_names={disk}/classes.txt", f"--output={disk}/person.npz"]
    check(kind, disk, lines)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["read-only", "full"])
def test_what_asks_a_server_and_writes(disk, kind):
    asked = [f"--images={disk}/cap/positive", f"--draw={disk}/drawn"]
    with serving(lambda request, _: scores_reply(len(images_of(request)))) as address:
        check(kind, disk, [["predict", f"--server={address}", *asked]])
    path = f"{disk}/models.config"
    numbers = f"{disk}/{kind} numbers"
    publish(numbers, 1)
    config_file.write(path, config(graftnet=(numbers, {})))
    with ModelServer(models_of(config_file.read(path)), poll_seconds=0) as server:
        asked = [f"--server={server.address}", f"--model_config_file={path}"]
        check(kind, disk, [["promote_serving", *asked, "--action=pin"]])


@pytest.mark.slow
def test_reading_needs_no_place_to_write(full_disk):
    disk, _ = full_disk
    reading = (["verify"], ["refresh"], ["branches", "list"])
    lines = [[binary, f"--workspace={disk}/workspace", *words] for binary, *words in reading]
    for run in run_mounted(disk, None, lines):
        assert run.status == 0, run.stderr
