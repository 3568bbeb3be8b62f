"""The one door to tensorflow-addons: its ops where it is installed, else the same of core ops."""

import importlib.util
import warnings

if importlib.util.find_spec("tensorflow_addons"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # its end-of-life notice
        from tensorflow_addons.image import cutout, transform
else:
    from graftnet_tf.data.core_image_ops import cutout, transform

__all__ = ["cutout", "transform"]
