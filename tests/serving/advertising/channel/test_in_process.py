"""The channel within one process, and the room for one state that each of its streams has."""

import asyncio

from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.channel.mailbox import Mailbox


def run(work):
    return asyncio.run(asyncio.wait_for(work, 5))


def test_a_mailbox_holds_the_newest_state_alone():
    async def work():
        mailbox = Mailbox()
        mailbox.put({"revision": 1})
        mailbox.put({"revision": 2})
        first = await mailbox.take()
        with_none_left = asyncio.ensure_future(mailbox.take())
        await asyncio.sleep(0)
        waited = not with_none_left.done()
        mailbox.put({"revision": 3})
        return first, waited, await with_none_left

    assert run(work()) == ({"revision": 2}, True, {"revision": 3})


def test_a_state_that_comes_after_the_end_does_not_take_back_the_end():
    async def work():
        mailbox = Mailbox()
        mailbox.end()
        mailbox.put({"revision": 1})
        return [await mailbox.take(), await mailbox.take()]

    assert run(work()) == [None, None]


def test_each_who_listens_to_a_lift_gets_its_states_and_no_other():
    async def work():
        channel = InProcessChannel()
        with (
            channel.subscribe("lift-1") as first,
            channel.subscribe("lift-1") as second,
            channel.subscribe("lift-2") as other,
        ):
            await channel.publish("lift-1", {"revision": 1})
            await channel.publish("lift-2", {"revision": 2})
            await channel.publish("lift-3", {"revision": 3})
            return [await one.take() for one in (first, second, other)], channel.streams

    states, streams = run(work())
    assert [state["revision"] for state in states] == [1, 1, 2]
    assert streams == 3


def test_who_has_left_is_counted_no_more():
    channel = InProcessChannel()
    with channel.subscribe("lift-1"):
        assert list(channel.lifts()) == ["lift-1"]
    assert channel.streams == 0
    assert list(channel.lifts()) == []


def test_close_ends_all_streams_and_those_that_come_later():
    async def work():
        channel = InProcessChannel()
        with channel.subscribe("lift-1") as first, channel.subscribe("lift-2") as second:
            channel.close()
            with channel.subscribe("lift-3") as late:
                return [await one.take() for one in (first, second, late)]

    assert run(work()) == [None, None, None]


def test_a_state_that_was_overtaken_is_not_told():
    async def work():
        mailbox = Mailbox()
        mailbox.put({"revision": 2})
        mailbox.put({"revision": 1})
        first = await mailbox.take()
        mailbox.put({"revision": 1})
        mailbox.put({"revision": 3})
        return first, await mailbox.take()

    assert run(work()) == ({"revision": 2}, {"revision": 3})


def test_the_streams_of_a_removed_lift_end_alone():
    async def work():
        channel = InProcessChannel()
        with channel.subscribe("lift-1") as removed, channel.subscribe("lift-2") as kept:
            await channel.forget("lift-1")
            await channel.publish("lift-2", {"revision": 1})
            return await removed.take(), await kept.take()

    assert run(work()) == (None, {"revision": 1})
