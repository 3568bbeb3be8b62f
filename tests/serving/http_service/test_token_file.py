"""A token and its rotation."""

import logging
import os

import pytest

from graftnet_tf.errors import GraftNetError
from serving.http_service.token_file import TokenFile


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "token"
    path.write_text("first-token_1\n")
    path.chmod(0o600)
    return path


def replace(path, text):
    aside = path.with_suffix(".new")
    aside.write_text(text)
    os.replace(aside, path)


def test_a_rotation_needs_no_restart(path, caplog):
    caplog.set_level(logging.INFO)
    file = TokenFile(str(path))
    assert file.token() == "first-token_1"
    replace(path, "second-token_2\n")
    assert [file.token() for _ in range(3)] == ["second-token_2"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"The token file {path} was read again."
    ]


@pytest.mark.parametrize("meanwhile", ["", "two words", "ünlesbar"])
def test_the_token_before_is_kept_until_there_is_another(path, meanwhile):
    file = TokenFile(str(path))
    replace(path, meanwhile)
    assert file.token() == "first-token_1"
    path.unlink()
    assert file.token() == "first-token_1"
    path.write_text("second-token_2")
    assert file.token() == "second-token_2"


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o640, 0), (0o644, 1)])
def test_a_file_for_everybody_to_read_is_warned_of(path, caplog, mode, warnings):
    path.chmod(mode)
    assert TokenFile(str(path)).token() == "first-token_1"
    assert len(caplog.records) == warnings
    assert "first-token_1" not in caplog.text


def test_no_token_at_the_start_is_an_error(path):
    path.write_text("two\nlines")
    with pytest.raises(GraftNetError, match=r"holds no token; expected one line") as refusal:
        TokenFile(str(path))
    assert "lines" not in str(refusal.value)
    path.unlink()
    with pytest.raises(GraftNetError, match=r"cannot be read: No such file.* Write the token"):
        TokenFile(str(path))
