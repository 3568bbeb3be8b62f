"""Ranks FOLDER/given.npz by cleanlab into FOLDER/ranking.npy: python cleanlab_process.py FOLDER."""

import sys

import numpy as np
from cleanlab.rank import get_label_quality_scores


def main() -> None:
    folder = sys.argv[1]
    given = np.load(f"{folder}/given.npz")
    quality = get_label_quality_scores(given["labels"], given["scores"], adjust_pred_probs=True)
    np.save(f"{folder}/ranking.npy", np.argsort(quality, kind="stable"))


if __name__ == "__main__":
    main()
