"""The whole service in one process, beside what accompanies it."""

import asyncio

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.policy import shipped_policy
from serving.advertising.service import ServiceOptions, serve
from tests.serving.advertising.passengers_model import served_passengers


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    with served_passengers(folder) as model_server:
        yield ServiceOptions(
            database=f"sqlite:///{folder}/store.db",
            model_server=model_server,
            policy=shipped_policy(),
            port=0,
        )


def test_it_ends_with_what_accompanies_it(options):
    asked = []

    async def companion(address, gateway):
        asked.append((address, gateway.asked))

    asyncio.run(serve(options, companion, until_done=True))
    [(address, ready)] = asked
    assert address.startswith("http://127.0.0.1:")
    assert ready == frozenset()


def test_a_mistake_of_what_accompanies_it_comes_out_as_it_is(options):
    async def companion(address, gateway):
        raise GraftNetError("The store holds a demonstration already.")

    with pytest.raises(GraftNetError, match=r"^The store holds a demonstration already\.$"):
        asyncio.run(serve(options, companion))
