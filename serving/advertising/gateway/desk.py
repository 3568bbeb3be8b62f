"""Makes decisions and keeps them: one transaction for each snapshot, begin and proof."""

import dataclasses
import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions import deciding
from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.eligibility import history_seconds, playable
from serving.advertising.decisions.facts import Facts, Lift
from serving.advertising.decisions.lift_state import Decision, LiftState
from serving.advertising.rules.conditions import Person
from serving.advertising.rules.schema import Schema
from serving.advertising.store import budgets, decision_log, lifts, plays
from serving.advertising.store.lifts import Ticket
from serving.advertising.store.plays import Play
from serving.advertising.store.screens import Screen


@dataclasses.dataclass(frozen=True)
class Change:
    """What became of a lift.

    Attributes:
      lift: The lift.
      state: What is kept of it from now on.
      changed: Whether another decision waits than before.
    """

    lift: Lift
    state: LiftState
    changed: bool

    @property
    def waiting(self) -> Decision | None:
        """Decision that waits to be shown."""
        return self.state.waiting


async def on_snapshot(
    connection: AsyncConnection,
    catalog: Catalog,
    ticket: Ticket,
    people: Sequence[Person],
    attributes: frozenset[str],
    *,
    now: float,
) -> Change:
    """Decides what a lift shows next, by the passengers of a snapshot.

    Args:
      connection: A transaction.
      catalog: Schema and creatives in force.
      ticket: The snapshot; where a later one was let in meanwhile, it changes nothing.
      people: Everybody in it.
      attributes: Those that the served model has.
      now: Seconds since the epoch.
    """
    lift, state, row = await lifts.lock_state(connection, ticket.lift.name)
    before = state.waiting
    if (row.boot_id, row.sequence) != (ticket.boot_id, ticket.sequence):
        return Change(lift, state, changed=False)
    schema = catalog.rules.schema
    facts = Facts(now, lift, catalog.creatives, attributes)
    state = deciding.observe(state, catalog.rules, people, facts)
    if not await _may_wait(connection, schema, state, facts):
        state = await _decide_anew(connection, schema, state, facts)
    state = deciding.without_strangers(state, schema)
    state = await lifts.keep_state(connection, lift.name, state)
    return Change(lift, state, changed=state.waiting != before)


async def on_begin(
    connection: AsyncConnection,
    catalog: Catalog,
    screen: Screen,
    decision_id: str | None,
    *,
    began_at: float,
    busy_until: float,
) -> Change:
    """Takes notice that a screen began to play something.

    Args:
      connection: A transaction.
      catalog: Schema in force.
      screen: The screen.
      decision_id: Decision that it plays; None in the default playlist.
      began_at, busy_until: When that began and will have ended, in seconds since the epoch.
    """
    lift, state, _ = await lifts.lock_state(connection, screen.lift)
    decision = state.waiting
    begun = decision is not None and decision.id == decision_id
    if begun and decision:
        state = deciding.end_turn(state, catalog.rules.schema)
        await decision_log.begin(connection, decision.id, began_at)
    state = state.model_copy(update={"busy_until": busy_until})
    state = await lifts.keep_state(connection, lift.name, state)
    return Change(lift, state, changed=begun)


async def on_play(
    connection: AsyncConnection, catalog: Catalog, screen: Screen, play: Play, *, now: float
) -> Change | None:
    """Keeps a proof of play; what it proves corrects shares and budgets, once.

    Returns:
      What changed, where the decision that it proves was still waiting.
    """
    if play.decision_id is None:
        await plays.add(connection, screen, play, now=now, audience=None)
        return None
    lift, state, _ = await lifts.lock_state(connection, screen.lift)
    found = await decision_log.find(connection, screen.lift, play.decision_id)
    decision, status, shown = found or (None, None, None)
    audience = decision.audience if decision else None
    added = await plays.add(connection, screen, play, now=now, audience=audience)
    if not added or decision is None or shown is not None:
        return None
    schema = catalog.rules.schema
    waiting = state.waiting is not None and state.waiting.id == decision.id
    if waiting:
        state = deciding.end_turn(state, schema)
    elif status == "withdrawn":
        state = deciding.end_turn(deciding.wait(state, decision), schema).model_copy(
            update={"waiting": state.waiting}
        )
    if status in ("expired", "withdrawn"):
        await budgets.spend(
            connection, schema, decision.campaign, decision.budgeted, decision.made_at
        )
    state = deciding.correct(state, schema, decision, play.seconds)
    began_at = min(play.actual_start / 1000, now)
    await decision_log.prove(connection, decision.id, began_at=began_at, seconds_shown=play.seconds)
    state = await lifts.keep_state(connection, lift.name, state)
    return Change(lift, state, changed=waiting)


