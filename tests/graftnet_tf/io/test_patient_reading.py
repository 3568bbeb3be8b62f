"""File systems that fail for a while."""

import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import patient_reading
from graftnet_tf.io.patient_reading import read_patiently


@pytest.mark.parametrize("failures", [0, 3, 5])
def test_a_file_system_that_fails_for_a_while_is_asked_again(monkeypatch, failures):
    waited = fails_at_first(monkeypatch, failures)
    assert read_patiently("gs://bucket/a.jpg") == b"content"
    assert len(waited) == failures
    assert waited == sorted(waited)


def test_one_that_fails_lastingly_is_named(monkeypatch):
    waited = fails_at_first(monkeypatch, 1000)
    with pytest.raises(GraftNetError, match=r"^gs://bucket/a.jpg could not be read 6 times"):
        read_patiently("gs://bucket/a.jpg")
    assert len(waited) == 6


def fails_at_first(monkeypatch, failures):
    """Seconds that are waited, not in fact, for a file system that fails some times."""
    left, waited = [failures], []

    def read_bytes(path):
        left[0] -= 1
        if left[0] >= 0:
            raise tf.errors.UnavailableError(None, None, "The backend is away.")
        return b"content"

    monkeypatch.setattr(patient_reading.atomic_files, "read_bytes", read_bytes)
    monkeypatch.setattr(patient_reading.time, "sleep", waited.append)
    return waited


def test_a_file_that_is_not_there_is_asked_for_once(monkeypatch, tmp_path):
    monkeypatch.setattr(patient_reading.time, "sleep", pytest.fail)
    with pytest.raises(tf.errors.NotFoundError):
        read_patiently(str(tmp_path / "absent"))
