"""A folder copied with all that is in it, from and to any file system."""

import os

import tensorflow as tf


def copy_tree(source: str, target: str) -> None:
    """Copies the files of a folder, and of those in it, to a new folder."""
    for folder, _, names in tf.io.gfile.walk(source):
        copy = os.path.normpath(os.path.join(target, os.path.relpath(folder, source)))
        tf.io.gfile.makedirs(copy)
        for name in names:
            tf.io.gfile.copy(os.path.join(folder, name), os.path.join(copy, name))
