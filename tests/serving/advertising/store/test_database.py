"""Opening, upgrading and breaking a store of either kind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import changes, lifts, screens
from serving.advertising.store.database import Database
from serving.advertising.store.tables import metadata
from tests.serving.advertising.store.opened import (
    enrol_one,
    opened,
    read,
    run_with,
    write,
)

OPEN = """
import asyncio, sys
from serving.advertising.store.database import Database
async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    database = Database(sys.argv[1])
    await database.open()
    await database.close()
asyncio.run(main())
"""
WRITE = """
import asyncio, itertools, sys, uuid
from serving.advertising.store import plays
from serving.advertising.store.database import Database
from tests.serving.advertising.store.opened import SCREEN, write
from tests.serving.advertising.store.test_plays import a_play
async def main():
    database = Database(sys.argv[1])
    await database.open()
    for _ in itertools.count():
        play = a_play(id=str(uuid.uuid4()))
        await write(database, plays.add, SCREEN, play, now=0.0, audience=None)
        print(play.id, flush=True)
asyncio.run(main())
"""


def python(program, url):
    return subprocess.Popen(
        [sys.executable, "-c", program, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=os.getcwd(),
    )


def refusal(url):
    """Why a store cannot be opened, which is one line."""

    async def work():
        async with opened(url):
            pass

    with pytest.raises(GraftNetError) as caught:
        asyncio.run(work())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_migrations_make_the_tables_that_the_code_expects(store_url):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata), set(inspect(connection).get_table_names())

    async def work(database):
        async with database.read() as connection:
            return await connection.run_sync(differences)

    found, names = run_with(store_url, work)
    assert found == []
    assert names == {*metadata.tables, "alembic_version"}


def test_opening_again_changes_nothing(store_url):
    async def work(database):
        camera, _ = await enrol_one(database)
        await database.open()
        async with opened(store_url) as other:
            await other.open()
            return camera, [lift["name"] for lift in await read(other, lifts.listed)]

    assert run_with(store_url, work)[1] == ["lift-1"]


def test_gateways_that_start_together_take_turns(store_url):
    async def together():
        databases = [Database(store_url) for _ in range(4)]
        await asyncio.gather(*(database.open() for database in databases))
        numbers = [await read(database, changes.numbers) for database in databases]
        for database in databases:
            await database.close()
        return numbers

    assert asyncio.run(together()) == [{}] * 4


def test_processes_that_start_together_take_turns(store_url):
    processes = [python(OPEN, store_url) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_a_store_of_a_later_release_is_left_alone(store_url):
    async def work(database):
        await enrol_one(database)
        async with database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    run_with(store_url, work)
    said = refusal(store_url)
    assert said.startswith("The store is of another release")
    assert "9999" in said
    assert said.endswith("Use that release, or a store of its own.")


@pytest.mark.parametrize(
    "url",
    [
        "store.db",
        "",
        "mysql://user:secret@host/name",
        "postgres://user:secret@host/name",
        "sqlite+pysqlite:///store.db",
        "postgresql://user:secret@host:port/name",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/store.db",
    ],
)
def test_what_is_no_url_of_a_store_is_told_before_anything_is_opened(url):
    with pytest.raises(GraftNetError, match=r"expected sqlite:///file\.db or postgresql") as caught:
        Database(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    said = refusal(f"sqlite:///{tmp_path}/missing/store.db")
    assert "cannot be opened: unable to open database file. Check --database." in said


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "store.db").write_bytes(b"no database" * 1000)
    assert "file is not a database" in refusal(f"sqlite:///{tmp_path}/store.db")


def test_a_server_that_does_not_answer(tmp_path):
    said = refusal(f"postgresql://user:secret@/name?host={tmp_path}")
    assert "cannot be opened" in said
    assert "secret" not in said


def test_a_wrong_password_and_a_database_that_is_not_there(postgres):
    url = postgres()
    rule = "local all guarded scram-sha-256\n"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        [settings] = connection.execute("SHOW hba_file").fetchone()
        with open(settings, "r+") as file:
            others = file.read()
            file.seek(0)
            file.write(rule + others)
        connection.execute("SELECT pg_reload_conf()")
    wrong = url.replace("graftnet@", "guarded:secret@")
    said = refusal(wrong)
    assert 'password authentication failed for user "guarded"' in said
    assert "secret" not in said
    assert "does not exist" in refusal(url.replace("@/", "@/missing"))


def test_a_read_sees_one_moment(store_url):
    async def work(database):
        await enrol_one(database)
        async with database.read() as connection:
            before = await changes.numbers(connection)
            await write(database, changes.bump, "schema")
            after = await changes.numbers(connection)
        return before, after, await read(database, changes.numbers)

    before, after, later = run_with(store_url, work)
    assert before == after == {"lifts": 2}
    assert later == {"lifts": 2, "schema": 1}


def test_a_transaction_that_fails_leaves_nothing(store_url):
    async def enrol_and_fail(connection):
        await lifts.enrol(connection, "lift-1", now=0.0)
        raise ZeroDivisionError

    async def work(database):
        with pytest.raises(ZeroDivisionError):
            await write(database, enrol_and_fail)
        return await read(database, lifts.listed), await read(database, changes.numbers)

    assert run_with(store_url, work) == ([], {})


def test_a_transaction_that_is_cancelled_leaves_nothing_and_blocks_nobody(store_url):
    """Cameras and screens hang up at any time."""

    async def enrol(database, name):
        async with database.write() as connection:
            await lifts.enrol(connection, name, now=0.0)
            await screens.enrol(connection, name, name, now=0.0)

    async def work(database):
        for steps in range(24):
            task = asyncio.create_task(enrol(database, f"lift-{steps}"))
            for _ in range(steps):
                await asyncio.sleep(0)
            await asyncio.sleep(0.0005 * (steps % 5))
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.gather(*(enrol(database, f"after-{number}") for number in range(12)))
        names = [
            {it["name"] for it in await read(database, listed)}
            for listed in (lifts.listed, screens.listed)
        ]
        return names, await read(database, changes.numbers)

    (of_lifts, of_screens), numbers = run_with(store_url, work)
    assert of_lifts == of_screens
    assert {f"after-{number}" for number in range(12)} <= of_lifts
    assert numbers == {"lifts": 2 * len(of_lifts)}


def test_references_are_checked(store_url):
    async def work(database):
        async with database.write() as connection:
            await connection.execute(
                text("INSERT INTO screens (name, lift, enrolled_at) VALUES ('s', 'none', 0)")
            )

    with pytest.raises(IntegrityError):
        run_with(store_url, work)


def test_more_tasks_than_connections_wait_for_one(store_url):
    async def work(database):
        await asyncio.gather(*(write(database, changes.bump, "schema") for _ in range(40)))
        return await asyncio.gather(*(read(database, changes.numbers) for _ in range(40)))

    assert run_with(store_url, work) == [{"schema": 40}] * 40


@pytest.mark.parametrize("lines", [1, 7])
def test_what_was_acknowledged_outlives_a_kill(tmp_path, lines):
    url = f"sqlite:///{tmp_path}/store.db"
    process = python(WRITE, url)
    acknowledged = [process.stdout.readline().strip() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.read().split()
    process.communicate()
    assert process.returncode == -signal.SIGKILL

    async def work(database):
        async with database.read() as connection:
            return (await connection.execute(text("SELECT id FROM plays"))).scalars().all()

    stored = run_with(url, work)
    assert set(acknowledged) <= set(stored)
    assert len(stored) <= len(acknowledged) + 1
