"""The feature pyramid (Lin et al. 2017) as YOLACT has it."""

from collections.abc import Sequence

import tensorflow as tf

from yolact_tf.models.layers import conv


def build(stages: Sequence[tf.Tensor], channels: int) -> list[tf.Tensor]:
    """Builds P3 … P7 on C3, C4, C5.

    Coarser features are enlarged to the exact size of the finer ones, bilinearly with
    half-pixel centres; P3 … P5 end in a ReLU, P6 and P7 are strided convolutions without.

    Args:
      stages: Three float32 [N, h, w, C], finest first.
      channels: Channels of every level.

    Returns:
      Five float32 [N, h, w, channels], finest first.
    """
    merged: list[tf.Tensor] = []
    for index, stage in enumerate(reversed(stages)):
        lateral = conv(stage, f"fpn.lat_layers.{index}", channels, kernel=1)
        if merged:
            lateral = lateral + tf.keras.layers.Resizing(*lateral.shape[1:3])(merged[-1])
        merged.append(lateral)
    levels = [
        tf.keras.layers.ReLU()(conv(x, f"fpn.pred_layers.{index}", channels, kernel=3))
        for index, x in enumerate(merged)
    ][::-1]
    for index in range(2):
        levels.append(
            conv(levels[-1], f"fpn.downsample_layers.{index}", channels, kernel=3, stride=2)
        )
    return levels
