"""Which package may import which: pipelines → serving → graftnet_tf, pipelines → yolact_tf."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("graftnet_tf", "yolact_tf", "serving", "pipelines", "tests")
MAY_IMPORT = {
    "graftnet_tf": ("graftnet_tf.",),
    "yolact_tf": ("yolact_tf.", "graftnet_tf.io."),
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
