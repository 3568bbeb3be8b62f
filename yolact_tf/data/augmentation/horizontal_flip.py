"""Left for right."""

from yolact_tf.data.augmentation.sample import Sample


def mirror(sample: Sample) -> Sample:
    """The sample as a mirror shows it."""
    return Sample(sample.pixels[:, ::-1], sample.classes, sample.masks[:, :, ::-1])
