import hashlib

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import (
    LEARNT_IMAGES,
    has_image,
    learnt_before,
    read_learnt_images,
    write_learnt_images,
)


def hashes(*texts):
    return np.stack([np.frombuffer(hashlib.sha256(it).digest(), np.uint8) for it in texts])


def test_each_image_is_there_once_and_none_that_could_not_be_read(tmp_path):
    contents = np.concatenate([hashes(b"a", b"b", b"a"), np.zeros((2, 32), np.uint8)])
    # "file" is a name that a writer of archives has itself.
    write_learnt_images(str(tmp_path), {"file": contents, "none": contents[:0]})
    learnt = read_learnt_images(str(tmp_path))
    assert {task: some.shape for task, some in learnt.items()} == {"file": (2, 32), "none": (0, 32)}
    there = [has_image(learnt["file"], hashlib.sha256(it).hexdigest()) for it in (b"a", b"b", b"c")]
    assert there == [True, True, False]
    assert not has_image(learnt["none"], "0" * 64)
    assert not has_image(learnt["file"], "0" * 64)


def test_the_order_of_a_list_does_not_show(tmp_path):
    contents = {}
    for name, some in (("1", hashes(b"a", b"b", b"c")), ("2", hashes(b"c", b"a", b"b"))):
        (tmp_path / name).mkdir()
        write_learnt_images(str(tmp_path / name), {"bald": some})
        contents[name] = read_learnt_images(str(tmp_path / name))["bald"]
    np.testing.assert_array_equal(contents["1"], contents["2"])


def test_what_does_not_say_it_and_what_is_damaged(tmp_path):
    assert read_learnt_images(str(tmp_path)) is None
    (tmp_path / LEARNT_IMAGES).write_bytes(b"PK no more")
    with pytest.raises(GraftNetError, match=LEARNT_IMAGES):
        read_learnt_images(str(tmp_path))


def test_weights_of_a_published_version_bring_along_what_they_learnt_from(tmp_path):
    weights = tmp_path / "weights.npz"
    write_learnt_images(str(tmp_path), {"bald": hashes(b"a")})
    assert learnt_before("imagenet") == learnt_before(str(weights)) == {}
    weights.write_bytes(b"")
    assert learnt_before(str(weights)) == {}  # beside no manifest: of no workspace
    (tmp_path / manifest.NAME).write_text("{}")
    assert list(learnt_before(str(weights))) == ["bald"]
    (tmp_path / LEARNT_IMAGES).unlink()
    assert learnt_before(str(weights)) is None
