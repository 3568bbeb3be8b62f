"""A frozen graph as the files of other runtimes; started by the benchmark.

    PYTHON peer_models.py GRAPH FOLDER FILE...

Needs tensorflow, tf2onnx, onnxruntime, openvino and nncf, and no package of ours. GRAPH is a frozen
GraphDef whose placeholder `inputs` is float32 [N, h, w, 3] and whose outputs are named `score…`.
FOLDER gets float32.onnx, and of int8.onnx, float32.xml and int8.xml each FILE that is asked for;
they take [N, 3, h, w]. Images of noise calibrate int8, which is for speed alone. A process of its
own, since converting 16 branches takes 10 GB.
"""

import os
import sys

import numpy as np

_CALIBRATION = 4


def main() -> None:
    graph, folder, *files = sys.argv[1:]
    onnx = os.path.join(folder, "float32.onnx")
    sizes = _to_onnx(graph, onnx)
    random = np.random.default_rng(0)
    noise = [random.random((1, *sizes), np.float32) for _ in range(_CALIBRATION)]
    makers = {
        "int8.onnx": lambda path: _quantize_onnx(onnx, path, noise),
        "float32.xml": lambda path: _to_openvino(onnx, path),
        "int8.xml": lambda path: _to_quantized_openvino(onnx, path, noise),
    }
    for file in files:
        if file in makers:
            makers[file](os.path.join(folder, file))


def _to_onnx(path, written):
    import tensorflow as tf
    import tf2onnx
    from tensorflow.core.framework.graph_pb2 import GraphDef

    with tf.io.gfile.GFile(path, "rb") as file:
        graph = GraphDef.FromString(file.read())
    outputs = [f"{node.name}:0" for node in graph.node if node.name.startswith("score")]
    tf2onnx.convert.from_graph_def(
        graph,
        input_names=["inputs:0"],
        output_names=outputs,
        inputs_as_nchw=["inputs:0"],
        opset=17,
        output_path=written,
    )
    (given,) = (node for node in graph.node if node.name == "inputs")
    height, width = (side.size for side in given.attr["shape"].shape.dim[1:3])
    return 3, height, width


def _quantize_onnx(path, written, images):
    from onnxruntime.quantization import CalibrationDataReader, quant_pre_process, quantize_static

    class Images(CalibrationDataReader):
        def __init__(self):
            self._images = iter(images)

        def get_next(self):
            image = next(self._images, None)
            return None if image is None else {"inputs:0": image}

    prepared = f"{written}.prepared"
    quant_pre_process(path, prepared, skip_symbolic_shape=True)
    quantize_static(prepared, written, Images(), per_channel=True)
    os.remove(prepared)


def _to_openvino(path, written):
    import openvino

    openvino.save_model(openvino.convert_model(path), written, compress_to_fp16=False)


def _to_quantized_openvino(path, written, images):
    import nncf
    import openvino

    model, data = openvino.convert_model(path), nncf.Dataset(images)
    openvino.save_model(nncf.quantize(model, data, subset_size=len(images)), written)


if __name__ == "__main__":
    main()
