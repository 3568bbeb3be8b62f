"""FAISS beside `million_images`: python faiss_process.py FOLDER INDEX, told `build` or `search`."""

import sys
import time

import faiss
import numpy as np

_NEAREST = 1000


def main() -> None:
    folder, kind = sys.argv[1:]
    vectors, seeds = (np.load(f"{folder}/{name}.npy") for name in ("vectors", "seeds"))
    index = faiss.index_factory(vectors.shape[1], kind)
    for line in sys.stdin:
        started = time.monotonic()
        if line.strip() == "build":
            index.train(vectors)
            index.add(vectors)
        else:
            index.search(seeds, _NEAREST)
        print(time.monotonic() - started, flush=True)


if __name__ == "__main__":
    main()
