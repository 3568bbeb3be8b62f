"""YOLACT instance segmentation in TensorFlow."""
