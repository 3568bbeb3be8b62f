"""A network under ONNX Runtime or OpenVINO, timed on request; started by the benchmark.

    PYTHON runtime_process.py MODEL PRECISION THREADS

Needs numpy, and onnxruntime for an `.onnx` file, openvino for an `.xml` one; no package of ours.
MODEL has one float32 input. PRECISION is what OpenVINO computes in: f32 or bf16. Each line on
stdin, a batch size, is answered with the seconds of one run.
"""

import sys
import time

import numpy as np


def main() -> None:
    path, precision, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    load = _openvino if path.endswith(".xml") else _onnx
    sizes, run = load(path, precision, threads)
    for line in sys.stdin:
        inputs = np.random.default_rng(0).random((int(line), *sizes), np.float32)
        started = time.perf_counter()
        run(inputs)
        print(time.perf_counter() - started, flush=True)


def _onnx(path, precision, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")  # leave others the cores
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (expected,) = session.get_inputs()
    return expected.shape[1:], lambda inputs: session.run(None, {expected.name: inputs})


def _openvino(path, precision, threads):
    import openvino

    core = openvino.Core()
    chosen = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
    compiled = core.compile_model(path, "CPU", {**chosen, "PERFORMANCE_HINT": "LATENCY"})
    sizes = [size.get_length() for size in list(compiled.input(0).partial_shape)[1:]]
    return sizes, lambda inputs: compiled(inputs)


if __name__ == "__main__":
    main()
