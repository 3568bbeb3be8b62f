"""Ranks labels by cleanlab: python cleanlab_process.py FOLDER COUNT.

From FOLDER/given-N.npz to FOLDER/ranking-N.npy, N from 0 to COUNT - 1.
"""

import sys

import numpy as np
from cleanlab.rank import get_label_quality_scores


def main() -> None:
    folder = sys.argv[1]
    for number in range(int(sys.argv[2])):
        given = np.load(f"{folder}/given-{number}.npz")
        quality = get_label_quality_scores(given["labels"], given["scores"], adjust_pred_probs=True)
        np.save(f"{folder}/ranking-{number}.npy", np.argsort(quality, kind="stable"))


if __name__ == "__main__":
    main()
