import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.distributed.strategy import make_strategy


@pytest.mark.parametrize("name", ["auto", "none", "mirrored"])
def test_on_one_device_every_strategy_has_one_replica(name):
    with make_strategy(name).scope():
        replicas = Replicas()
    assert (replicas.count, replicas.own, replicas.workers, replicas.worker) == (1, 1, 1, 0)
    assert replicas.is_chief


def test_several_gpus_are_used_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind] * 2)
    assert isinstance(make_strategy(), tf.distribute.MirroredStrategy)
    assert not isinstance(make_strategy("none"), tf.distribute.MirroredStrategy)


def test_an_unknown_strategy_is_refused():
    with pytest.raises(GraftNetError, match="'tpu'; there are auto, none, mirrored, multiworker"):
        make_strategy("tpu")
