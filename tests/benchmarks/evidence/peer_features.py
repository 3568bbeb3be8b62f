"""Features of images by a model of another environment; started by outside_models.py.

    PYTHON peer_features.py MODEL IMAGES.npy FEATURES.npy

Needs numpy, pillow, and onnxruntime for an `.onnx` file or openvino for an `.xml` one; no package
of ours. IMAGES is uint8 [N, h, w, 3] RGB; FEATURES becomes float32 [N, D], the model's first
output, flattened, and averaged over places where there are several. Each image is resized to what
the model takes, 224×224 where that is free. ONNX files take ImageNet's normalisation, NCHW or NHWC;
OpenVINO's take 0…255 in BGR, NCHW, as those of the Open Model Zoo.
"""

import sys

import numpy as np
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
FREE_SIDE = 224  # pixels, where a model takes any size
STD = np.array([0.229, 0.224, 0.225], np.float32)


def main() -> None:
    model, images, features = sys.argv[1:4]
    run, shape = (_openvino if model.endswith(".xml") else _onnx)(model)
    channels_first = shape[1] == 3
    height, width = shape[2:] if channels_first else shape[1:3]
    found = []
    for image in np.load(images, mmap_mode="r"):
        resized = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
        values = np.asarray(resized, np.float32)
        values = values[..., ::-1] if model.endswith(".xml") else (values / 255 - MEAN) / STD
        batch = values[None].transpose(0, 3, 1, 2) if channels_first else values[None]
        output = np.asarray(run(np.ascontiguousarray(batch, np.float32)), np.float32)[0]
        if output.ndim == 3:
            output = output.mean(axis=(1, 2) if channels_first else (0, 1))
        found.append(output.reshape(-1))
    np.save(features, np.stack(found))


def _onnx(model):
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    sizes = given.shape
    if len(sizes) != 4 or 3 not in (sizes[1], sizes[3]):
        sys.exit(f"{model} takes {sizes}; expected images [N, 3, h, w] or [N, h, w, 3].")
    fixed = [size if isinstance(size, int) else FREE_SIDE for size in sizes]
    return lambda batch: session.run(None, {given.name: batch})[0], fixed


def _openvino(model):
    import openvino

    compiled = openvino.Core().compile_model(model, "CPU")
    return lambda batch: compiled(batch)[0], list(compiled.input(0).shape)


if __name__ == "__main__":
    main()
