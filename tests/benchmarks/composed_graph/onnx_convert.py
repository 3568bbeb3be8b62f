"""A frozen graph as an ONNX file; started by the benchmark.

    PYTHON onnx_convert.py GRAPH MODEL

Needs tensorflow and tf2onnx, and no package of ours. GRAPH is a frozen GraphDef whose placeholder
`inputs` is float32 [N, h, w, 3] and whose outputs are named `score…`; MODEL, [N, 3, h, w], is
written. A process of its own, since converting 16 branches takes 10 GB.
"""

import sys

import tensorflow as tf
import tf2onnx


def main() -> None:
    path, written = sys.argv[1:]
    with tf.io.gfile.GFile(path, "rb") as file:
        graph = tf.compat.v1.GraphDef.FromString(file.read())
    outputs = [f"{node.name}:0" for node in graph.node if node.name.startswith("score")]
    tf2onnx.convert.from_graph_def(
        graph,
        input_names=["inputs:0"],
        output_names=outputs,
        inputs_as_nchw=["inputs:0"],
        opset=17,
        output_path=written,
    )


if __name__ == "__main__":
    main()
