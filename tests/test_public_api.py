"""The public API: light to import, typed, and with an example of each entry that runs.

The examples run one after another in a folder with two sources of labels, a few crops and a lift's
snapshot, as a team would come by its first served model; each imports what it uses.
"""

import csv
import doctest
import inspect
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import graftnet_tf
import serving
import yolact_tf
from graftnet_tf import importers
from serving.composition.samples import lift_snapshot

ORDER = [
    (graftnet_tf, "Workspace"),
    (graftnet_tf, "Task"),
    (importers, "import_folders"),
    (importers, "import_csv"),
    (graftnet_tf, "TrunkConfig"),
    (graftnet_tf, "train_trunk"),
    (graftnet_tf, "MiningConfig"),
    (graftnet_tf, "mine_negatives"),
    (graftnet_tf, "BranchConfig"),
    (graftnet_tf, "train_branch"),
    (serving, "compose"),
    (graftnet_tf, "evaluate"),
    (serving, "promote"),
    (serving, "roll_back"),
    (serving, "ModelServer"),
    (serving, "AttributeClient"),
    (yolact_tf, "build_yolact"),
    (yolact_tf, "load_person_model"),
    (yolact_tf, "load_torch_state_dict"),
    (yolact_tf, "PeopleFinder"),
]
WITHOUT_EXAMPLE = {"GraftNetError", "YolactError"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """backpack/{positive,negative}/*.jpg, gender.csv of faces/*.jpg, crops/ and lift.jpg."""
    root = tmp_path_factory.mktemp("project")
    random = np.random.default_rng(0)

    def draw(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = random.integers(0, 256, (12, 8, 3), np.uint8)
        Image.fromarray(noise).resize((60, 90), Image.Resampling.BICUBIC).save(path)

    for label in ("positive", "negative"):
        for number in range(10):
            draw(root / "backpack" / label / f"{number}.jpg")
    with open(root / "gender.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("image", "class"))
        for number in range(30):
            draw(root / "faces" / f"{number}.jpg")
            writer.writerow((f"faces/{number}.jpg", ("other", "male", "female")[number % 3]))
    draw(root / "crops" / "1.jpg")
    (root / "crops" / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    (root / "lift.jpg").write_bytes(lift_snapshot())
    return root


def test_every_public_entry_has_an_example():
    public = {
        (module, name)
        for module in (graftnet_tf, importers, serving, yolact_tf)
        for name in module.__all__
    }
    assert {name for _, name in public - set(ORDER)} == WITHOUT_EXAMPLE
    assert set(ORDER) < public


@pytest.mark.parametrize(("module", "name"), ORDER, ids=[name for _, name in ORDER])
def test_examples_say_what_happens(module, name, project, monkeypatch):
    monkeypatch.chdir(project)
    entry = getattr(module, name)
    example = doctest.DocTestParser().get_doctest(
        inspect.getdoc(entry), {}, name, inspect.getsourcefile(entry), None
    )
    assert example.examples
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=told.append)
    assert not failed, "".join(told)


def test_importing_the_packages_loads_no_tensorflow():
    script = """
import sys
import graftnet_tf, graftnet_tf.importers, serving, yolact_tf
assert "tensorflow" not in sys.modules
serving.AttributeClient, graftnet_tf.GraftNetError, graftnet_tf.__version__
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="No graftnet_tf attribute train_twig"):
        getattr(graftnet_tf, "train_" + "twig")
