import pytest
import tensorflow as tf

from serving.model_server.requests.request_error import tensorflow_message


@pytest.mark.parametrize(
    "raw",
    [
        "No image: [3]",
        "Graph execution error:\n\nassertion failed: No image: [3]\n\t [[{{node Assert}}]]",
        "Graph execution error:\n\n2 root error(s) found.\n"
        "  (0) INVALID_ARGUMENT:  assertion failed: No image: [3]\n\t [[{{node Assert}}]]\n"
        "  (1) CANCELLED:  Function was cancelled before it was started\n",
    ],
)
def test_the_first_cause_is_kept_and_the_nodes_are_not(raw):
    error = tf.errors.InvalidArgumentError(None, None, raw)
    assert tensorflow_message(error) == "No image: [3]"
