"""A network under ONNX Runtime, timed on request; started by the benchmark.

    PYTHON onnx_process.py MODEL THREADS

Needs numpy and onnxruntime, and no package of ours. MODEL is an ONNX file with one float32 input.
Each line on stdin, a batch size, is answered with the seconds of one run; a first line comes when
it is ready.
"""

import sys
import time

import numpy as np
import onnxruntime


def main() -> None:
    path, threads = sys.argv[1], int(sys.argv[2])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")  # leave others the cores
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (expected,) = session.get_inputs()
    print("ready", flush=True)
    for line in sys.stdin:
        inputs = np.random.default_rng(0).random((int(line), *expected.shape[1:]), np.float32)
        started = time.perf_counter()
        session.run(None, {expected.name: inputs})
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
