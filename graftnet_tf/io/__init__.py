"""Files, decoding and which Keras runs: what yolact_tf may import of this package."""
