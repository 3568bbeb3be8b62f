import tensorflow as tf

from graftnet_tf.decoding import decode_picture


def test_in_a_graph_no_pixel_is_decoded_before_the_size_has_been_judged():
    graph = tf.function(decode_picture).get_concrete_function(tf.TensorSpec([], tf.string)).graph
    reading_header, decoding = (op for op in graph.get_operations() if op.type.endswith("If"))
    known_format, size = (op for op in graph.get_operations() if op.type == "Assert")
    assert known_format in reading_header.control_inputs
    assert size in decoding.control_inputs
