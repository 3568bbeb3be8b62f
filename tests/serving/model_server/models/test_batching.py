import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import ConfigProto
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

from graftnet_tf.errors import GraftNetError
from serving.model_server.models.batching import Batching, batched, can_be_batched
from serving.model_server.models.graph_session import Session
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import RequestError
from tests.serving.model_server.number_models import numbers

PATIENT = Batching(max_batch_size=4, batch_timeout_micros=20_000_000, num_batch_threads=1)


@pytest.fixture(scope="module")
def servable(number_versions):
    servable = Servable(os.path.join(number_versions, "3"), 3, PATIENT)
    yield servable
    servable.close()


def ask_at_once(servable, signature, requests):
    def ask(values):
        try:
            return servable.predict(signature, numbers(*values), limits=Limits())
        except tf.errors.OpError as error:
            return error

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, requests))


def test_requests_share_a_batch_and_get_their_own_rows(servable):
    answers = ask_at_once(servable, "serving_default", [[1, 2], [3], [4]])
    assert [answer.outputs["product"].tolist() for answer in answers] == [[3, 6], [9], [12]]
    assert [answer.outputs["sum"].tolist() for answer in answers] == [[4, 5], [6], [7]]
    assert [(answer.rows, answer.batch_rows) for answer in answers] == [(2, 4), (1, 4), (1, 4)]


def test_a_row_that_is_refused_harms_no_other_request_of_its_batch(servable):
    good, bad, other = ask_at_once(servable, "strict", [[4, 9], [-1], [16]])
    assert good.outputs["root"].tolist() == [2, 3]
    assert other.outputs["root"].tolist() == [4]
    assert isinstance(bad, tf.errors.InvalidArgumentError)


def test_a_request_of_more_rows_than_a_batch_is_answered_whole(servable):
    values = list(range(12))
    answer = servable.predict("serving_default", numbers(*values), limits=Limits())
    assert answer.outputs["product"].tolist() == [3 * value for value in values]
    assert answer.batch_rows == 4


@pytest.mark.parametrize("values", [[], [5]])
def test_filtered_and_empty_requests_run_alone_at_once(servable, values):
    answer = servable.predict(
        "serving_default", numbers(*values), ["sum"] if values else (), limits=Limits()
    )
    assert answer.outputs["sum"].tolist() == [value + 3 for value in values]
    assert answer.batch_rows is None


def test_more_filters_than_are_kept_are_answered_all_the_same(servable, monkeypatch):
    monkeypatch.setattr("serving.model_server.models.servable._MOST_FILTERS", 0)
    answer = servable.predict("serving_default", numbers(1, 2, 3, 4), ["sum"], limits=Limits())
    assert {name: values.tolist() for name, values in answer.outputs.items()} == {
        "sum": [4, 5, 6, 7]
    }


def test_a_full_queue_is_said_to_be_full(number_versions):
    tiny = Batching(max_batch_size=1, max_enqueued_batches=1, num_batch_threads=1)
    servable = Servable(os.path.join(number_versions, "1"), 1, tiny)
    with pytest.raises(RequestError, match="Too many batches") as refusal:
        servable.predict("serving_default", numbers(*range(50)), limits=Limits())
    assert refusal.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    answer = servable.predict("serving_default", numbers(2), limits=Limits())
    assert answer.outputs["product"].tolist() == [2]
    servable.close()


def switches():
    """How often the threads of this process went to sleep since they began."""
    count = 0
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/status") as status:
            count += next(int(line.split()[1]) for line in status if line.startswith("voluntary"))
    return count


def test_batch_threads_sleep_while_nothing_is_asked(servable):
    for signature, inputs in {
        "serving_default": numbers(1, 2, 3, 4),
        "strict": numbers(1, 2, 3, 4),
        "lengths": {"texts": tf.make_tensor_proto(["a", "b", "c", "d"])},
    }.items():
        assert servable.predict(signature, inputs, limits=Limits()).batch_rows == 4
    before = switches()
    time.sleep(0.5)
    # Of the scheduler with threads of its own, each of three signatures makes 400.
    assert switches() - before < 300


@pytest.mark.parametrize("threads", [1, 3])
def test_as_many_batches_are_computed_at_once_as_asked_for(threads):
    lock, running, most = threading.Lock(), [0], [0]

    def count(values):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return values

    options = Batching(max_batch_size=1, batch_timeout_micros=0, num_batch_threads=threads)
    own_threads = ConfigProto(inter_op_parallelism_threads=12, use_per_session_threads=True)
    with tf.Graph().as_default() as graph:
        given = tf.raw_ops.Placeholder(dtype=tf.float32, shape=[None])
        counted = tf.numpy_function(count, [given], tf.float32)
        counted.set_shape([None])
        signature = SignatureDef(
            inputs={"in": TensorInfo(name=given.name)},
            outputs={"out": TensorInfo(name=counted.name)},
        )
        outputs = batched(graph, signature, options)
        with Session(config=own_threads) as session, ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda value: session.run(outputs, {given: [value]}), range(12)))
    assert 1 <= most[0] <= threads


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ([[None]], [[None], [None, 5]], True),
        ([[None, 3]], [[None]], True),
        ([[None, None, None, 3]], [[None]], False),
        ([[None]], [[None, None]], False),
        ([[None]], [[]], False),
        ([], [[]], False),
    ],
    ids=["rows", "wide rows", "any size", "padded", "scalar", "no input"],
)
def test_only_rows_that_do_not_depend_on_others_are_batched(inputs, outputs, expected):
    signature = SignatureDef()
    for tensors, shapes in ((signature.inputs, inputs), (signature.outputs, outputs)):
        for place, shape in enumerate(shapes):
            info = TensorInfo(dtype=1, tensor_shape=tf.TensorShape(shape).as_proto())
            tensors[str(place)].CopyFrom(info)
    assert can_be_batched(signature) == expected


def test_sizes_are_powers_of_two_up_to_the_largest():
    assert Batching(max_batch_size=1).sizes == (1,)
    assert Batching(max_batch_size=6).sizes == (1, 2, 4, 6)
    assert Batching(max_batch_size=8).sizes == (1, 2, 4, 8)


@pytest.mark.parametrize(
    "options",
    [
        {"max_batch_size": 0},
        {"num_batch_threads": 0},
        {"allowed_batch_sizes": (4, 2, 16)},
        {"allowed_batch_sizes": (1, 8)},
        {"allowed_batch_sizes": (0, 16)},
    ],
    ids=str,
)
def test_wrong_options_are_refused(options):
    with pytest.raises(GraftNetError, match="expected"):
        Batching(**options)


def test_batched_answers_equal_those_computed_alone(number_versions):
    alone = Servable(os.path.join(number_versions, "2"), 2)
    together = Servable(os.path.join(number_versions, "2"), 2, PATIENT)
    values = np.random.default_rng(0).normal(size=4).tolist()
    answers = ask_at_once(together, "serving_default", [[value] for value in values])
    for value, answer in zip(values, answers, strict=True):
        expected = alone.predict("serving_default", numbers(value), limits=Limits())
        assert answer.outputs["product"].tobytes() == expected.outputs["product"].tobytes()
