import json

import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed.cluster import Cluster, LostWorkerError

ADDRESSES = ("a:2222", "b:2222", "c:2223")
JOB = {
    "JOB_COMPLETION_INDEX": "1",
    "GRAFTNET_WORKERS": "3",
    "GRAFTNET_WORKER_ADDRESS": "trunk-{index}.trunk:2222",
}


def tf_config(workers=ADDRESSES, index=0, task="worker", **cluster):
    content = {"cluster": {"worker": workers, **cluster}, "task": {"type": task, "index": index}}
    return {"TF_CONFIG": json.dumps(content)}


def test_tf_config_is_read_and_written():
    cluster = Cluster.from_environment(tf_config(index=2))
    assert cluster == Cluster(ADDRESSES, 2)
    assert Cluster.from_environment({"TF_CONFIG": cluster.to_tf_config()}) == cluster


def test_an_indexed_job_has_its_pods_addresses():
    expected = ("trunk-0.trunk:2222", "trunk-1.trunk:2222", "trunk-2.trunk:2222")
    assert Cluster.from_environment(JOB) == Cluster(expected, 1)
    assert Cluster.from_environment(JOB | tf_config()).addresses == ADDRESSES


def test_tensorflow_is_told_of_an_indexed_job():
    environment = dict(JOB)
    Cluster.from_environment(environment).tell_tensorflow(environment)
    assert Cluster.from_environment(tf_config_of(environment)) == Cluster.from_environment(JOB)


def tf_config_of(environment):
    return {"TF_CONFIG": environment["TF_CONFIG"]}


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "neither TF_CONFIG nor JOB_COMPLETION_INDEX, GRAFTNET_WORKERS"),
        ({"TF_CONFIG": "{"}, "TF_CONFIG is not JSON"),
        ({"TF_CONFIG": ""}, "TF_CONFIG is not JSON"),
        ({"TF_CONFIG": "[" * 100_000}, "TF_CONFIG is not JSON"),
        ({"TF_CONFIG": "9" * 5000}, "TF_CONFIG is not JSON"),
        ({"TF_CONFIG": '{\n"cluster": {}\n}'}, r'TF_CONFIG is {"cluster": {}}; expected'),
        ({"TF_CONFIG": "[]"}, r"TF_CONFIG is \[\]; expected"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"]}}'}, "expected .*task"),
        (tf_config(index="0"), "expected"),
        (tf_config(index=True), "expected"),
        (tf_config(task="ps"), "expected"),
        (tf_config(ps=["d:1"]), "expected"),
        (tf_config(index=3), "says that this is worker 3; expected a number below 3"),
        (tf_config(index=-1), "worker -1"),
        (tf_config(workers=[]), "worker 0; expected a number below 0"),
        (tf_config(workers=["a:1", "a:1"]), "different HOST:PORTs"),
        (tf_config(workers=["a"]), "different HOST:PORTs"),
        (tf_config(workers=["a:70000"]), "different HOST:PORTs"),
        (tf_config(workers=["a:" + "9" * 5000]), "different HOST:PORTs"),
        (tf_config(workers=["http://a:1"]), "different HOST:PORTs"),
        (tf_config(workers=["a b:1"]), "different HOST:PORTs"),
        (tf_config(workers=["[::1]:1"]), "different HOST:PORTs"),
        (tf_config(workers=[1]), "different HOST:PORTs"),
        (tf_config(workers="a:1"), "expected"),
        (JOB | {"GRAFTNET_WORKERS": "two"}, "GRAFTNET_WORKERS is 'two'; expected a whole number"),
        (JOB | {"GRAFTNET_WORKERS": "10" * 9}, "expected a whole number below 100000"),
        (JOB | {"JOB_COMPLETION_INDEX": "3"}, "worker 3; expected a number below 3"),
        (JOB | {"GRAFTNET_WORKER_ADDRESS": "trunk:1"}, "expected {index} in it"),
    ],
)
def test_what_describes_no_cluster_is_refused_in_one_line(environment, message):
    with pytest.raises(GraftNetError, match=message) as error:
        Cluster.from_environment(environment)
    assert "\n" not in str(error.value)


def test_a_lost_worker_is_named():
    told = "/job:worker/task:1: /job:worker/replica:0/task:1 heartbeat timeout"
    with (
        pytest.raises(LostWorkerError, match=r"^Worker 1 \(b:2222\) was lost"),
        Cluster(ADDRESSES, 0).losses_told(),
    ):
        raise tf.errors.UnavailableError(None, None, told)


def test_other_errors_stay_what_they_are():
    with pytest.raises(tf.errors.NotFoundError), Cluster(ADDRESSES, 0).losses_told():
        raise tf.errors.NotFoundError(None, None, "no such file")
