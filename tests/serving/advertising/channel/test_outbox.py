"""States that wait to be sent."""

import asyncio

from serving.advertising.channel.outbox import Outbox


def run(work):
    return asyncio.run(asyncio.wait_for(work, 5))


def test_the_newest_state_of_each_lift_waits():
    async def work():
        outbox = Outbox()
        for revision in range(100):
            outbox.put("lift-1", {"revision": revision})
            outbox.put("lift-2", {"revision": 99 - revision})
        return await outbox.look(10)

    assert run(work()) == {"lift-1": {"revision": 99}, "lift-2": {"revision": 99}}


def test_what_was_overtaken_takes_the_place_of_nothing():
    async def work():
        outbox = Outbox()
        outbox.put("lift-1", {"revision": 7})
        outbox.put("lift-1", {"revision": 6})
        outbox.put("lift-2", {"revision": 7})
        outbox.put("lift-2", None)
        outbox.put("lift-3", None)
        outbox.put("lift-3", {"revision": 1})
        return await outbox.look(10)

    waiting = {"lift-1": {"revision": 7}, "lift-2": None, "lift-3": {"revision": 1}}
    assert run(work()) == waiting


def test_what_was_not_sent_is_looked_at_again_and_what_was_is_gone():
    async def work():
        outbox = Outbox()
        for name in ("a", "b", "c"):
            outbox.put(name, {"name": name, "revision": 1})
        first = await outbox.look(2)
        again = await outbox.look(2)
        outbox.sent(first)
        return list(first), list(again), list(await outbox.look(2))

    assert run(work()) == (["a", "b"], ["a", "b"], ["c"])


def test_a_state_that_came_while_its_former_was_sent_is_sent_too():
    async def work():
        outbox = Outbox()
        outbox.put("lift-1", {"revision": 1})
        sending = await outbox.look(1)
        outbox.put("lift-1", {"revision": 2})
        outbox.sent(sending)
        return await outbox.look(1)

    assert run(work()) == {"lift-1": {"revision": 2}}


def test_who_waits_for_the_end_waits_until_all_was_sent_or_was_given_up():
    async def work():
        outbox = Outbox()
        await outbox.emptied()
        outbox.put("lift-1", {"revision": 1})
        waits = [asyncio.ensure_future(outbox.emptied())]
        await asyncio.sleep(0)
        assert not waits[0].done()
        outbox.give_up()
        await waits[0]
        outbox.put("lift-1", {"revision": 2})
        waits.append(asyncio.ensure_future(outbox.emptied()))
        await asyncio.sleep(0)
        assert not waits[1].done()
        outbox.sent(await outbox.look(1))
        await waits[1]

    run(work())
