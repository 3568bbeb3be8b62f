"""The same work on two TensorFlows."""
