"""TF Serving's messages and services, without TensorFlow.

They live in a descriptor pool of their own, so that they clash with no version of
tensorflow-serving-api in the same process; in turn, messages of the two cannot be mixed.
"""
