import pytest

from tests.serving.advertising import postgres_server
from tests.serving.advertising.service import running_service


@pytest.fixture(scope="session")
def postgres():
    """Makes an empty database of a real PostgreSQL server, by its URL; skips without one."""
    if not postgres_server.INSTALLED:
        pytest.skip("PostgreSQL is not installed")
    with postgres_server.running_postgres() as server:
        yield server.database


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def service(tmp_path):
    with running_service(f"sqlite:///{tmp_path}/store.db") as service:
        yield service
