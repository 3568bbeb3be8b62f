"""What file systems refuse, told in one line that names the path."""

import errno
import os

import h5py
import numpy as np
import pytest
import tensorflow as tf

from pipelines.file_system_errors import one_line

HEX = "0123456789abcdef" * 2
NO_SPACE = "no space is left on its disk. Make room and run the same command again."
READ_ONLY = "it is on a read-only file system. Name another place, or make this one writable."
FULL = "cannot be written: no space is left on its disk."


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("/ro/new; Read-only file system", f"/ro/new cannot be written: {READ_ONLY}"),
        ("/a b/ä; No space left on device", f"/a b/ä cannot be written: {NO_SPACE}"),
        (
            "{{function_node __wrapped__SaveV2_dtypes_3_device_/job:localhost/replica:0/task:0/"
            "device:CPU:0}} /full/ck-1_temp/part; No space left on device [Op:SaveV2]",
            f"/full/ck-1_temp/part cannot be written: {NO_SPACE}",
        ),
        (
            "{{function_node f}} /full/events.v2; No space left on device\n\tFailed to flush 1 "
            "events to /full/events.v2\n\tCould not initialize events writer. [Op:Create] name: ",
            f"/full/events.v2 cannot be written: {NO_SPACE}",
        ),
        (
            "Unsuccessful TensorSliceReader constructor: Failed to get matching files on /x/y: "
            "Not found: /x; No such file or directory",
            "/x does not exist.",
        ),
        ("/x/file is not a directory", "/x/file: a file stands where a directory is expected."),
        ("Could not find directory /x/none", "/x/none does not exist."),
        (f"/w/tasks/.incoming-{HEX}-hat; Is a directory", "/w/tasks/hat is a directory; expected"),
        (f"/w/trunks/.incoming-7-{HEX}/a.npz; No space left on device", f"/w/trunks {FULL}"),
        ("/w/a.npz.incoming-01234567; Read-only file system", "/w/a.npz cannot be written"),
    ],
)
def test_what_tensorflow_tells(message, line):
    assert one_line(tf.errors.ResourceExhaustedError(None, None, message)).startswith(line)


def numpy_save(path):
    np.save(path, np.zeros(3))


@pytest.mark.parametrize(
    ("act", "where", "said"),
    [
        (lambda path: tf.io.gfile.GFile(path).read(), "", "is a directory; expected a file."),
        (lambda path: tf.io.gfile.GFile(path, "w").write("x"), "", "is a directory; expected"),
        (lambda path: tf.io.gfile.GFile(path).read(), "none", "does not exist."),
        (lambda path: tf.io.gfile.GFile(path).read(), "file/x", "a file stands where"),
        (lambda path: tf.io.gfile.makedirs(path), "file", "a file stands where"),
        (lambda path: tf.io.gfile.listdir(path), "none", "does not exist."),
        (lambda path: tf.io.gfile.makedirs(path), "a" * 300, "File name too long."),
        (lambda path: os.makedirs(path), "file", "exists already; expected a directory"),
        (numpy_save, "dir.npy", "is a directory; expected a file."),
        (lambda path: h5py.File(path, "w"), "none/x.h5", "does not exist."),
        (lambda path: h5py.File(path), "", "is a directory; expected a file."),
    ],
)
def test_what_writers_and_readers_raise(tmp_path, act, where, said):
    (tmp_path / "file").touch()
    (tmp_path / "dir.npy").mkdir()
    path = str(tmp_path / where)
    with pytest.raises((OSError, tf.errors.OpError)) as caught:
        act(path)
    line = one_line(caught.value)
    assert line.startswith(path.rstrip("/"))
    assert said in line


def test_an_error_without_a_path():
    said = one_line(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert said == f"A file cannot be written: {NO_SPACE}"


@pytest.mark.parametrize(
    "error",
    [
        tf.errors.InvalidArgumentError(None, None, "Shapes must be equal; they are not"),
        tf.errors.NotFoundError(None, None, "Key x not found in checkpoint"),
        tf.errors.InternalError(None, None, None),
        ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
        OSError("of some library"),
    ],
)
def test_other_errors_are_not_told_as_a_file_system_s(error):
    assert one_line(error) is None
