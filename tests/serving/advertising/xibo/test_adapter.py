"""What players are told, and when; with `ttl` 60 s and a request in 2 s if not said otherwise."""

import asyncio
import json
import logging
import pathlib
import subprocess
import sys

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.xibo import XiboAdapter, XiboSettings
from tests.serving.advertising.xibo.fake_cms import CLIENT_ID, CLIENT_SECRET, FakeCms
from tests.serving.advertising.xibo.fake_time import FakeTime

ROOT = pathlib.Path(__file__).parents[4]
LOADED = """
import json, sys
import serving.advertising.xibo
print(json.dumps([name for name in ("tensorflow", "keras") if name in sys.modules]))
"""
GROUPS = {"lift-1": 1, "lift-2": 2}


class Scene:
    """An adapter, its CMS and its time."""

    def __init__(self, cms, settings):
        self.cms = cms
        self.time = FakeTime()
        self.adapter = XiboAdapter(
            settings,
            seed="test",
            transport=cms.transport,
            clock=self.time.clock,
            sleep=self.time.sleep,
        )

    def update(self, lift="lift-1", **values):
        self.adapter.update(lift, values)

    async def after(self, seconds):
        """Requests taken within some seconds: display group and values."""
        known = len(self.cms.pushed)
        await self.time.advance(seconds)
        return [
            (it.group, {metric: value for metric, (value, _) in it.values.items()})
            for it in self.cms.pushed[known:]
        ]


def scene(play, *, groups=GROUPS, cms=None, **settings):
    """Plays a coroutine function of a scene."""
    made = XiboSettings("https://cms.example", CLIENT_ID, CLIENT_SECRET, groups, **settings)

    async def run():
        stage = Scene(cms or FakeCms(), made)
        async with stage.adapter:
            await play(stage)

    asyncio.run(run())


def test_an_update_is_sent_at_once_and_only_changes_follow():
    async def play(stage):
        stage.update(baby="1", couriers="2")
        assert stage.cms.requests == 0  # nothing is sent by the caller
        assert await stage.after(0) == [(1, {"baby": "1", "couriers": "2"})]
        assert stage.cms.pushed[0].values["baby"] == ("1", 60)
        for _ in range(5):
            stage.update(baby="1", couriers="2")
            assert await stage.after(3) == []
        stage.update(baby="1", couriers="3")
        assert await stage.after(0) == [(1, {"couriers": "3"})]

    scene(play)


def test_lifts_do_not_share_a_group_or_a_pace():
    async def play(stage):
        stage.update("lift-1", baby="1")
        stage.update("lift-2", baby="2")
        stage.update("lift-of-somebody-else", baby="3")
        assert await stage.after(0) == [(1, {"baby": "1"}), (2, {"baby": "2"})]

    scene(play)


def test_one_request_in_so_many_seconds_with_the_newest_values():
    async def play(stage):
        stage.update(baby="1")
        assert await stage.after(0.5) == [(1, {"baby": "1"})]
        stage.update(baby="2", couriers="1")
        assert await stage.after(0.5) == []
        stage.update(baby="3")
        assert await stage.after(0.9) == []
        assert await stage.after(0.1) == [(1, {"baby": "3"})]

    scene(play)


def test_a_value_that_goes_and_comes_back_while_it_waits_is_not_sent():
    async def play(stage):
        stage.update(baby="1")
        await stage.after(0.5)
        stage.update(baby="2")
        stage.update(baby="1")
        assert await stage.after(5) == []

    scene(play)


@pytest.mark.parametrize("gone", [{"baby": "0"}, {"baby": ""}, {"baby": None}, {}])
def test_what_has_gone_is_left_to_its_ttl(gone):
    async def play(stage):
        stage.update(baby="1")
        assert await stage.after(5) == [(1, {"baby": "1"})]
        for _ in range(30):
            stage.update(**gone)
            assert await stage.after(5) == []
        stage.update(baby="1")
        assert await stage.after(0) == [(1, {"baby": "1"})]

    scene(play)


