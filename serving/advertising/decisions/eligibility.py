"""Whether a campaign may play, and why not: the same checks decide and explain."""

import dataclasses
import datetime
import functools
from collections.abc import Iterator, Sequence

from serving.advertising.decisions.facts import Creative, Facts
from serving.advertising.rules.calendar import local_time
from serving.advertising.rules.conditions import Explanation, Person
from serving.advertising.rules.reading import Rules
from serving.advertising.rules.schema import Campaign, Schema


@dataclasses.dataclass(frozen=True)
class Check:
    """One check of a campaign.

    Attributes:
      name: What is checked.
      passes: Whether it passes.
      text: What was found, in words.
      explanation: Of what a condition is made; None for other checks.
    """

    name: str
    passes: bool
    text: str
    explanation: Explanation | None = None


def rule_checks(
    rules: Rules, name: str, people: Sequence[Person], attributes: frozenset[str]
) -> Iterator[Check]:
    """Whether a campaign's rule is met by the people of one snapshot.

    Args:
      rules: The schema in force.
      name: Name of the campaign.
      people: Everybody in the snapshot.
      attributes: Those that the model scores.

    Yields:
      Each check in turn; a later one may only be asked for where the earlier ones pass.
    """
    campaign = rules.schema.campaigns[name]
    refused = rules.refused.get(name)
    yield Check("policy", refused is None, refused or "nothing that it asks for is refused")
    yield _attributes(campaign, people, attributes)
    if campaign.when is None:
        yield Check("condition", bool(people), f"anybody ({len(people)} there)")
    else:
        found = campaign.when.explain(people)
        yield Check("condition", found.holds, str(found.text), found)


def rule_met(rules: Rules, name: str, people: Sequence[Person], attributes: frozenset[str]) -> bool:
    """Whether every one of `rule_checks` passes."""
    return bool(people) and all(
        check.passes for check in rule_checks(rules, name, people, attributes)
    )


def _attributes(campaign: Campaign, people: Sequence[Person], attributes: frozenset[str]) -> Check:
    asked = campaign.attributes()
    if gone := [name for name in asked if name not in attributes]:
        return Check("attributes", False, f"the served model has no {', '.join(gone)}")
    # The schema may have been edited while the model looked.
    if unseen := [name for name in asked if any(name not in it.scores for it in people)]:
        text = f"this snapshot was not looked at for {', '.join(unseen)}"
        return Check("attributes", False, text)
    return Check("attributes", True, "the served model has all it asks")


@dataclasses.dataclass(frozen=True)
class _Candidate:
    name: str
    schema: Schema
    facts: Facts

    @property
    def campaign(self) -> Campaign:
        return self.schema.campaigns[self.name]

    @functools.cached_property
    def local(self) -> datetime.datetime:
        return local_time(self.facts.now, self.facts.lift.timezone or self.schema.timezone)


def play_checks(schema: Schema, name: str, facts: Facts) -> Iterator[Check]:
    """Whether a campaign whose rule fires may play now.

    Args:
      schema: The schema in force.
      name: Name of the campaign.
      facts: Time, lift, creatives and past plays.

    Yields:
      Each check in turn.
    """
    candidate = _Candidate(name, schema, facts)
    for check in (_where, _dates, _day_parts, _creatives, _frequency, _separation, _budget):
        yield check(candidate)


def may_play(schema: Schema, name: str, facts: Facts) -> bool:
    """Whether every one of `play_checks` passes."""
    return all(check.passes for check in play_checks(schema, name, facts))


def playable(schema: Schema, name: str, facts: Facts) -> list[Creative]:
    """A campaign's creatives that are there and approved, in its order."""
    found = (facts.creatives.get(creative) for creative in schema.campaigns[name].creatives)
    return [creative for creative in found if creative and creative.approved]


def history_seconds(schema: Schema) -> float:
    """How far back caps and separation look at a lift's plays; 0 if there are none."""
    caps = [cap.per for campaign in schema.campaigns.values() for cap in campaign.frequency_cap]
    return max([*caps, *schema.separation.values()], default=0.0)


def _where(candidate: _Candidate) -> Check:
    lift = candidate.facts.lift
    missed = candidate.campaign.where.missed(lift.name, lift.group, lift.tags)
    text = f"only for {' and '.join(missed)}" if missed else "meant for this lift"
    return Check("where", not missed, text)


def _dates(candidate: _Candidate) -> Check:
    dates = candidate.campaign.dates
    if dates.from_ is None and dates.to is None:
        return Check("dates", True, "it plays on every day")
    today = candidate.local.date()
    passes = dates.contains(today)
    return Check("dates", passes, f"{today} is {'' if passes else 'not '}one of its days")


def _day_parts(candidate: _Candidate) -> Check:
    parts = candidate.campaign.day_parts
    if not parts:
        return Check("day parts", True, "it plays all day")
    local = candidate.local
    passes = any(part.contains(local) for part in parts)
    where = "within" if passes else "outside of"
    return Check("day parts", passes, f"{local:%a %H:%M} in the lift is {where} its day parts")


def _creatives(candidate: _Candidate) -> Check:
    if playable(candidate.schema, candidate.name, candidate.facts):
        return Check("creatives", True, "a creative is approved")
    names = ", ".join(candidate.campaign.creatives)
    return Check("creatives", False, f"none of its creatives is there and approved: {names}")


def _frequency(candidate: _Candidate) -> Check:
    facts = candidate.facts
    for cap in candidate.campaign.frequency_cap:
        plays = sum(
            play.campaign == candidate.name and play.began > facts.now - cap.per
            for play in facts.history
        )
        if plays >= cap.plays:
            text = f"{plays} plays in the last {cap.per:g} s, of {cap.plays} at most"
            return Check("frequency cap", False, text)
    return Check("frequency cap", True, "below its caps")


def _separation(candidate: _Candidate) -> Check:
    category, campaigns = candidate.campaign.category, candidate.schema.campaigns
    seconds = candidate.schema.separation.get(category or "", 0.0)
    for play in candidate.facts.history if seconds else ():
        other = campaigns.get(play.campaign)
        recent = play.began > candidate.facts.now - seconds
        if recent and play.campaign != candidate.name and other and other.category == category:
            text = f"{play.campaign}, also {category}, played within the last {seconds:g} s"
            return Check("separation", False, text)
    return Check("separation", True, "no competitor played just now")


def _budget(candidate: _Candidate) -> Check:
    if candidate.name in candidate.facts.exhausted:
        return Check("budget", False, "its budget, or its pace, allows no play now")
    return Check("budget", True, "its budget allows a play")
