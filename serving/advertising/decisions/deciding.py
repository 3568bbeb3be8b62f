"""How a lift's state changes: with a snapshot, a decision, its begin, its end, its proof.

Everything here is a function of what it is given; `desk` keeps the state in the store.
"""

from collections.abc import Mapping, Sequence

from serving.advertising.decisions.eligibility import may_play, playable, rule_met
from serving.advertising.decisions.facts import Creative, Facts
from serving.advertising.decisions.lift_state import Decision, LiftState
from serving.advertising.decisions.share_of_voice import charge, choose, shares
from serving.advertising.decisions.smoothing import Outcome, firing, recent
from serving.advertising.rules.conditions import Person
from serving.advertising.rules.reading import Rules
from serving.advertising.rules.schema import Schema

_LEAST_TURNS = 2  # as far as balances swing by themselves, where turns are unequal


def observe(state: LiftState, rules: Rules, people: Sequence[Person], facts: Facts) -> LiftState:
    """The state after a snapshot, of which rule outcomes alone are kept."""
    schema = rules.schema
    outcome = Outcome(
        at=facts.now,
        present=bool(people),
        met=frozenset(
            name for name in schema.campaigns if rule_met(rules, name, people, facts.attributes)
        ),
        audience=len(people) if len(people) >= schema.min_audience else None,
    )
    return state.model_copy(
        update={"outcomes": (*state.outcomes, outcome)[-schema.smoothing_window :]}
    )


def fires(state: LiftState, schema: Schema, now: float) -> frozenset[str]:
    """Campaigns of the schema whose rules fire, smoothed over the last snapshots."""
    window, age = schema.smoothing_window, schema.smoothing_age
    counted = recent(state.outcomes, window=window, age=age, now=now)
    return firing(counted) & schema.campaigns.keys()


def eligible(state: LiftState, schema: Schema, facts: Facts) -> dict[str, float]:
    """Weights of the campaigns that may play next: of the highest priority among them."""
    names = sorted(fires(state, schema, facts.now))
    campaigns = {name: schema.campaigns[name] for name in names if may_play(schema, name, facts)}
    highest = max((campaign.priority for campaign in campaigns.values()), default=0)
    return {
        name: campaign.weight
        for name, campaign in campaigns.items()
        if campaign.priority == highest
    }


def decide(
    state: LiftState, schema: Schema, facts: Facts, weights: Mapping[str, float], identifier: str
) -> Decision:
    """The decision that is due among campaigns that may play.

    Args:
      state: The lift's.
      schema: The schema in force.
      facts: Time, lift and creatives.
      weights: Weight of each eligible campaign; at least one.
      identifier: UUID of the decision.
    """
    name = choose(state.balances, weights, facts.lift.name)
    creative = next_creative(state, schema, name, facts)
    budget = schema.campaigns[name].budget
    outcome = state.outcomes[-1]
    return Decision(
        id=identifier,
        campaign=name,
        creative=creative.name,
        sha256=creative.sha256,
        seconds=creative.seconds,
        made_at=facts.now,
        expires_at=max(facts.now, state.busy_until) + schema.decision_ttl,
        due=shares(weights),
        longest=max(it.seconds for name in weights for it in playable(schema, name, facts)),
        budgeted=budget.cost(creative.seconds) if budget else 0.0,
        audience=outcome.audience,
    )


def next_creative(state: LiftState, schema: Schema, name: str, facts: Facts) -> Creative:
    """The creative whose turn it is in a campaign that has one to play."""
    creatives = playable(schema, name, facts)
    return creatives[state.turns.get(name, 0) % len(creatives)]


def wait(state: LiftState, decision: Decision | None) -> LiftState:
    """The state with a decision that waits to be begun; None withdraws it, without charge."""
    return state.model_copy(update={"waiting": decision})


def had_its_turn(decision: Decision, schema: Schema, now: float) -> bool:
    """Whether a decision that waits is one that a screen would have begun by now, and told so."""
    return now >= decision.expires_at - schema.decision_ttl


def end_turn(state: LiftState, schema: Schema) -> LiftState:
    """The state once the waiting decision has had its turn, begun or not."""
    decision = state.waiting
    if decision is None:
        return state
    balances = _charged(state, schema, decision, decision.seconds)
    turns = {**state.turns, decision.campaign: state.turns.get(decision.campaign, 0) + 1}
    return state.model_copy(update={"waiting": None, "balances": balances, "turns": turns})


def correct(
    state: LiftState, schema: Schema, decision: Decision, seconds_shown: float
) -> LiftState:
    """The state after a proof: its campaign is charged what was shown, not what was planned."""
    balances = _charged(state, schema, decision, seconds_shown - decision.seconds)
    return state.model_copy(update={"balances": balances})


def without_strangers(state: LiftState, schema: Schema) -> LiftState:
    """The state without what it keeps of campaigns that a new schema has not."""
    known = set(schema.campaigns)
    return state.model_copy(
        update={
            "balances": {name: value for name, value in state.balances.items() if name in known},
            "turns": {name: value for name, value in state.turns.items() if name in known},
        }
    )


def _charged(
    state: LiftState, schema: Schema, decision: Decision, seconds: float
) -> dict[str, float]:
    """The balances after seconds of a decision; balances of less than a turn would lose shares."""
    bound = max(schema.catch_up, _LEAST_TURNS * decision.longest)
    return charge(state.balances, decision.campaign, seconds, decision.due, bound=bound)