async def on_switch_off(
    connection: AsyncConnection, catalog: Catalog, name: str, *, now: float
) -> None:
    """Forgets what a lift's last snapshots met, and what it was to show.

    Args:
      connection: A transaction.
      catalog: Schema in force.
      name: Name of the lift.
      now: Seconds since the epoch.

    Raises:
      GraftNetError: there is no such lift.
    """
    _, state, _ = await lifts.lock_state(connection, name)
    state = await _end_waiting(connection, catalog.rules.schema, state, now)
    await lifts.keep_state(connection, name, state.model_copy(update={"outcomes": ()}))


async def _may_wait(
    connection: AsyncConnection, schema: Schema, state: LiftState, facts: Facts
) -> bool:
    """Whether the decision that waits, if any, is still the one to be shown.

    It is not once it has expired, its rule fires no more, a higher priority passes it, or its
    creative is approved no more.
    """
    decision = state.waiting
    if decision is None or facts.now >= decision.expires_at:
        return False
    facts = await _with_past(connection, schema, state, facts)
    if decision.campaign not in deciding.eligible(state, schema, facts):
        return False
    creatives = playable(schema, decision.campaign, facts)
    return decision.sha256 in {creative.sha256 for creative in creatives}


async def _decide_anew(
    connection: AsyncConnection, schema: Schema, state: LiftState, facts: Facts
) -> LiftState:
    """The state with what is to be shown now, once what waited has given back what it took."""
    former = state.waiting
    taken = [(name, facts.now) for name in deciding.fires(state, schema, facts.now)]
    taken += [(former.campaign, former.made_at)] if former else []
    await budgets.lock(connection, schema, taken)
    state = await _end_waiting(connection, schema, state, facts.now)
    facts = await _with_past(connection, schema, state, facts)
    return await _decide(connection, schema, state, facts)


async def _end_waiting(
    connection: AsyncConnection, schema: Schema, state: LiftState, now: float
) -> LiftState:
    """The state without the decision that waits, which gives back what it took of a budget."""
    decision = state.waiting
    if decision is None:
        return state
    over = deciding.had_its_turn(decision, schema, now)
    await decision_log.end_waiting(connection, decision.id, "expired" if over else "withdrawn")
    await budgets.refund(connection, schema, decision.campaign, decision.budgeted, decision.made_at)
    return deciding.end_turn(state, schema) if over else deciding.wait(state, None)


async def _decide(
    connection: AsyncConnection, schema: Schema, state: LiftState, facts: Facts
) -> LiftState:
    """The state with a new decision, of the first campaign in turn whose budget allows it."""
    while weights := deciding.eligible(state, schema, facts):
        decision = deciding.decide(state, schema, facts, weights, str(uuid.uuid4()))
        if await budgets.reserve(
            connection, schema, decision.campaign, decision.budgeted, facts.now
        ):
            await decision_log.add(connection, facts.lift.name, decision)
            return deciding.wait(state, decision)
        facts = dataclasses.replace(facts, exhausted=facts.exhausted | {decision.campaign})
    return state


async def _with_past(
    connection: AsyncConnection, schema: Schema, state: LiftState, facts: Facts
) -> Facts:
    """The facts with the lift's past plays and exhausted budgets, as far as rules ask for them.

    What the decision that waits has taken already does not stand against it.
    """
    firing = deciding.fires(state, schema, facts.now)
    seconds = history_seconds(schema)
    if seconds and firing:
        history = await decision_log.history(connection, facts.lift.name, facts.now - seconds)
        own = state.waiting and state.waiting.id
        facts = dataclasses.replace(
            facts, history=[play for play in history if play.decision_id != own]
        )
    lengths = {
        name: deciding.next_creative(state, schema, name, facts).seconds
        for name in firing
        if playable(schema, name, facts)
    }
    exhausted = await budgets.exhausted(connection, schema, firing, facts.now, seconds=lengths)
    own_campaign = {state.waiting.campaign} if state.waiting else set()
    return dataclasses.replace(facts, exhausted=exhausted - own_campaign)
