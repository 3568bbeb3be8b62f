"""A process that keeps the layouts of weights, as a server does, and answers some requests.

    python -m tests.serving.kept_layouts_process DIRECTORY ANSWERS

DIRECTORY is a passengers model; stdin has the requests: JSON, a list of lists of snapshots, in
hexadecimal. ANSWERS, an npz file, gets the outputs under `request/name`.
"""

import json
import sys

import numpy as np
import tensorflow as tf

from serving.embedded.weight_layouts import keep_weight_layouts


def main() -> None:
    keep_weight_layouts()
    directory, answers = sys.argv[1:]
    answer = tf.saved_model.load(directory).signatures["serving_default"]
    kept = {}
    for number, snapshots in enumerate(json.load(sys.stdin)):
        files = tf.constant([bytes.fromhex(file) for file in snapshots])
        for name, values in answer(snapshots=files).items():
            kept[f"{number}/{name}"] = values.numpy()
    np.savez(answers, **kept)


if __name__ == "__main__":
    main()
