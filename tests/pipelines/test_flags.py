"""One name for one thing in all binaries, and documents that name flags that there are."""

import ast
import pathlib
import re
from collections import defaultdict
from typing import NamedTuple

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BINARIES = {
    path.stem: path
    for path in (ROOT / "pipelines").glob("*.py")
    if "def main_cli" in path.read_text()
}
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "WORKSPACE_NOTES.md", "serving/tf_serving/README.md")),
    *(ROOT / "docs").rglob("*.md"),
]
COMMAND = re.compile(r"(?:graftnet-([a-z-]+)|pipelines\.(\w+))\b((?:[^\n`#|]|\\\n)*)")
OF_ABSL = {"flagfile", "help", "helpfull"}

# Flags of one name that say what they are to their own binary: what is counted, read or written.
OWN_WORDS = {
    "attributes",
    "batch_size",
    "config",
    "format",
    "images",
    "initial_weights",
    "last_block",
    "max_in_flight",
    "max_megapixels",
    "max_people",
    "min_score",
    "model_config_file",
    "model_name",
    "model_version",
    "output",
    "pooling",
    "precision",
    "push",
    "report_dir",
    "seed",
    "server",
    "source",
    "steps",
    "strategy",
    "task",
    "test_fraction",
    "timeout",
    "tls_certificate",
    "tls_key",
    "trunk",
    "validation_fraction",
    "weight_decay",
    "workers",
    "workspace",
}


class Flag(NamedTuple):
    """A flag as it is defined: in which file, by which kind of DEFINE, and its help."""

    file: str
    kind: str
    help: str


def defined(path):
    """Flags by name, and the modules of `pipelines` that a file imports."""
    flags, imported = {}, set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("pipelines"):
                imported |= {module, *(f"{module}.{name.name}" for name in names)}
            case ast.Call(func=ast.Attribute(attr=define), args=[ast.Constant(value=name), *rest]):
                if define.startswith("DEFINE_"):
                    words = "".join(ast.unparse(rest[-1]).split("'")).strip('f"')
                    flags[name] = Flag(path.name, define, words)
    files = (ROOT / f"{module.replace('.', '/')}.py" for module in imported)
    return flags, {file for file in files if file.exists()}


def flags_of(binary):
    """The names of all flags that a binary takes, save absl's own."""
    found, left = {}, [BINARIES[binary], ROOT / "pipelines" / "shell.py"]
    seen = set()
    while left:
        path = left.pop()
        if path not in seen:
            seen.add(path)
            flags, imported = defined(path)
            found |= flags
            left += imported
    return found


def commands(text):
    """(binary, flags) of each command that a document shows."""
    for match in COMMAND.finditer(text):
        binary = match[2] or match[1].replace("-", "_")
        if binary in BINARIES:
            yield binary, re.findall(r"--(\w+)", match[3])


def test_commands_are_found_in_documents():
    shown = [command for document in DOCUMENTS for command in commands(document.read_text())]
    assert ("train_branch", ["workspace", "task"]) in shown
    assert len({binary for binary, _ in shown}) > 15


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_flags_that_the_binary_has(document):
    wrong = [
        f"{binary} --{flag}"
        for binary, flags in commands(document.read_text())
        for flag in flags
        if not {flag, flag.removeprefix("no")} & (set(flags_of(binary)) | OF_ABSL)
    ]
    assert wrong == []


def test_flags_of_one_name_are_one_thing():
    by_name = defaultdict(list)
    for path in (ROOT / "pipelines").rglob("*.py"):
        for name, flag in defined(path)[0].items():
            by_name[name].append(flag)
    several = {name: flags for name, flags in by_name.items() if len(flags) > 1}
    kinds = {name: {flag.kind for flag in flags} for name, flags in several.items()}
    words = {name: {flag.help for flag in flags} for name, flags in several.items()}
    assert len(several["json"]) > 5, "flags are found"
    assert {name for name in several if len(words[name]) > 1} - OWN_WORDS == set()
    assert {name for name, some in kinds.items() if len(some) > 1} == {
        "images",
        "last_block",
        "push",  # of a server's configuration whether; of a batch where to
        "server",
        "strategy",  # of choosing images any mixture; of training one of a few words
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("report_dir", "report"),
        ("task", "tasks"),
        ("batch_size", "batch"),
        ("model_version", "version_number"),
        ("test_fraction", "held_out"),
        ("max_people", "max_passengers"),
    ],
)
def test_one_thing_has_one_name(one, other):
    names = {name for binary in BINARIES for name in flags_of(binary)}
    assert one in names
    assert other not in names
