"""From a snapshot to its proof of play, step by step, on either store."""

import asyncio
import uuid

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.conditions import Person
from serving.advertising.store import lifts
from tests.serving.advertising.gateway.desk_scene import (
    BABY,
    COURIER,
    NOON,
    SOMEBODY,
    Scene,
    catalog_of,
    sha_of,
)
from tests.serving.advertising.store.opened import opened, run_with, write

ASAP = {"plays": 10, "pacing": "asap"}
PRAMS = {"when": {"someone": "holding_baby"}}
TWO = {"a": {"budget": ASAP} | PRAMS, "b": {"budget": ASAP} | PRAMS}


def play_out(url, work, campaigns, **settings):
    """Runs an async function of the scene of a lift."""

    async def whole(database):
        return await work(await Scene(database, catalog_of(campaigns, **settings)).enrol())

    return run_with(url, whole)


def test_from_a_snapshot_to_its_proof(store_url):
    async def work(scene):
        made = await scene.see(SOMEBODY, SOMEBODY)
        begun = await scene.begin(made.waiting, after=1)
        while_it_plays = await scene.see(SOMEBODY, after=4)
        scene.now += 6
        proved = await scene.prove(made.waiting, 8.0)
        kept = await scene.state(), await scene.statuses(), await scene.spent()
        return made, begun, while_it_plays, proved, kept, await scene.audiences()

    made, begun, next_one, proved, (state, statuses, spent), audiences = play_out(
        store_url, work, {"a": {"budget": ASAP}, "b": {"priority": -1}}
    )
    decision = made.waiting
    assert (decision.campaign, decision.creative, decision.seconds) == ("a", "a", 10.0)
    assert (decision.made_at, decision.expires_at) == (NOON, NOON + 30)
    assert (decision.sha256, decision.audience, decision.budgeted) == (sha_of("a"), 2, 1.0)
    assert made.changed
    assert begun.changed
    assert begun.waiting is None
    assert next_one.waiting.id != decision.id
    assert next_one.waiting.expires_at == NOON + 1 + 10 + 30  # once what plays has ended
    assert next_one.waiting.audience is None  # one is fewer than two
    assert (proved.state, proved.changed) == (state, False)
    assert [change.state.version for change in (made, begun, next_one, proved)] == [1, 2, 3, 4]
    assert state.waiting == next_one.waiting
    assert statuses == [("a", "begun"), ("a", "waiting")]
    assert spent == {"a": 2.0}
    assert audiences == [2]


def test_a_decision_waits_unchanged_while_its_rule_fires(store_url):
    async def work(scene):
        changes = [await scene.see(BABY, after=5) for _ in range(6)]
        return changes, await scene.spent(), await scene.statuses()

    changes, spent, statuses = play_out(store_url, work, TWO)
    [name] = spent
    assert [change.changed for change in changes] == [True, *[False] * 5]
    assert [change.waiting for change in changes] == [changes[0].waiting] * 6
    assert (statuses, spent) == ([(name, "waiting")], {name: 1.0})


@pytest.mark.parametrize(("after", "status"), [(4, "withdrawn"), (14, "expired")])
def test_a_decision_whose_rule_fires_no_more_gives_its_budget_back(store_url, after, status):
    """It has had its turn only if the screen, busy for 10 s, could have begun it by then."""

    async def work(scene):
        await scene.begin(None)
        made = await scene.see(BABY)
        before = await scene.spent()
        gone = await scene.see(SOMEBODY, after=after)
        return made, before, gone, await scene.spent(), await scene.statuses(), await scene.state()

    made, before, gone, spent, statuses, state = play_out(
        store_url, work, {"a": {"budget": ASAP} | PRAMS}
    )
    assert made.waiting.campaign == "a"
    assert (gone.waiting, gone.changed) == (None, True)
    assert (before, spent) == ({"a": 1.0}, {})
    assert statuses == [("a", status)]
    assert state.turns == ({} if status == "withdrawn" else {"a": 1})


def test_nobody_there_or_nothing_that_fires_is_the_default_playlist(store_url):
    async def work(scene):
        return [await scene.see(), await scene.see(SOMEBODY), await scene.see()]

    changes = play_out(store_url, work, {"a": PRAMS})
    assert [(change.waiting, change.changed) for change in changes] == [(None, False)] * 3


