import contextlib
import itertools
import os
import pathlib
import shutil
import subprocess

import pytest

from tests.serving.advertising.service import running_service

_POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """URL of a real PostgreSQL server's empty databases, by a number; skips without one."""
    if not _POSTGRES:
        pytest.skip("PostgreSQL is not installed")
    root = tmp_path_factory.mktemp("postgres")
    programs, data = _POSTGRES[-1], root / "data"
    drop = _as_postgres(root)
    subprocess.run(
        [*drop, programs / "initdb", "-D", data, "-A", "trust", "-U", "graftnet"],
        check=True,
        capture_output=True,
    )
    options = f"-k {root} -c listen_addresses='' -c fsync=off"
    start = [*drop, programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", root / "log"]
    subprocess.run([*start, "start"], check=True, capture_output=True)
    numbers = itertools.count()

    def database():
        name = f"advertising{next(numbers)}"
        subprocess.run(
            [*drop, programs / "createdb", "-h", root, "-U", "graftnet", name], check=True
        )
        return f"postgresql://graftnet@/{name}?host={root}"

    yield database
    subprocess.run(
        [*drop, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], capture_output=True
    )


def _as_postgres(root):
    """The command that drops root's rights, which PostgreSQL does not start with."""
    if os.geteuid() != 0:
        return []
    shutil.chown(root, "postgres")
    with contextlib.suppress(PermissionError):
        for parent in list(root.parents)[:3]:
            parent.chmod(0o755)
    return ["runuser", "-u", "postgres", "--"]


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
