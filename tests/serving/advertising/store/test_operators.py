"""Operators: passwords, locks and sessions."""

import asyncio

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import operators
from serving.advertising.store.operators import SESSION_SECONDS, Operator
from serving.advertising.store.roles import ROLES, may
from tests.serving.advertising.store.opened import read, run_with, write

PASSWORD, OTHER = "a right password", "another password"


@pytest.fixture(autouse=True)
def _hashes_that_take_no_time(monkeypatch):
    quick = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(operators, "_hashes", PasswordHash([quick]))


async def log_in(database, now, name="ada", *, right=True):
    """Logs in with a right or a wrong password, without the time that checking one takes."""
    kept = await read(database, operators.password_hash, name)
    return await write(database, operators.log_in, name, kept, right=right, now=now)


async def whose(database, token, now):
    return await read(database, operators.by_session, token, now=now)


async def add(database, name="ada", role="admin"):
    await write(database, operators.add, name, PASSWORD, role)


def test_a_password_is_kept_as_a_hash_and_opens_a_session(store_url):
    async def work(database):
        await add(database, role="editor")
        kept = await read(database, operators.password_hash, "ada")
        token = await log_in(database, 0.0)
        return kept, token, [await whose(database, it, 1.0) for it in (token, "", "other")]

    kept, token, found = run_with(store_url, work)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert [operators.verify(it, kept) for it in (PASSWORD, OTHER, "")] == [True, False, False]
    assert len(token) == 43
    assert found == [Operator("ada", "editor"), None, None]


def test_a_session_lasts_its_time_and_until_it_is_ended(store_url):
    async def work(database):
        await add(database)
        first, second = [await log_in(database, 0.0) for _ in range(2)]
        before = await whose(database, first, SESSION_SECONDS - 0.001)
        after = await whose(database, first, SESSION_SECONDS)
        await write(database, operators.log_out, first)
        return before, after, [await whose(database, it, 1.0) for it in (first, second)]

    ada = Operator("ada", "admin")
    assert run_with(store_url, work) == (ada, None, [None, ada])


@pytest.mark.parametrize("changed", [{"password": OTHER}, {"role": "viewer"}])
def test_a_change_ends_all_sessions_of_that_operator(store_url, changed):
    async def work(database):
        await add(database)
        await add(database, "bea")
        tokens = [await log_in(database, 0.0, name) for name in ("ada", "ada", "bea")]
        await write(database, operators.change, "ada", **changed)
        sessions = [await whose(database, token, 1.0) for token in tokens]
        kept = await read(database, operators.password_hash, "ada")
        return sessions, kept, await read(database, operators.listed)

    sessions, kept, listed = run_with(store_url, work)
    assert sessions == [None, None, Operator("bea", "admin")]
    assert operators.verify(changed.get("password", PASSWORD), kept)
    assert [row["role"] for row in listed] == [changed.get("role", "admin"), "admin"]


def test_five_wrong_passwords_lock_a_login_for_five_minutes(store_url):
    async def work(database):
        await add(database)
        await add(database, "bea")
        for now in range(5):
            assert await log_in(database, float(now), right=False) is None
        return [
            await log_in(database, 5.0),
            await log_in(database, 4 + 299.9),
            await log_in(database, 5.0, "bea"),
            await log_in(database, 4 + 300.0),
        ]

    answers = run_with(store_url, work)
    assert [answer is not None for answer in answers] == [False, False, True, True]


def test_a_right_password_forgives_the_wrong_ones_before(store_url):
    async def work(database):
        await add(database)
        return [await log_in(database, 0.0, right=right) is not None for right in tries]

    tries = [*[False] * 4, True, *[False] * 4, True]
    assert run_with(store_url, work) == tries


def test_an_admin_unlocks_with_a_new_password(store_url):
    async def work(database):
        await add(database)
        for _ in range(5):
            await log_in(database, 0.0, right=False)
        await write(database, operators.change, "ada", password=OTHER)
        return await log_in(database, 1.0)

    assert run_with(store_url, work) is not None


def test_a_password_that_changed_while_it_was_checked_opens_nothing(store_url):
    async def work(database):
        await add(database)
        kept = await read(database, operators.password_hash, "ada")
        await write(database, operators.change, "ada", password=OTHER)
        return await write(database, operators.log_in, "ada", kept, right=True, now=0.0)

    assert run_with(store_url, work) is None


def test_guesses_at_once_are_all_counted(store_url):
    async def work(database):
        await add(database)
        kept = await read(database, operators.password_hash, "ada")
        await asyncio.gather(
            *(
                write(database, operators.log_in, "ada", kept, right=False, now=0.0)
                for _ in range(5)
            )
        )
        return await log_in(database, 1.0)

    assert run_with(store_url, work) is None


def test_who_is_not_there_cannot_log_in_and_is_not_told_apart(store_url):
    async def work(database):
        await add(database)
        return await log_in(database, 0.0, "eve")

    assert run_with(store_url, work) is None
    assert not operators.verify("", None)


def test_what_cannot_be_done(store_url):
    async def work(database):
        await add(database)
        for work_, arguments, message in [
            (
                operators.add,
                ("ada", PASSWORD, "viewer"),
                r"^There is an operator ada already; choose",
            ),
            (
                operators.add,
                ("bea", "short", "viewer"),
                r"^The password has 5 characters; expected",
            ),
            (operators.remove, ("eve",), r"^There is no operator eve\.$"),
            (operators.remove, ("ada",), r"^ada is the last admin; make somebody else admin"),
        ]:
            with pytest.raises(GraftNetError, match=message):
                await write(database, work_, *arguments)
        for changed, message in [
            ({"name": "eve", "role": "viewer"}, r"^There is no operator eve\.$"),
            ({"name": "ada", "password": "11 letters."}, r"^The password has 11 characters"),
            ({"name": "ada", "role": "viewer"}, r"^ada is the last admin"),
        ]:
            with pytest.raises(GraftNetError, match=message):
                await write(database, operators.change, **changed)
        return await read(database, operators.count)

    assert run_with(store_url, work) == 1


def test_of_two_admins_who_remove_each_other_one_stays(store_url):
    async def work(database):
        await add(database)
        await add(database, "bea")
        answers = await asyncio.gather(
            *(write(database, operators.remove, name) for name in ("ada", "bea")),
            return_exceptions=True,
        )
        return [type(answer) for answer in answers], await read(database, operators.count)

    answers, count = run_with(store_url, work)
    assert sorted(answers, key=str) == sorted([type(None), GraftNetError], key=str)
    assert count == 1


def test_each_role_may_what_those_before_it_may():
    assert [[may(own, needed) for needed in ROLES] for own in ROLES] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
