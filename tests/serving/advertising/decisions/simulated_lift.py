"""A lift's decisions without a store, and its screen, which shows whatever waits for it."""

from serving.advertising.decisions import deciding
from serving.advertising.decisions.facts import Facts, Lift
from serving.advertising.decisions.lift_state import LiftState


class SimulatedLift:
    """A lift; of some campaigns its screen tells neither that they begin nor that they end.

    Attributes:
      state: What the gateway keeps of it.
    """

    def __init__(self, rules, creatives, *, unheard=(), attributes=()):
        self.state = LiftState()
        self._rules, self._creatives = rules, creatives
        self._unheard, self._attributes = unheard, frozenset(attributes)
        self._free_at = 0.0
        self._seen = set()

    def look(self, now, people):
        """What a gateway does with a snapshot; returns the decision that is new, if any."""
        schema = self._rules.schema
        facts = Facts(now, Lift("lift-1"), self._creatives, self._attributes)
        state = deciding.observe(self.state, self._rules, people, facts)
        weights = deciding.eligible(state, schema, facts)
        waiting = state.waiting
        if waiting and (waiting.campaign not in weights or now >= waiting.expires_at):
            over = deciding.had_its_turn(waiting, schema, now)
            state = deciding.end_turn(state, schema) if over else deciding.wait(state, None)
        new = None
        if weights and state.waiting is None:
            new = deciding.decide(state, schema, facts, weights, f"decision at {now}")
            state = deciding.wait(state, new)
        self.state = state
        return new

    def show(self, now, *, online=lambda time: True, shown_of_it=1.0):
        """What its screen began before now, as (decision, seconds); None for nothing."""
        decision = self.state.waiting
        if decision is None or decision.id in self._seen:
            return None
        begins = max(self._free_at, decision.made_at)
        if begins >= min(now, decision.expires_at) or not online(begins):
            return None
        self._seen.add(decision.id)
        seconds = decision.seconds * shown_of_it
        self._free_at = begins + seconds
        if decision.campaign not in self._unheard:
            schema = self._rules.schema
            state = deciding.end_turn(self.state, schema)
            state = state.model_copy(update={"busy_until": self._free_at})
            self.state = deciding.correct(state, schema, decision, seconds)
        return decision, seconds
