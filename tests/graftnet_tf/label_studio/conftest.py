import pytest

from graftnet_tf.label_studio.access_token import VARIABLE
from tests.graftnet_tf.label_studio.fake_server import LEGACY, serving


@pytest.fixture
def studio(monkeypatch):
    """A server whose legacy token is in the environment."""
    monkeypatch.setenv(VARIABLE, LEGACY)
    with serving() as server:
        yield server
