"""What a new label costs without GraftNet: an InceptionV3 of its own, all blocks trained.

    python -m tests.benchmarks.full_network --workspace=W --task=hat --steps=100 \
        --initial_weights=INCEPTION.npz

Takes the input size and batch of the workspace's newest trunk, and trains by Keras `fit` with the
library's augmentation and class weights. Prints one JSON object: seconds from the decoded
images' reading to the saved model, and the AUC on the test split.
"""

import os
import tempfile
import time

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.data import labelled_images
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.evaluation import metrics
from graftnet_tf.models import weights
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.trunk.trunk import Trunk
from pipelines import shell
from tests.benchmarks.decoded_images import decode_all, decode_examples

TASK = flags.DEFINE_string("task", None, "A binary task.", required=True)
STEPS = flags.DEFINE_integer("steps", 100, "Training steps.", lower_bound=1)
INITIAL = flags.DEFINE_string("initial_weights", "none", "As of train_trunk.")

_BATCH = 32
_LEARNING_RATE = 2e-4
_AUGMENTATION = Augmentation()


def main() -> None:
    started = time.monotonic()
    workspace = shell.open_workspace()
    seed = shell.SEED.value
    tf.keras.utils.set_random_seed(seed)
    size = Trunk.open(workspace).preprocessing
    preprocessing = Preprocessing(size.height, size.width, *weights.value_range(INITIAL.value))
    [some] = labelled_images.label([workspace.training_split(TASK.value)], preprocessing).tasks
    some, images = decode_examples(some)
    model = _network(preprocessing)
    steps = STEPS.value
    model.fit(_batches(images, some, preprocessing, seed).take(steps))
    model.save(os.path.join(tempfile.mkdtemp(), "model"))
    seconds = time.monotonic() - started

    examples = workspace.examples(TASK.value, "test")
    paths = [workspace.image_path(example.image) for example in examples]
    test = decode_all(paths, preprocessing)
    images = tf.data.Dataset.from_tensor_slices(test.images[[test.rows[path] for path in paths]])
    scores = model.predict(images.batch(_BATCH).map(preprocessing.scale))[:, 1]
    area = metrics.auc(np.array([example.label == 1 for example in examples]), scores)
    shell.print_json({"task": TASK.value, "steps": steps, "seconds": seconds, "auc": area})


def _network(preprocessing: Preprocessing) -> tf.keras.Model:
    """All blocks, batch norms with stored statistics as in a branch, GAP and a softmax."""
    blocks = Blocks()
    weights.initialise(blocks, INITIAL.value)
    inputs = tf.keras.Input((preprocessing.height, preprocessing.width, 3))
    outputs = inputs
    for number in blocks.numbers():
        outputs = blocks[number](outputs, training=False)
    outputs = tf.keras.layers.GlobalAveragePooling2D()(outputs)
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(2, activation="softmax")(outputs))
    optimizer = tf.keras.optimizers.AdamW(_LEARNING_RATE, weight_decay=1e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def _batches(
    images: np.ndarray, some: LabelledRows, preprocessing: Preprocessing, seed: int
) -> tf.data.Dataset:
    """Augmented, scaled images, labels and class weights, without end."""

    def batch(
        number: tf.Tensor, rows_and_labels: tuple[tf.Tensor, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        chosen, labels = rows_and_labels
        seeds = tf.random.split([seed, tf.cast(number, tf.int32)], tf.shape(chosen)[0])
        changed = _AUGMENTATION(chosen, seeds)
        return preprocessing.scale(changed), labels, tf.gather(some.class_weights, labels)

    rows = tf.data.Dataset.from_tensor_slices((images, some.labels))
    shuffled = rows.shuffle(len(images), seed=seed).repeat().batch(_BATCH)
    return shuffled.enumerate().map(batch).prefetch(2)


if __name__ == "__main__":
    shell.run(main)
