"""Errors of TensorFlow's ops in a person's words."""

import re

import tensorflow as tf


def reason(error: tf.errors.OpError) -> str:
    """What an op or an assertion says, without TensorFlow's wrapping, in one line."""
    message = re.sub(r"^\{\{.*?\}\} ?|\[Op:.*", "", error.message, flags=re.DOTALL)
    _, _, data = message.rpartition("Summarized data: ")
    return " ".join(re.sub(r"\bb'(.*?)'", r"\1", data).split())
