import pytest

from yolact_tf.checkpoints import person_model
from yolact_tf.errors import YolactError


def test_an_installation_without_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(person_model.resources, "files", lambda package: tmp_path)
    with pytest.raises(YolactError, match="--weights"):
        person_model.load_person_model()
