import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed.replicas import Replicas


def of(*, workers, worker=0, own=1):
    """Replicas of a cluster that there is none of."""
    replicas = Replicas()
    replicas.count, replicas.own = workers * own, own
    replicas.workers, replicas.worker = workers, worker
    return replicas


def test_the_shares_of_all_workers_are_the_batch():
    batch = np.arange(24).reshape(12, 2)
    shares = [of(workers=3, worker=worker).share(batch) for worker in range(3)]
    assert [len(share) for share in shares] == [4, 4, 4]
    np.testing.assert_array_equal(np.concatenate(shares), batch)


def test_a_batch_that_replicas_cannot_share_equally_is_refused():
    of(workers=3, own=2).check_divides(12)
    with pytest.raises(GraftNetError, match="Batches of 32 images given for 6 replicas; expected"):
        of(workers=3, own=2).check_divides(32)


def test_alone_there_is_nobody_to_ask():
    replicas = Replicas()
    assert [replicas.any(flag) for flag in (False, True)] == [False, True]
    (array,) = replicas.from_chief([np.arange(3)])
    np.testing.assert_array_equal(array, np.arange(3))
