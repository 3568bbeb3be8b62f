"""The signatures by which a served model tells what it is."""

from collections.abc import Callable

import tensorflow as tf

from serving.schema.metadata import ModelMetadata


def metadata_signatures(metadata: ModelMetadata, rows: tf.TensorSpec) -> dict[str, Callable]:
    """Functions that return the JSON document of `metadata`, under that name.

    Args:
      metadata: What the model says about itself.
      rows: The model's usual input, [N].

    Returns:
      metadata: takes nothing; string [].
      metadata_rows: for servers that batch, where every input and output has N rows. Takes
        `rows`, which it does not look at; string [N], the document in each row.
    """
    document = metadata.to_json()
    return {
        "metadata": tf.function(
            lambda: {"metadata": tf.constant(document)}, input_signature=[], autograph=False
        ),
        "metadata_rows": tf.function(
            lambda inputs: {"metadata": tf.fill(tf.shape(inputs), document)},
            input_signature=[rows],
            autograph=False,
        ),
    }