def test_a_decision_that_nobody_began_has_had_its_turn(store_url):
    async def work(scene):
        first = await scene.see(SOMEBODY)
        before = await scene.see(SOMEBODY, after=29.9)
        after = await scene.see(SOMEBODY, after=0.1)
        return first, before, after, await scene.statuses(), await scene.spent()

    first, before, after, statuses, spent = play_out(
        store_url, work, {"a": {"budget": ASAP}, "b": {"budget": ASAP}}
    )
    assert before.waiting == first.waiting
    assert after.changed
    names = [first.waiting.campaign, after.waiting.campaign]
    assert sorted(names) == ["a", "b"]
    assert statuses == [(names[0], "expired"), (names[1], "waiting")]
    assert spent == {names[1]: 1.0}


@pytest.mark.parametrize("after", [4, 45])
def test_a_late_proof_of_what_was_given_back_is_paid_once_and_charged_once(store_url, after):
    """Withdrawn after 4 s, while the screen was busy; expired after 45."""

    async def work(scene):
        await scene.begin(None)
        made = await scene.see(BABY)
        await scene.see(after=after)
        given_back = await scene.spent()
        changes = [await scene.prove(made.waiting, 6.0) for _ in range(3)]
        kept = await scene.spent(), await scene.state(), await scene.statuses()
        return made, given_back, changes, kept

    made, given_back, changes, (spent, state, statuses) = play_out(store_url, work, TWO)
    name = made.waiting.campaign
    assert (given_back, spent) == ({}, {name: 1.0})
    assert changes[0].changed is False
    assert changes[1:] == [None, None]
    other = {"a": "b", "b": "a"}[name]
    assert state.balances == {name: pytest.approx(-3), other: pytest.approx(3)}
    assert state.turns == {name: 1}
    assert state.waiting is None
    assert statuses == [(name, "begun")]


def test_a_late_proof_leaves_what_waits_now_alone(store_url):
    async def work(scene):
        first = await scene.see(SOMEBODY)
        second = await scene.see(SOMEBODY, after=30)
        late = await scene.prove(first.waiting)
        return second, late, (await scene.state()).waiting

    second, late, waiting = play_out(store_url, work, {"a": {}, "b": {}})
    assert (late.waiting, late.changed) == (second.waiting, False)
    assert waiting == second.waiting


def test_a_proof_without_a_begin_ends_the_turn(store_url):
    async def work(scene):
        made = await scene.see(SOMEBODY)
        proved = await scene.prove(made.waiting, 10.0)
        again = await scene.prove(made.waiting, 10.0)
        return proved, again, await scene.state(), await scene.statuses(), await scene.spent()

    proved, again, state, statuses, spent = play_out(store_url, work, {"a": {"budget": ASAP}})
    assert (proved.waiting, proved.changed, again) == (None, True, None)
    assert (state.waiting, state.turns) == (None, {"a": 1})
    assert (statuses, spent) == ([("a", "begun")], {"a": 1.0})


def test_a_proof_that_is_delivered_many_times_at_once_counts_once(store_url):
    identifier = str(uuid.UUID(int=7))

    async def work(scene):
        made = await scene.see(BABY)
        await scene.see(after=45)
        async with opened(store_url) as other:
            changes = await asyncio.gather(
                *(
                    scene.prove(made.waiting, 4.0, identifier=it, database=gateway)
                    for it in (identifier, None)  # two screens in one lift show it, too
                    for gateway in (None, other, None, other)
                )
            )
        return changes, await scene.state(), await scene.spent()

    changes, state, spent = play_out(store_url, work, TWO)
    [name] = state.turns
    assert sum(change is not None for change in changes) == 1
    assert state.balances[name] == pytest.approx(-2)
    assert spent == {name: 1.0}


def test_proofs_of_the_default_playlist_and_of_other_lifts_decisions_are_kept(store_url):
    async def whole(database):
        scene = await Scene(database, catalog_of({"a": {"budget": ASAP}})).enrol()
        other = await Scene(database, scene.catalog, "lift-2").enrol()
        made = await scene.see(SOMEBODY, SOMEBODY)
        answers = [await other.prove(made.waiting), await scene.prove(None, 10.0)]
        unknown = made.waiting.model_copy(update={"id": str(uuid.uuid4())})
        answers.append(await scene.prove(unknown))
        waiting = (await scene.state()).waiting
        return answers, await scene.audiences(), await scene.statuses(), waiting

    answers, audiences, statuses, waiting = run_with(store_url, whole)
    assert answers == [None] * 3
    assert audiences == [None] * 3
    assert statuses == [("a", "waiting")]
    assert waiting is not None


