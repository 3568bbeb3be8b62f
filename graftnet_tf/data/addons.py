"""The one place where this package imports tensorflow-addons."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # its end-of-life notice
    from tensorflow_addons.image import cutout, transform

__all__ = ["cutout", "transform"]
