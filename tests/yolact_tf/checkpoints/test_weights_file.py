import numpy as np
import pytest
import tensorflow as tf

from yolact_tf import build_yolact
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.state_dict import torch_state_dict
from yolact_tf.errors import YolactError

NAMES = ("person", "dog")


def test_a_network_comes_back_with_its_classes(tiny, tmp_path):
    model, path = build_yolact("tiny", num_classes=3), str(tmp_path / "w.npz")
    weights_file.save(model, path, NAMES)
    loaded, classes = weights_file.load(path)
    assert classes == NAMES
    assert loaded.config == model.config
    for key, value in torch_state_dict(loaded).items():
        np.testing.assert_array_equal(value, torch_state_dict(model)[key])


def test_half_precision_halves_the_file_and_rounds(tiny, tmp_path):
    model, path = build_yolact("tiny", num_classes=3), tmp_path / "w.npz"
    weights_file.save(model, str(path), NAMES)
    whole = path.stat().st_size
    weights_file.save(model, str(path), NAMES, half=True)
    assert path.stat().st_size < 0.7 * whole
    loaded, _ = weights_file.load(str(path))
    for key, value in torch_state_dict(loaded).items():
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, torch_state_dict(model)[key], rtol=1e-3, atol=1e-6)


def test_as_many_names_as_classes(tiny, tmp_path):
    with pytest.raises(YolactError, match="1 class names for a network of 2"):
        weights_file.save(build_yolact("tiny", num_classes=3), str(tmp_path / "w"), ("person",))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not weights at all"])
def test_other_files_are_refused(content, tmp_path):
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    with pytest.raises(YolactError, match=r"is not a readable \.npz archive"):
        weights_file.load(str(path))
    with pytest.raises(YolactError, match=r"absent\.npz does not exist"):
        weights_file.load(str(tmp_path / "absent.npz"))


def test_an_archive_of_something_else_is_refused(tmp_path):
    path = str(tmp_path / "w.npz")
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(YolactError, match="is not a weight file"):
        weights_file.load(path)
    np.savez(path, header=np.array('{"format": 99}'))
    with pytest.raises(YolactError, match="has format 99; this version reads 1"):
        weights_file.load(path)


def test_networks_of_other_versions_are_refused_by_file_and_name(tiny, tmp_path):
    model, path = build_yolact("tiny", num_classes=3), str(tmp_path / "w.npz")
    weights_file.save(model, path, NAMES)
    arrays = dict(np.load(path))
    key = next(key for key in arrays if key.startswith("proto_net"))
    np.savez(path, **arrays | {key: arrays[key][:1]})
    with pytest.raises(YolactError, match=rf"w\.npz holds a network of another.*{key} has shape"):
        weights_file.load(path)
    header = str(arrays["header"]).replace("tiny", "yolact_person_256")
    np.savez(path, **arrays | {"header": np.array(header)})
    message = r"w\.npz holds a network of another.*No configuration is called 'yolact_person_256'"
    with pytest.raises(YolactError, match=message):
        weights_file.load(path)


def test_a_failed_write_leaves_the_old_file(tiny, tmp_path, monkeypatch):
    model, path = build_yolact("tiny", num_classes=3), tmp_path / "w.npz"
    weights_file.save(model, str(path), NAMES)
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(tf.io.gfile, "rename", fail)
    with pytest.raises(OSError, match="disk full"):
        weights_file.save(model, str(path), NAMES, half=True)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.npz"]
