"""What PyTorch's EfficientNet-Lite0 makes of an image; its arithmetic is that of its authors.

    python tests/graftnet_tf/models/backbones/golden/efficientnet_lite0.py [STATE_DICT OUTPUT]

It needs PyPI's efficientnet-lite-pytorch 0.1.0. Without arguments, weights are those that
`tests/yolact_tf/reference.py` makes by rule, and `efficientnet_lite0.npz` beside this file is
written; with them, weights are read from a file, and OUTPUT is written.
"""

import pathlib
import sys

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[4]))

from tests.yolact_tf.reference import reference_weights  # noqa: E402

SEED, HEIGHT, WIDTH = 3, 96, 64


def main(state_dict: str = "", output: str = str(HERE / "efficientnet_lite0.npz")) -> None:
    """Writes the image and the output of every block, float32 [1, h, w, c]."""
    network = EfficientNet.from_name("efficientnet-lite0").eval()
    if state_dict:
        state = torch.load(state_dict, weights_only=True)
    else:
        state = {
            key: torch.from_numpy(np.asarray(reference_weights(key, value.shape, SEED)))
            for key, value in network.state_dict().items()
        }
    network.load_state_dict(state)
    image = np.random.default_rng(SEED).uniform(-1, 1, (1, HEIGHT, WIDTH, 3)).astype(np.float32)
    outputs: list[torch.Tensor] = []
    for block in network._blocks:
        block.register_forward_hook(lambda _, inputs, output: outputs.append(output))
    with torch.no_grad():
        outputs.append(network.extract_features(torch.from_numpy(image.transpose(0, 3, 1, 2))))
    channels_last = {
        f"block{number}": value.numpy().transpose(0, 2, 3, 1)
        for number, value in enumerate(outputs)
    }
    kept = (
        channels_last
        if state_dict
        else {name: channels_last[name] for name in ("block4", "block16")}
    )
    np.savez_compressed(output, image=image, **kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
