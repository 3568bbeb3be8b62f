"""How long near-duplicates are looked for, and in what memory; docs/offline_jobs.md.

python -m tests.benchmarks.alike_images [IMAGES]

Random looks by seed 0, of which one in a hundred is a near copy of another.
"""

import sys
import threading
import time

import numpy as np

from graftnet_tf.data.near_duplicates import COLOURS, near_duplicate_codes


def resident_bytes() -> int:
    """Memory that this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    random, copies = np.random.default_rng(0), count // 100
    shapes = np.frombuffer(random.bytes(8 * count), np.uint64).copy()
    colours = np.frombuffer(random.bytes(COLOURS * count), np.uint8).reshape(count, COLOURS)
    colours = colours.astype(np.float16)
    shapes[-copies:] = shapes[:copies] ^ np.uint64(0b1001001)
    colours[-copies:] = colours[:copies]
    before, peak, over = resident_bytes(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], resident_bytes())

    threading.Thread(target=watch).start()
    started = time.monotonic()
    codes = near_duplicate_codes(shapes, colours)
    seconds = time.monotonic() - started
    over.set()
    assert codes.max() + 1 == count - copies
    print(
        f"{count} images, {copies} near copies: {seconds:.1f} s, {before >> 20} MB before, "
        f"{peak[0] >> 20} MB at most"
    )


if __name__ == "__main__":
    main()
