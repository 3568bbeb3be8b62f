import pytest

from tests.yolact_tf import tiny as tiny_network


@pytest.fixture
def tiny(monkeypatch):
    """The configuration of a network that trains in seconds."""
    return tiny_network.register(monkeypatch)
