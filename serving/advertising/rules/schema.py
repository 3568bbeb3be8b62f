"""The schema "made from business experience" (paper 3.7): campaigns, their rules and limits."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from serving.advertising.rules.calendar import Dates, DayPart, Interval, TimeZone
from serving.advertising.rules.conditions import SceneCondition
from serving.advertising.rules.quantities import Seconds

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
DEFAULT_CAMPAIGN = "default"
"""Campaign under which plays of the default playlist are reported."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Where(_Part):
    """Lifts in which a campaign plays: those that meet each of the lists that are given.

    Attributes:
      lifts: Names of lifts.
      groups: Groups, of which a lift has one.
      tags: Tags, of which a lift must have one.
    """

    lifts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def missed(self, lift: str, group: str, tags: Iterable[str]) -> list[str]:
        """Which of the lists a lift is not in, in words; none where it is meant."""
        return [
            f"{kind} {', '.join(wanted)}"
            for kind, wanted, own in (
                ("lifts", self.lifts, {lift}),
                ("groups", self.groups, {group}),
                ("tags", self.tags, set(tags)),
            )
            if wanted and own.isdisjoint(wanted)
        ]


class FrequencyCap(_Part):
    """The most plays of a campaign in one lift.

    Attributes:
      plays: Plays that may begin within any `per` seconds.
      per: Length of that sliding window in seconds.
    """

    plays: int = Field(ge=1)
    per: Annotated[Seconds, Field(gt=0, le=31 * 86400)]


class Budget(_Part):
    """The most that a campaign plays in all lifts together.

    Attributes:
      plays, seconds: Plays or seconds; one of the two.
      per: Whether it is for each day, in the schema's time zone, or for the whole campaign.
      pacing: `even` spreads it over the campaign's day parts, `asap` does not.
      catch_up: How much even pacing catches up after a time with fewer plays, as seconds of
        its own pace; what is missed beyond is lost.
    """

    plays: int | None = Field(None, ge=1, le=10**9)
    seconds: Annotated[Seconds | None, Field(gt=0)] = None
    per: Literal["day", "campaign"] = "day"
    pacing: Literal["even", "asap"] = "even"
    catch_up: Annotated[Seconds, Field(gt=0)] = 1800.0

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.plays is None) == (self.seconds is None):
            raise PydanticCustomError("budget", "give plays or seconds, one of the two")
        return self

    @property
    def amount(self) -> float:
        """Plays or seconds in all."""
        return float(self.plays or self.seconds or 0)

    def cost(self, seconds: float) -> float:
        """What a play of some seconds takes of it."""
        return 1.0 if self.plays is not None else seconds


class Campaign(_Part):
    """An advertiser's campaign.

    Attributes:
      creatives: Names of its creatives, shown in turn.
      when: Condition on the passengers; anybody without one.
      weight: Share of voice in seconds, relative to the others that are eligible.
      priority: Only the highest among those eligible plays.
      where: Lifts in which it plays.
      dates: Its days.
      day_parts: Parts of days; one of them must apply.
      frequency_cap: Limits of plays in one lift.
      budget: Limit of plays or seconds in all lifts.
      category: Name that competitors share, for separation.
    """

    creatives: Annotated[tuple[Name, ...], Field(min_length=1)]
    when: SceneCondition | None = None
    weight: float = Field(1.0, gt=0, le=1e6)
    priority: int = Field(0, ge=-1000, le=1000)
    where: Where = Where()
    dates: Dates = Dates()
    day_parts: tuple[DayPart, ...] = ()
    frequency_cap: tuple[FrequencyCap, ...] = ()
    budget: Budget | None = None
    category: Name | None = None

    @model_validator(mode="after")
    def _dated_budget(self) -> Self:
        budget = self.budget
        undated = self.dates.from_ is None or self.dates.to is None
        if budget and budget.per == "campaign" and budget.pacing == "even" and undated:
            raise PydanticCustomError(
                "budget",
                "an even pace over the campaign needs dates with from and to; "
                "give them, or pacing: asap",
            )
        return self

    def attributes(self) -> list[str]:
        """Names of the attributes that its condition asks for, sorted."""
        return sorted(set(self.when.attributes())) if self.when else []


class Schema(_Part):
    """All that decides what lifts show.

    Attributes:
      timezone: Of budgets' days, and of lifts that have none of their own.
      smoothing_window: Snapshots of which most must meet a rule before it fires.
      smoothing_age: Seconds after which a snapshot does not count any more.
      decision_ttl: Seconds for which a decision waits, once it could have begun.
      min_audience: Fewest people from which an audience is counted.
      catch_up: Most seconds by which a campaign may be ahead of or behind its share; never less
        than two turns of the longest creative, by which shares swing in any case.
      default_playlist: Creatives that play when nobody is there, or nothing fires.
      separation: Seconds between two campaigns of a category in one lift, by category.
      off_hours: Parts of each day in which screens are black.
      campaigns: By name.
    """

    timezone: TimeZone
    smoothing_window: int = Field(3, ge=1, le=50)
    smoothing_age: Annotated[Seconds, Field(gt=0)] = 30.0
    decision_ttl: Annotated[Seconds, Field(gt=0, le=600)] = 30.0
    min_audience: int = Field(5, ge=2)
    catch_up: Annotated[Seconds, Field(gt=0)] = 120.0
    default_playlist: Annotated[tuple[Name, ...], Field(min_length=1)]
    separation: dict[Name, Annotated[Seconds, Field(gt=0)]] = {}
    off_hours: tuple[Interval, ...] = ()
    campaigns: dict[Name, Campaign]
