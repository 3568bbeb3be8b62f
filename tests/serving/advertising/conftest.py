import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from tests.serving.advertising.service import running_service

_POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="session")
def postgres():
    """Makes an empty database of a real PostgreSQL server, by its URL; skips without one."""
    if not _POSTGRES:
        pytest.skip("PostgreSQL is not installed")
    programs, numbers = _POSTGRES[-1], itertools.count()
    # Not in pytest's own folder, which every other run closes to all but its owner.
    with tempfile.TemporaryDirectory(prefix="postgres") as root:
        run = _runner(root)
        data, options = f"{root}/data", f"-k {root} -c listen_addresses='' -c fsync=off"
        run(programs / "initdb", "-D", data, "-A", "trust", "-U", "graftnet")
        control = [programs / "pg_ctl", "-D", data, "-w"]
        run(*control, "-o", options, "-l", f"{root}/log", "start")

        def database():
            name = f"advertising{next(numbers)}"
            run(programs / "createdb", "-h", root, "-U", "graftnet", name)
            return f"postgresql://graftnet@/{name}?host={root}"

        try:
            yield database
        finally:
            run(*control, "-m", "immediate", "stop")


def _runner(root):
    """Runs programs without root's rights, with which PostgreSQL does not start."""
    drop = []
    if os.geteuid() == 0:
        shutil.chown(root, "postgres")
        drop = ["runuser", "-u", "postgres", "--"]

    def run(*command):
        subprocess.run([*drop, *command], check=True, capture_output=True, cwd=root)

    return run


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
