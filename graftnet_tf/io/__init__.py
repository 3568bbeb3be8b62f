"""Files and decoding: the only part of this package that yolact_tf may import."""