@pytest.mark.parametrize("gone", [{"baby": "0"}, {"baby": ""}, {"baby": None}, {}])
def test_what_has_gone_is_sent_as_none_once(gone):
    async def play(stage):
        stage.update(baby="1")
        assert await stage.after(5) == [(1, {"baby": "1"})]
        stage.update(**gone)
        assert await stage.after(5) == [(1, {"baby": "none"})]
        for _ in range(30):
            stage.update(**gone)
            assert await stage.after(5) == []
        stage.update(baby="1")
        assert await stage.after(0) == [(1, {"baby": "1"})]

    scene(play, absent="none")


def test_what_another_gateway_may_have_said_is_taken_back_by_name():
    async def play(stage):
        stage.update(baby=None)
        assert await stage.after(0) == [(1, {"baby": "none"})]

    scene(play, absent="none")


def test_a_value_that_stays_never_lapses_at_the_player():
    async def play(stage):
        sent_at = []
        for seconds in (0, *[1] * 300):
            stage.update(baby="1")
            sent_at += [stage.time.now for _ in await stage.after(seconds)]
        assert sent_at == [1000 + 30 * number for number in range(11)]

    scene(play)


def test_a_lift_that_is_not_heard_of_comes_to_an_end():
    """An update counts for 60 s: the value is sent again at 30 s and then no more."""

    async def play(stage):
        stage.update(baby="1")
        assert await stage.after(29.9) == [(1, {"baby": "1"})]
        assert await stage.after(0.1) == [(1, {"baby": "1"})]
        assert await stage.after(1000) == []

    scene(play)


def test_what_is_only_sent_again_after_half_its_time_waits_for_no_update():
    async def play(stage):
        stage.update(baby="1")
        await stage.after(20)
        stage.update(baby="1", couriers="1")
        assert await stage.after(0) == [(1, {"couriers": "1"})]
        assert await stage.after(10) == [(1, {"baby": "1"})]
        assert await stage.after(20) == [(1, {"couriers": "1"})]

    scene(play)


def test_the_newest_values_are_sent_once_the_cms_is_back():
    async def play(stage):
        stage.cms.down = True
        stage.update("lift-1", baby="1")
        stage.update("lift-2", baby="1")
        assert await stage.after(20) == []
        stage.update("lift-1", baby="2")
        stage.cms.down = False
        assert sorted(await stage.after(70)) == [(1, {"baby": "2"}), (2, {"baby": "1"})]

    scene(play, ttl=120)


def test_what_was_seen_long_ago_is_not_sent_when_the_cms_is_back():
    async def play(stage):
        stage.cms.down = True
        stage.update(baby="1")
        await stage.after(61)
        stage.cms.down = False
        assert await stage.after(1000) == []

    scene(play)


def test_a_cms_that_is_away_is_asked_ever_less_often_for_all_groups_together():
    async def play(stage):
        stage.cms.status = 503
        asked = []
        for _ in range(20):
            for _ in range(12):
                stage.update("lift-1", baby="1")
                stage.update("lift-2", baby="1")
                await stage.after(5)
            asked.append(stage.cms.requests)
        first, last = asked[0], asked[-1] - asked[9]
        assert 3 <= first <= 20
        assert 5 <= last <= 60  # in 10 minutes, with waits of up to one

    scene(play)


def test_waits_after_failures_differ_by_seed():
    def waits(seed):
        made = XiboSettings("https://cms.example", CLIENT_ID, CLIENT_SECRET, GROUPS)
        cms, time, asked = FakeCms(), FakeTime(), []
        cms.status = 503

        async def run():
            adapter = XiboAdapter(
                made, seed=seed, transport=cms.transport, clock=time.clock, sleep=time.sleep
            )
            async with adapter:
                for _ in range(60):
                    adapter.update("lift-1", {"baby": "1"})
                    await time.advance(1)
                    asked.append(cms.requests)

        asyncio.run(run())
        return asked

    assert waits("a") == waits("a")
    assert waits("a") != waits("b")


