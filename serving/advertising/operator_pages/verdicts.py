"""Why each campaign may play next in a lift, or not."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions import deciding
from serving.advertising.decisions.eligibility import (
    Check,
    history_seconds,
    play_checks,
    rule_checks,
)
from serving.advertising.decisions.facts import Facts
from serving.advertising.decisions.lift_state import Decision, LiftState
from serving.advertising.decisions.share_of_voice import choose
from serving.advertising.decisions.smoothing import firing, recent
from serving.advertising.rules.conditions import Explanation, Person
from serving.advertising.rules.reading import Rules
from serving.advertising.rules.schema import Schema
from serving.advertising.store import budgets, decision_log

Standing = Literal["next", "eligible", "outranked", "out"]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What is found of a campaign.

    Attributes:
      campaign: Its name.
      weight, priority: As the schema has them.
      standing: Whether it is next, may play too, may not because of one with a higher priority,
        or may not.
      checks: What was checked, in turn.
    """

    campaign: str
    weight: float
    priority: int
    standing: Standing
    checks: tuple[Check, ...]

    @property
    def reason(self) -> str:
        """Why it stands so, in words."""
        match self.standing:
            case "next":
                return "furthest behind its share of seconds"
            case "eligible":
                return "less behind its share of seconds than the next"
            case "outranked":
                return "a campaign of a higher priority may play"
        failed = next(check for check in self.checks if not check.passes)
        return failed.text if failed.explanation is None else _why_not(failed.explanation)


def verdicts(
    rules: Rules, state: LiftState, people: Sequence[Person], facts: Facts
) -> tuple[Verdict, ...]:
    """The verdict on each campaign, the next one first.

    Args:
      rules: The schema that is asked about.
      state: The lift's, with the outcome of the snapshot.
      people: Everybody in the snapshot, with the attributes that `rules` ask for.
      facts: Time, lift, creatives, attributes and past plays.
    """
    schema = rules.schema
    weights = deciding.eligible(state, schema, facts)
    due = choose(state.balances, weights, facts.lift.name) if weights else None
    found = []
    for name, campaign in schema.campaigns.items():
        checks = tuple(_checks(rules, state, name, people, facts))
        standing: Standing
        if name == due:
            standing = "next"
        elif name in weights:
            standing = "eligible"
        else:
            standing = "outranked" if _may_play(checks) else "out"
        found.append(Verdict(name, campaign.weight, campaign.priority, standing, checks))
    order: list[Standing] = ["next", "eligible", "outranked", "out"]
    return tuple(sorted(found, key=lambda verdict: order.index(verdict.standing)))


async def with_past(
    connection: AsyncConnection, schema: Schema, facts: Facts, *, waiting: Decision | None = None
) -> Facts:
    """The facts with what all rules may ask of the lift's past plays and of budgets.

    Args:
      connection: A connection.
      schema: The schema that is asked about.
      facts: Time, lift, creatives and attributes.
      waiting: Decision that is to be judged as if it had not been made.
    """
    since = facts.now - history_seconds(schema)
    history = await decision_log.history(connection, facts.lift.name, since)
    exhausted = await budgets.exhausted(connection, schema, schema.campaigns, facts.now)
    own = waiting and waiting.id
    return dataclasses.replace(
        facts,
        history=[it for it in history if it.began <= facts.now and it.decision_id != own],
        exhausted=exhausted - ({waiting.campaign} if waiting else set()),
    )


def _why_not(found: Explanation) -> str:
    """What of a condition does not hold, or holds and must not."""
    if not found.parts:
        return found.text
    if found.text == "not":
        return f"it must not be so: {found.parts[0].text}"
    return "; ".join(_why_not(part) for part in found.parts if not part.holds)


def _checks(
    rules: Rules, state: LiftState, name: str, people: Sequence[Person], facts: Facts
) -> Iterator[Check]:
    """All checks of a campaign, save those of its rule that an earlier one of them forbids."""
    there = f"{len(people)} there" if people else "nobody is there"
    yield Check("passengers", bool(people), there)
    for check in rule_checks(rules, name, people, facts.attributes):
        yield check
        if not check.passes:
            break
    yield _smoothed(rules.schema, state, name, facts.now)
    yield from play_checks(rules.schema, name, facts)


def _smoothed(schema: Schema, state: LiftState, name: str, now: float) -> Check:
    counted = recent(
        state.outcomes, window=schema.smoothing_window, age=schema.smoothing_age, now=now
    )
    met = sum(name in outcome.met for outcome in counted)
    text = f"met in {met} of the last {len(counted)} snapshots"
    return Check("smoothing", name in firing(counted), text)


def _may_play(checks: Sequence[Check]) -> bool:
    """Whether it may play but for its priority; a rule fires by what smoothing says of it."""
    names = [check.name for check in checks]
    return all(check.passes for check in checks[names.index("smoothing") :])
