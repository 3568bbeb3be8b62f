import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS, GENDER
from graftnet_tf.lift_scenes.dataset.sub_datasets import write_tasks
from graftnet_tf.lift_scenes.scene.records import pixels
from graftnet_tf.workspace.tasks import SPLITS, Task, class_counts
from graftnet_tf.workspace.workspace import Workspace

BALD, SUIT = (next(t for t in ATTRIBUTE_TASKS if t.name == name) for name in ("bald", "suit"))
SNAPSHOTS = 8


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    write_tasks(workspace, [BALD, GENDER], snapshots=SNAPSHOTS, seed=0, workers=1)
    return workspace


def everything(workspace, task):
    return [example for split in SPLITS for example in workspace.examples(task, split)]


def test_every_class_has_examples_and_images(workspace):
    for name in ("bald", "gender"):
        examples = workspace.training_examples(name)
        assert min(class_counts(workspace.task(name), examples).values()) > 0
        for example in examples:
            assert atomic_files.read_bytes(workspace.image_path(example.image))[:2] == b"\xff\xd8"


def test_rows_have_the_hash_of_their_image(workspace):
    for name in ("bald", "gender"):
        for example in everything(workspace, name):
            path = workspace.image_path(example.image)
            assert example.content == atomic_files.sha256(path)


def test_split_is_by_snapshot(workspace):
    for name in ("bald", "gender"):
        train, test = ({e.group for e in workspace.examples(name, split)} for split in SPLITS)
        assert not train & test
        assert len(train | test) == SNAPSHOTS
        assert len(test) == SNAPSHOTS // 4


def test_tasks_share_no_passenger(workspace):
    images = {
        name: {
            atomic_files.sha256(workspace.image_path(e.image)) for e in everything(workspace, name)
        }
        for name in ("bald", "gender")
    }
    assert not images["bald"] & images["gender"]


def test_adding_a_task_leaves_the_others_as_they_are(workspace, tmp_path):
    together = Workspace(str(tmp_path))
    write_tasks(together, [SUIT, BALD], snapshots=SNAPSHOTS, seed=0, workers=1)
    for folder in (("tasks", "bald"), ("images", "lift", "bald")):
        assert atomic_files.tree_sha256(together.path(*folder)) == atomic_files.tree_sha256(
            workspace.path(*folder)
        )


def test_smaller_snapshots_give_smaller_crops(workspace, tmp_path):
    small = Workspace(str(tmp_path))
    write_tasks(small, [BALD], snapshots=SNAPSHOTS, seed=0, size=(384, 216), workers=1)

    def heights(holder):
        paths = [holder.image_path(example.image) for example in everything(holder, "bald")]
        return [pixels(atomic_files.read_bytes(path)).shape[0] for path in paths]

    assert max(heights(small)) <= 216 < max(heights(workspace))


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        (Task.binary("moustache"), {"snapshots": 1}, "do not show moustache"),
        (BALD, {"snapshots": 0}, "snapshots is 0"),
        (BALD, {"snapshots": 1, "test_fraction": 1.5}, "test_fraction is 1.5"),
    ],
)
def test_wrong_requests_are_refused(tmp_path, task, options, message):
    with pytest.raises(GraftNetError, match=message):
        write_tasks(Workspace(str(tmp_path)), [task], seed=0, **options)
    assert not list(tmp_path.iterdir())
