import numpy as np
import tensorflow as tf

from graftnet_tf.io.saved_functions import save_functions


def test_variables_are_saved_in_the_order_of_their_first_use(tmp_path):
    directory = str(tmp_path / "saved_model")
    variables = [tf.Variable(float(number)) for number in range(20)]
    used = [*np.random.default_rng(0).permutation(20), 3, 1]

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
    def total(inputs):
        return {"total": tf.add_n([inputs, *(variables[number] for number in used)])}

    save_functions(directory, {"total": total})
    saved = tf.train.load_checkpoint(f"{directory}/variables/variables")
    names = [f"captured/{number}/.ATTRIBUTES/VARIABLE_VALUE" for number in range(20)]
    assert [saved.get_tensor(name) for name in names] == used[:20]
    loaded = tf.saved_model.load(directory).signatures["total"]
    assert float(loaded(inputs=tf.constant(0.5))["total"]) == sum(used) + 0.5