def test_a_snapshot_that_a_later_one_overtook_changes_nothing(store_url):
    async def work(scene):
        slow, quick = await scene.ticket(), await scene.ticket()
        made = await scene.see(BABY, ticket=quick)
        version = await scene.state()
        overtaken = await scene.see(ticket=slow)
        return made, overtaken, version == await scene.state()

    made, overtaken, same = play_out(store_url, work, {"a": PRAMS})
    assert made.waiting is not None
    assert (overtaken.waiting, overtaken.changed, same) == (made.waiting, False, True)


def test_what_is_begun_out_of_turn_changes_when_the_lift_is_free_and_nothing_else(store_url):
    async def work(scene):
        first = await scene.see(SOMEBODY)
        second = await scene.see(SOMEBODY, after=30)
        begun = await scene.begin(first.waiting)
        return second, begun, await scene.state()

    second, begun, state = play_out(store_url, work, {"a": {}})
    assert (begun.waiting, begun.changed) == (second.waiting, False)
    assert state.busy_until == NOON + 30 + 10


def test_a_higher_priority_passes_what_waits(store_url):
    async def work(scene):
        low = await scene.see(SOMEBODY)
        high = await scene.see(COURIER, after=5)
        still = await scene.see(COURIER, after=5)
        return low, high, still, await scene.statuses(), await scene.spent()

    low, high, still, statuses, spent = play_out(
        store_url,
        work,
        {
            "low": {"budget": ASAP},
            "high": {"priority": 1, "when": {"someone": "courier"}, "budget": ASAP},
        },
    )
    assert (low.waiting.campaign, high.waiting.campaign) == ("low", "high")
    assert (high.changed, still.changed) == (True, False)
    assert [name for name, _ in statuses] == ["low", "high"]
    assert spent == {"high": 1.0}


def test_a_higher_priority_that_cannot_pay_for_its_creative_passes_nothing(store_url):
    """Five seconds are left of its budget, and its creative lasts ten."""

    async def work(scene):
        changes = [await scene.see(COURIER, after=5) for _ in range(3)]
        return changes, await scene.statuses()

    changes, statuses = play_out(
        store_url,
        work,
        {"low": {}, "high": {"priority": 1, "budget": {"seconds": 5, "pacing": "asap"}}},
    )
    assert [change.changed for change in changes] == [True, False, False]
    assert statuses == [("low", "waiting")]


def test_an_exhausted_budget_leaves_the_turn_to_the_next(store_url):
    async def work(scene):
        names = []
        for _ in range(6):
            made = await scene.see(SOMEBODY, after=10)
            names.append(made.waiting and made.waiting.campaign)
            await scene.begin(made.waiting)
            await scene.prove(made.waiting, 10.0)
        return names, await scene.spent()

    names, spent = play_out(
        store_url,
        work,
        {
            "first": {"priority": 2, "budget": {"plays": 2, "pacing": "asap"}},
            "second": {"priority": 1, "budget": {"seconds": 25, "pacing": "asap"}},
            "third": {},
        },
    )
    assert names == ["first", "first", "second", "second", "third", "third"]
    assert spent == {"first": 2.0, "second": 20.0}


def test_what_waits_is_not_withdrawn_for_the_last_play_that_it_has_taken_itself(store_url):
    async def work(scene):
        changes = [await scene.see(SOMEBODY, after=5) for _ in range(3)]
        await scene.begin(changes[0].waiting)
        return changes, await scene.see(SOMEBODY, after=10)

    limits = {
        "budget": {"plays": 1, "pacing": "asap"},
        "frequency_cap": [{"plays": 1, "per": "1h"}],
    }
    changes, after = play_out(store_url, work, {"a": limits})
    assert [change.changed for change in changes] == [True, False, False]
    assert after.waiting is None


