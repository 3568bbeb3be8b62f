"""Uploaded advertisements, decoded and encoded anew: what screens play is never what came in.

Importing this loads no TensorFlow.
"""

from serving.advertising.creatives.creative_limits import CreativeLimits
from serving.advertising.creatives.encoding import EncodedCreative, encode_creative

__all__ = ["CreativeLimits", "EncodedCreative", "encode_creative"]
