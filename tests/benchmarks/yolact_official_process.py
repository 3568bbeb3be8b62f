"""The official PyTorch YOLACT on a CPU, timed on request; started by yolact_forward.py.

    PYTHON yolact_official_process.py CHECKOUT BACKBONE SEED THREADS BATCH

Needs torch, OpenCV, pycocotools and matplotlib, and no package of ours. Each line on stdin is
answered with the seconds of one forward pass to the raw outputs, in float32. What the
checkout wants of a GPU, of torchvision and of TorchScript is stood in for; arithmetic is its own.
"""

import contextlib
import importlib.util
import sys
import time
import types
from pathlib import Path
from unittest import mock


def main() -> None:
    checkout, backbone = sys.argv[1:3]
    seed, threads, count = map(int, sys.argv[3:])
    import torch

    torch.set_num_threads(threads)
    torch.cuda.current_device = lambda: 0
    torch.cuda.device_count = lambda: 2  # more than one: the checkout leaves TorchScript off
    for name in ("torchvision", "torchvision.models", "torchvision.models.resnet"):
        sys.modules[name] = mock.MagicMock()
    sys.path.insert(0, checkout)
    with contextlib.redirect_stdout(sys.stderr):
        from data import set_cfg

        set_cfg("yolact_base_config" if backbone == "resnet101" else f"yolact_{backbone}_config")
        from yolact import Yolact

        network = Yolact()
    reference = _reference()
    network.load_state_dict(
        {
            key: torch.from_numpy(reference.reference_weights(key, tuple(value.shape), seed))
            for key, value in network.state_dict().items()
        }
    )
    network.eval()
    network.training = True  # raw outputs, with stored statistics in batch normalisation
    image = reference.reference_input(reference.reference_image(seed), backbone)
    batch = torch.from_numpy(image.transpose(2, 0, 1)[None].repeat(count, axis=0))
    with torch.no_grad():
        for _ in sys.stdin:
            started = time.perf_counter()
            network(batch)
            print(time.perf_counter() - started, flush=True)


def _reference() -> types.ModuleType:
    """tests/yolact_tf/reference.py, by its path."""
    path = Path(__file__).parents[1] / "yolact_tf" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
