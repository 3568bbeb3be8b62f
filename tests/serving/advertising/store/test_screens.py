"""Screens: enrolment, tokens, presence."""

import uuid

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import changes, lifts, screens
from serving.advertising.store.screens import Screen
from tests.serving.advertising.store.opened import SCREEN, enrol_one, read, run_with, write

PAGE, NEXT_PAGE = (str(uuid.UUID(int=number)) for number in (1, 2))
PLAYING = {"creative": "ab", "campaign": "prams", "decision_id": None, "started_at": 7}


async def say(database, session, now, **said):
    given = {"playing": PLAYING, "clock_offset": -0.25, "cached_files": 3} | said
    await write(database, screens.keep_presence, "screen-1", session=session, now=now, **given)


async def the_screen(database):
    [row] = await read(database, screens.listed)
    return row


def test_a_screen_is_enrolled_into_a_lift_that_is_there(store_url):
    async def work(database):
        with pytest.raises(GraftNetError, match=r"^There is no lift lift-1; enrol it first\.$"):
            await write(database, screens.enrol, "screen-1", "lift-1", now=0.0)
        _, token = await enrol_one(database)
        with pytest.raises(GraftNetError, match=r"^There is a screen screen-1 already; choose"):
            await write(database, screens.enrol, "screen-1", "lift-1", now=0.0)
        return await read(database, screens.by_token, token), dict(await the_screen(database))

    screen, row = run_with(store_url, work)
    assert screen == SCREEN == Screen("screen-1", "lift-1")
    assert "token_hash" not in row
    assert (row["has_token"], row["seen_at"], row["playing"]) == (True, None, None)


def test_tokens_are_rotated_revoked_and_of_no_camera(store_url):
    async def work(database):
        camera, first = await enrol_one(database)
        found = [await read(database, screens.by_token, token) for token in (camera, first)]
        second = await write(database, screens.rotate_token, "screen-1")
        found += [await read(database, screens.by_token, token) for token in (first, second)]
        await write(database, screens.revoke_token, "screen-1")
        found += [await read(database, screens.by_token, token) for token in (second, "")]
        return found

    assert run_with(store_url, work) == [None, SCREEN, None, SCREEN, None, None]


def test_what_is_not_there_cannot_be_changed(store_url):
    async def work(database):
        for change in (screens.rotate_token, screens.revoke_token, screens.remove):
            with pytest.raises(GraftNetError, match=r"^There is no screen screen-9\.$"):
                await write(database, change, "screen-9")

    run_with(store_url, work)


def test_a_screen_that_is_removed_leaves_its_lift(store_url):
    async def work(database):
        _, token = await enrol_one(database)
        await write(database, screens.remove, "screen-1")
        return (
            await read(database, screens.by_token, token),
            [lift["name"] for lift in await read(database, lifts.listed)],
            await read(database, changes.numbers),
        )

    assert run_with(store_url, work) == (None, ["lift-1"], {"lifts": 3})


def test_presence_is_what_a_screen_said_last(store_url):
    async def work(database):
        await enrol_one(database)
        await say(database, PAGE, 100.0)
        first = dict(await the_screen(database))
        await say(database, PAGE, 130.0, playing=None, cached_files=4)
        return first, dict(await the_screen(database))

    first, second = run_with(store_url, work)
    assert (first["session"], first["seen_at"], first["playing"]) == (PAGE, 100.0, PLAYING)
    assert (first["clock_offset"], first["cached_files"]) == (-0.25, 3)
    assert (second["seen_at"], second["playing"], second["cached_files"]) == (130.0, None, 4)


def test_a_page_that_ends_after_another_took_over_is_not_heard(store_url):
    async def work(database):
        await enrol_one(database)
        await say(database, PAGE, 100.0)
        await say(database, NEXT_PAGE, 101.0)
        await write(database, screens.set_offline, "screen-1", session=PAGE, now=102.0)
        taken_over = dict(await the_screen(database))
        await write(database, screens.set_offline, "screen-1", session=NEXT_PAGE, now=103.0)
        ended = dict(await the_screen(database))
        await say(database, NEXT_PAGE, 104.0)
        return taken_over, ended, dict(await the_screen(database))

    taken_over, ended, back = run_with(store_url, work)
    assert (taken_over["offline_at"], taken_over["playing"]) == (None, PLAYING)
    assert (ended["offline_at"], ended["playing"]) == (103.0, None)
    assert (back["offline_at"], back["playing"]) == (None, PLAYING)