def test_a_frequency_cap_counts_from_when_a_play_began(store_url):
    async def work(scene):
        made = await scene.see(SOMEBODY)
        await scene.begin(made.waiting, after=25)
        return [(await scene.see(SOMEBODY, after=after)).waiting for after in (59, 2)]

    [within, after] = play_out(store_url, work, {"a": {"frequency_cap": [{"plays": 1, "per": 60}]}})
    assert within is None, "84 s after it was decided, and 59 s after it began"
    assert after is not None


def test_a_late_proof_tells_when_a_play_began(store_url):
    async def work(scene):
        first = await scene.see(SOMEBODY)
        second = await scene.see(SOMEBODY, after=50)  # nothing was heard of the first
        await scene.prove(first.waiting, ago=30)
        return [second, await scene.see(SOMEBODY, after=29), await scene.see(SOMEBODY, after=2)]

    caps = {"frequency_cap": [{"plays": 1, "per": 60}]}
    changes = play_out(store_url, work, {"a": caps})
    assert [change.waiting is not None for change in changes] == [True, False, True]


@pytest.mark.parametrize(("busy", "status"), [(True, "withdrawn"), (False, "expired")])
def test_switching_a_lift_off_gives_back_what_waits(store_url, busy, status):
    async def work(scene):
        if busy:
            await scene.begin(None)
        made = await scene.see(SOMEBODY)
        before = await scene.spent()
        await scene.switch_off()
        kept = await scene.state(), await scene.statuses(), await scene.spent()
        return made, before, kept, await scene.see(SOMEBODY)

    made, before, (state, statuses, spent), again = play_out(
        store_url, work, {"a": {"budget": ASAP}}
    )
    assert (before, spent) == ({"a": 1.0}, {})
    assert (state.outcomes, state.waiting) == ((), None)
    assert statuses == [("a", status)]
    assert again.waiting.id != made.waiting.id


def test_a_frequency_cap_counts_what_was_shown_in_this_lift(store_url):
    async def whole(database):
        scene = await Scene(database, catalog).enrol()
        other = await Scene(database, catalog, "lift-2").enrol()
        names = []
        for after in (0, 20, 20, 19, 1, 20):
            made = await scene.see(SOMEBODY, after=after)
            names.append(made.waiting and made.waiting.campaign)
            if made.waiting:
                await scene.begin(made.waiting)
        elsewhere = await other.see(SOMEBODY)
        return names, elsewhere.waiting.campaign

    catalog = catalog_of({"a": {"frequency_cap": [{"plays": 2, "per": 60}]}})
    assert run_with(store_url, whole) == (["a", "a", None, None, "a", "a"], "a")


def test_competitors_keep_apart_and_what_was_not_shown_does_not_count(store_url):
    campaigns = {
        "cars": {"category": "cars", "priority": 1, "when": {"someone": "courier"}},
        "vans": {"category": "cars"},
        "food": {"category": "food", "priority": -1},
    }

    async def work(scene):
        await scene.begin(None)
        withdrawn = await scene.see(COURIER)
        names = [withdrawn.waiting.campaign]
        made = await scene.see(SOMEBODY, after=2)  # a courier has left
        names.append(made.waiting.campaign)
        made = await scene.see(COURIER, after=2)
        names.append(made.waiting.campaign)
        await scene.begin(made.waiting)
        for after in (10, 49, 1):
            made = await scene.see(SOMEBODY, after=after)
            names.append(made.waiting.campaign)
        return names

    assert play_out(store_url, work, campaigns, separation={"cars": 60, "food": 1}) == [
        "cars",
        "vans",
        "cars",
        "food",
        "food",
        "vans",
    ]


def test_a_schema_that_is_edited_takes_away_what_waits(store_url):
    async def work(scene):
        made = await scene.see(BABY)
        scene.catalog = catalog_of({"b": {}})
        edited = await scene.see(BABY, after=5)
        late = await scene.prove(made.waiting)
        return made, edited, late, await scene.statuses(), await scene.state()

    made, edited, late, statuses, state = play_out(store_url, work, {"a": {"budget": ASAP} | PRAMS})
    assert (made.waiting.campaign, edited.waiting.campaign) == ("a", "b")
    assert (late.waiting, late.changed) == (edited.waiting, False)
    assert statuses == [("a", "begun"), ("b", "waiting")]
    assert set(state.outcomes[-1].met) == {"b"}