@pytest.mark.parametrize("fault", ["unknown", "forbidden", "unready"])
def test_a_group_that_is_refused_does_not_hold_up_the_others(fault):
    async def play(stage):
        if fault == "unknown":
            stage.cms.groups.remove(1)
        else:
            setattr(stage.cms, fault, {1})
        for number in range(1, 6):
            stage.update("lift-1", baby=str(number))
            stage.update("lift-2", baby=str(number))
            assert await stage.after(2) == [(2, {"baby": str(number)})]
        refused = stage.cms.requests - 5
        assert 1 <= refused <= 5
        stage.cms.groups.add(1)
        setattr(stage.cms, fault, set())
        assert await stage.after(20) == [(1, {"baby": "5"})]

    scene(play)


def test_a_request_that_may_have_arrived_is_not_taken_for_one_that_did_not():
    async def play(stage):
        stage.update(baby="1")
        await stage.after(5)
        stage.cms.status = 504
        stage.update(baby="2")
        await stage.after(0)
        assert stage.cms.requests == 2
        stage.cms.status = None
        stage.update(baby="1")
        assert await stage.after(5) == [(1, {"baby": "1"})]

    scene(play)


def test_no_group_starves_where_the_cms_is_slow():
    """Twenty lifts that change without end, and a CMS that takes half a second for each."""
    groups = {f"lift-{number}": number for number in range(1, 21)}

    async def play(stage):
        inner = stage.adapter._cms.push

        async def slow(*args):
            await stage.time.sleep(0.5)
            await inner(*args)

        stage.adapter._cms.push = slow
        for second in range(60):
            for lift in groups:
                stage.update(lift, people=str(second + 1))
            await stage.after(1)
        served = [it.group for it in stage.cms.pushed]
        assert len(served) >= 115
        assert {served.count(group) for group in groups.values()} <= {5, 6, 7}

    scene(play, groups=groups, cms=FakeCms(groups.values()))


def test_a_value_that_cannot_be_sent_is_the_callers_mistake_and_changes_nothing():
    async def play(stage):
        stage.update(baby="1")
        with pytest.raises(GraftNetError, match=r"Xibo's value is '<b>'; expected a text"):
            stage.update(baby="<b>")
        assert await stage.after(0) == [(1, {"baby": "1"})]

    scene(play)


def test_failures_and_recoveries_are_told_once_and_without_values(caplog):
    async def play(stage):
        stage.cms.groups.remove(1)
        for _ in range(10):
            stage.update(graftnet_holding_baby="1")
            await stage.after(10)
        stage.cms.groups.add(1)
        for _ in range(20):
            stage.update(graftnet_holding_baby="1")
            await stage.after(30)

    with caplog.at_level(logging.INFO, "serving.advertising.xibo"):
        scene(play)
    told = [it.getMessage() for it in caplog.records if it.name.startswith("serving.")]
    assert len(told) == 2
    assert told[0].startswith("Xibo refuses criteria of display group 1: status 404")
    assert told[1] == "Xibo takes criteria of lift lift-1 again."
    assert "baby" not in "".join(told)


def test_leaving_ends_a_request_that_hangs():
    async def play(stage):
        async def hang(*_):
            await asyncio.Event().wait()

        stage.adapter._cms.push = hang
        stage.update(baby="1")
        await stage.after(0)

    scene(play)


def test_a_fault_is_told_when_it_happens(caplog):
    async def play(stage):
        async def fail(*_):
            raise ZeroDivisionError

        stage.adapter._cms.push = fail
        stage.update(baby="1")
        await stage.after(0)
        assert "Xibo is told nothing any more." in caplog.messages

    scene(play)


def test_leaving_stops_the_task():
    async def run():
        made = XiboSettings("https://cms.example", CLIENT_ID, CLIENT_SECRET, GROUPS)
        adapter = XiboAdapter(made, transport=FakeCms().transport)
        async with adapter:
            pass
        assert [it for it in asyncio.all_tasks() if it.get_name() == "xibo"] == []

    asyncio.run(run())


def test_it_loads_no_tensorflow():
    printed = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=True,
    )
    assert json.loads(printed.stdout) == []
