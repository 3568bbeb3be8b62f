"""What documents name is there: files, tests of promises, commands."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FOLDERS = ("graftnet_tf/", "yolact_tf/", "serving/", "pipelines/", "tests/", "docs/")
PROMISED = re.compile(r"`([\w/.]+\.py)`")


def paths_in(text):
    """Backticked paths and linked files of the repository."""
    named = re.findall(r"`([\w./-]+)`", text)
    return [name for name in named if name.startswith(FOLDERS) and "/." not in name]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_a_document_names_are_there(document):
    missing = [name for name in paths_in(document.read_text()) if not (ROOT / name).exists()]
    assert missing == []


def test_every_promise_is_held_by_a_test():
    rows = re.findall(r"^\| (\d)\. (.*) \| (.*) \|$", (ROOT / "docs/promises.md").read_text(), re.M)
    assert [int(number) for number, _, _ in rows] == list(range(1, 10))
    for number, _, held_by in rows:
        tests = PROMISED.findall(held_by)
        assert tests or "not promised yet" in held_by, number
        assert all(name.startswith("tests/") for name in tests), "paths from the root"


def test_every_command_that_a_document_runs_is_installed():
    installed = re.findall(r"^    (graftnet-[\w-]+) = ", (ROOT / "setup.cfg").read_text(), re.M)
    run = {
        command
        for document in DOCUMENTS
        for command in re.findall(r"^(?:    |\| `)(graftnet-[\w-]+)", document.read_text(), re.M)
    }
    assert len(run) > 15
    assert run <= set(installed)
