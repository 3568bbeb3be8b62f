"""Left for right."""

import numpy as np

from yolact_tf.data.augmentation.sample import Sample


def mirror(sample: Sample) -> Sample:
    """The sample as a mirror shows it."""
    x, y = np.split(sample.keypoints, 2, axis=-1)
    return sample._replace(
        pixels=sample.pixels[:, ::-1],
        masks=sample.masks[:, :, ::-1],
        keypoints=np.concatenate([sample.pixels.shape[1] - x, y], axis=-1),
    )
