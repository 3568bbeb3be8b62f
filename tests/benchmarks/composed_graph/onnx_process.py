"""A network under ONNX Runtime, timed on request; started by the benchmark.

    PYTHON onnx_process.py GRAPH THREADS

Needs tensorflow, tf2onnx and onnxruntime, and no package of ours. GRAPH is a frozen GraphDef whose
placeholder `inputs` is float32 [N, h, w, 3] and whose outputs are named `score…`. Each line on
stdin, a batch size, is answered with the seconds of one run; a first line comes when it is ready.
"""

import sys
import time

import numpy as np
import onnxruntime
import tensorflow as tf
import tf2onnx


def main() -> None:
    path, threads = sys.argv[1], int(sys.argv[2])
    graph = tf.compat.v1.GraphDef.FromString(tf.io.gfile.GFile(path, "rb").read())
    outputs = [f"{node.name}:0" for node in graph.node if node.name.startswith("score")]
    model, _ = tf2onnx.convert.from_graph_def(
        graph, input_names=["inputs:0"], output_names=outputs, inputs_as_nchw=["inputs:0"], opset=17
    )
    del graph
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    del model
    (expected,) = session.get_inputs()
    print("ready", flush=True)
    for line in sys.stdin:
        inputs = np.random.default_rng(0).random((int(line), *expected.shape[1:]), np.float32)
        started = time.perf_counter()
        session.run(None, {expected.name: inputs})
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