def test_a_campaign_that_an_edit_took_away_fires_no_more_although_it_is_remembered(store_url):
    async def work(scene):
        for _ in range(3):
            await scene.see(SOMEBODY, after=5)
        scene.catalog = catalog_of({"b": {"budget": ASAP}}, smoothing_window=3)
        return [await scene.see(SOMEBODY, after=5) for _ in range(2)]

    first, second = play_out(store_url, work, {"a": {"budget": ASAP}}, smoothing_window=3)
    assert first.waiting is None
    assert second.waiting.campaign == "b"


def test_a_rule_that_asks_for_more_than_the_model_was_asked_does_not_fire_yet(store_url):
    async def work(scene):
        scene.catalog = catalog_of({"a": PRAMS, "b": {}})
        early = await scene.see(Person({"suit": 0.9}, {"suit": True}))
        return early, await scene.see(BABY, after=10)

    early, later = play_out(store_url, work, {"b": {}})
    assert early.waiting.campaign == "b"
    assert early.waiting.due == {"b": 1.0}
    assert later.waiting == early.waiting


def test_a_creative_that_is_approved_no_more_is_not_waited_for(store_url):
    async def work(scene):
        made = await scene.see(SOMEBODY)
        scene.catalog = catalog_of({"a": {"creatives": ["x", "y"], "budget": ASAP}}, waiting=["x"])
        other = await scene.see(SOMEBODY, after=5)
        scene.catalog = catalog_of({"a": {"creatives": ["x"], "budget": ASAP}}, waiting=["x"])
        none = await scene.see(SOMEBODY, after=5)
        return made, other, none, await scene.spent()

    made, other, none, spent = play_out(
        store_url, work, {"a": {"creatives": ["x", "y"], "budget": ASAP}}
    )
    assert (made.waiting.creative, other.waiting.creative) == ("x", "y")
    assert (none.waiting, none.changed, spent) == (None, True, {})


def test_a_lift_that_was_removed_meanwhile_is_told_of(store_url):
    async def whole(database):
        scene = await Scene(database, catalog_of({"a": {}})).enrol()
        made = await scene.see(SOMEBODY)
        ticket = await scene.ticket()
        await write(database, lifts.remove, "lift-1")
        for work in (
            scene.see(SOMEBODY, ticket=ticket),
            scene.begin(made.waiting),
            scene.prove(made.waiting),
        ):
            with pytest.raises(GraftNetError, match=r"^There is no lift lift-1\.$"):
                await work
        return await scene.audiences()

    assert run_with(store_url, whole) == []


def test_smoothing_holds_over_the_desk(store_url):
    async def work(scene):
        seen = [BABY, SOMEBODY, BABY, SOMEBODY, SOMEBODY]
        return [(await scene.see(it, after=5)).waiting is not None for it in seen]

    found = play_out(store_url, work, {"a": PRAMS}, smoothing_window=3)
    assert found == [True, False, True, False, False]


def test_lifts_that_swap_budgets_at_once_take_no_more_than_there_is(store_url):
    """Each decision expires and is replaced, in six lifts at once, through two gateways."""
    campaigns = {name: {"budget": {"plays": 12, "pacing": "asap"}} for name in ("a", "b", "c")}

    async def whole(database):
        catalog = catalog_of(campaigns)
        async with opened(store_url) as other:
            scenes = [
                await Scene([database, other][number % 2], catalog, f"lift-{number}").enrol()
                for number in range(6)
            ]
            for number in range(8):
                changes = await asyncio.gather(*(scene.see(SOMEBODY, after=31) for scene in scenes))
                if number % 2:
                    await asyncio.gather(
                        *(
                            scene.begin(change.waiting)
                            for scene, change in zip(scenes, changes, strict=True)
                            if change.waiting
                        )
                    )
            statuses = [status for scene in scenes for _, status in await scene.statuses()]
            return await scenes[0].spent(), statuses

    spent, statuses = run_with(store_url, whole)
    taken = statuses.count("begun") + statuses.count("waiting")
    assert sum(spent.values()) == taken
    assert all(amount <= 12 for amount in spent.values())
    assert statuses.count("expired") > 0
