"""Which package may import which: pipelines → serving → graftnet_tf, pipelines → yolact_tf; of
graftnet_tf, what knows of no task is for yolact_tf too."""

import ast
import pathlib
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("graftnet_tf", "yolact_tf", "serving", "pipelines", "tests")
MAY_IMPORT = {
    "graftnet_tf": ("graftnet_tf.",),
    "yolact_tf": ("yolact_tf.", "graftnet_tf.io.", "graftnet_tf.training.distributed."),
    "serving": ("serving.", "graftnet_tf."),
    "pipelines": ("pipelines.", "serving.", "yolact_tf.", "graftnet_tf."),
}


def imports(path):
    """The full names that a file imports: of modules, or of what is in them."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Import(names=names):
                yield from (name.name for name in names)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_arrow_runs_up(package):
    own = [
        (path, name)
        for path in (ROOT / package).rglob("*.py")
        for name in imports(path)
        if name.partition(".")[0] in PACKAGES
    ]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, name in own
        if not f"{name}.".startswith(MAY_IMPORT[package])
    ]
    assert own
    assert wrong == []


@pytest.mark.parametrize("room", ["io", "training/distributed"])
def test_what_yolact_imports_brings_nothing_else_of_graftnet_along(room):
    own = (f"graftnet_tf.{room.replace('/', '.')}.", "graftnet_tf.errors.")
    found = [name for path in (ROOT / "graftnet_tf" / room).rglob("*.py") for name in imports(path)]
    wrong = [
        name for name in found if name.startswith("graftnet_tf.") and not f"{name}.".startswith(own)
    ]
    assert found
    assert wrong == []


def rooms(package):
    """For each room of a package, those that it imports; a file beside the rooms is one too."""
    found = defaultdict(set)
    for path in (ROOT / package).rglob("*.py"):
        room = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        for name in imports(path):
            if name.startswith(f"{package}."):
                found[room].add(name.split(".")[1])
        found[room].discard(room)
    return found


@pytest.mark.parametrize("package", ["graftnet_tf", "yolact_tf", "serving"])
def test_no_rooms_import_each_other_in_a_circle(package):
    try:
        assert list(TopologicalSorter(rooms(package)).static_order())
    except CycleError as error:
        pytest.fail(f"{package}: {' imports '.join(error.args[1])}")


CALLED_BY = ("crop_keeping", "keep_crops", "keep-crops", "/v1/snapshots", "8700")


def files_of(name):
    """The files of the project that an imported name may stand for."""
    parts = name.split(".")
    modules = (ROOT.joinpath(*parts[:length]) for length in range(1, len(parts) + 1))
    for module in modules:
        yield from filter(pathlib.Path.exists, (module / "__init__.py", module.with_suffix(".py")))


def test_the_advertising_service_knows_nothing_of_where_crops_are_kept():
    """Neither by any chain of imports, nor by a word by which it could be called."""
    own = [ROOT / "pipelines" / f"{name}.py" for name in ("advertise", "lift_agent")]
    own += (ROOT / "serving" / "advertising").rglob("*.py")
    assert len(own) > 100
    assert [path for path in own for word in CALLED_BY if word in path.read_text()] == []
    reached, left = set(), set(own)
    while left:
        path = left.pop()
        reached.add(path)
        left |= {file for name in imports(path) for file in files_of(name)} - reached
    assert ROOT / "serving" / "model_server" / "server.py" in reached, "imports are followed"
    assert not [path for path in reached if path.parent.name == "crop_keeping"]
