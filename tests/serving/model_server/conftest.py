import pytest

from tests.serving.model_server.number_models import publish


@pytest.fixture(scope="session")
def number_versions(tmp_path_factory):
    """A base path with versions 1 to 3, read only."""
    base_path = str(tmp_path_factory.mktemp("numbers"))
    for version in (1, 2, 3):
        publish(base_path, version)
    return base_path
