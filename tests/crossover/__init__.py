"""What one TensorFlow has made, used by another; docs/current_tensorflow.md."""
