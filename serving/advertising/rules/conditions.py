"""Conditions on the passengers of a snapshot: of one person, and of all who are there.

someone: holding_baby
all: [{someone: {all: [female, {attribute: suit, score_at_least: 0.8}]}}, {not: {someone: child}}]
count: {of: courier, at_least: 2}
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


@dataclasses.dataclass(frozen=True)
class Person:
    """What a condition may ask of one passenger.

    Attributes:
      scores: Score in 0…1 of each attribute.
      decisions: Whether each attribute's score reaches its threshold.
    """

    scores: Mapping[str, float]
    decisions: Mapping[str, bool]


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Why a condition holds or does not.

    Attributes:
      text: The condition, or what was found, in words.
      holds: Whether it does.
      parts: Those of the conditions that it is made of.
    """

    text: str
    holds: bool
    parts: tuple["Explanation", ...] = ()


class _Condition(BaseModel):
    """A mapping of which exactly one of `_kinds` is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in self._kinds() if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "one_kind",
                "give exactly one of {kinds}; given: {given}",
                {
                    "kinds": ", ".join(name.rstrip("_") for name in self._kinds()),
                    "given": " and ".join(name.rstrip("_") for name in given) or "none",
                },
            )
        return self

    @classmethod
    def _kinds(cls) -> tuple[str, ...]:
        raise NotImplementedError


class PersonCondition(_Condition):
    """A condition on one passenger; a name alone is that attribute.

    Attributes:
      attribute: Attribute whose decision must be yes; with a bound, whose score decides.
      score_at_least: Least score of `attribute`, 0 to 1.
      score_below: Score that `attribute` must stay below, 0 to 1.
      all_, any_, not_: Conditions of which all, one or none must hold; written without `_`.
    """

    attribute: str | None = None
    score_at_least: float | None = Field(None, ge=0, le=1)
    score_below: float | None = Field(None, ge=0, le=1)
    all_: Annotated[list["PersonRule"] | None, Field(alias="all", min_length=1)] = None
    any_: Annotated[list["PersonRule"] | None, Field(alias="any", min_length=1)] = None
    not_: Annotated["PersonRule | None", Field(alias="not")] = None

    @classmethod
    def _kinds(cls) -> tuple[str, ...]:
        return "attribute", "all_", "any_", "not_"

    @model_validator(mode="after")
    def _bounds_of_an_attribute(self) -> Self:
        bounded = self.score_at_least is not None or self.score_below is not None
        if bounded and self.attribute is None:
            raise PydanticCustomError("bound", "a score belongs to an attribute: name one")
        if self.score_below is not None and (self.score_at_least or 0) >= self.score_below:
            raise PydanticCustomError(
                "bound", "score_at_least is not below score_below: no score fits"
            )
        return self

    def attributes(self) -> Iterator[str]:
        """Names of the attributes that are asked for."""
        if self.attribute is not None:
            yield self.attribute
        for part in self._parts():
            yield from part.attributes()

    def holds(self, person: Person) -> bool:
        """Whether it holds of a passenger, who must have a score of each attribute."""
        if self.attribute is not None:
            return self._attribute_holds(person)
        if self.all_ is not None:
            return all(part.holds(person) for part in self.all_)
        if self.any_ is not None:
            return any(part.holds(person) for part in self.any_)
        assert self.not_ is not None
        return not self.not_.holds(person)

    def __str__(self) -> str:
        if self.attribute is not None:
            bounds = [
                f"{sign} {bound:g}"
                for sign, bound in (("≥", self.score_at_least), ("<", self.score_below))
                if bound is not None
            ]
            return " ".join([self.attribute, " and ".join(bounds)]).strip()
        if self.all_ is not None:
            return f"({' and '.join(map(str, self.all_))})"
        if self.any_ is not None:
            return f"({' or '.join(map(str, self.any_))})"
        return f"not {self.not_}"

    def _parts(self) -> Sequence["PersonCondition"]:
        return self.all_ or self.any_ or ([self.not_] if self.not_ else [])

    def _attribute_holds(self, person: Person) -> bool:
        assert self.attribute is not None
        if self.score_at_least is None and self.score_below is None:
            return person.decisions[self.attribute]
        score = person.scores[self.attribute]
        return score >= (self.score_at_least or 0) and (
            self.score_below is None or score < self.score_below
        )


def _from_name(value: Any) -> Any:
    return {"attribute": value} if isinstance(value, str) else value


PersonRule = Annotated[PersonCondition, BeforeValidator(_from_name)]


class Count(BaseModel):
    """How many passengers there must be.

    Attributes:
      of: Condition on those who are counted; everybody without one.
      at_least, at_most: Bounds, both inclusive; at least one of them is given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: PersonRule | None = None
    at_least: int | None = Field(None, ge=0)
    at_most: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise PydanticCustomError("bound", "a count needs at_least, at_most or both")
        if self.at_most is not None and (self.at_least or 0) > self.at_most:
            raise PydanticCustomError("bound", "at_least is above at_most: no count fits")
        return self

    def fits(self, people: Sequence[Person]) -> tuple[bool, int]:
        """Whether the bounds are met, and how many there are."""
        number = len(people) if self.of is None else sum(map(self.of.holds, people))
        fits = number >= (self.at_least or 0) and (self.at_most is None or number <= self.at_most)
        return fits, number

    def __str__(self) -> str:
        bounds = [
            f"{sign} {bound}"
            for sign, bound in (("≥", self.at_least), ("≤", self.at_most))
            if bound is not None
        ]
        return f"count of {self.of or 'passengers'} {' and '.join(bounds)}"


class SceneCondition(_Condition):
    """A condition on everybody in a snapshot.

    Attributes:
      someone, everyone: Condition that one, or each, of one or more passengers meets.
      count: How many there must be.
      all_, any_, not_: Conditions of which all, one or none must hold; written without `_`.
    """

    someone: PersonRule | None = None
    everyone: PersonRule | None = None
    count: Count | None = None
    all_: Annotated[list["SceneCondition"] | None, Field(alias="all", min_length=1)] = None
    any_: Annotated[list["SceneCondition"] | None, Field(alias="any", min_length=1)] = None
    not_: Annotated["SceneCondition | None", Field(alias="not")] = None

    @classmethod
    def _kinds(cls) -> tuple[str, ...]:
        return "someone", "everyone", "count", "all_", "any_", "not_"

    def attributes(self) -> Iterator[str]:
        """Names of the attributes that are asked for."""
        counted = self.count.of if self.count else None
        for of in (self.someone, self.everyone, counted):
            if of is not None:
                yield from of.attributes()
        for part in self.all_ or self.any_ or ([self.not_] if self.not_ else []):
            yield from part.attributes()

    def explain(self, people: Sequence[Person]) -> Explanation:
        """Whether it holds of the passengers, and of what that is made."""
        if self.someone is not None:
            number = sum(map(self.someone.holds, people))
            return Explanation(f"someone: {self.someone} ({number} of {len(people)})", number > 0)
        if self.everyone is not None:
            number = sum(map(self.everyone.holds, people))
            holds = 0 < number == len(people)
            return Explanation(f"everyone: {self.everyone} ({number} of {len(people)})", holds)
        if self.count is not None:
            fits, number = self.count.fits(people)
            return Explanation(f"{self.count} (there are {number})", fits)
        if self.not_ is not None:
            part = self.not_.explain(people)
            return Explanation("not", not part.holds, (part,))
        joined = self.all_ or self.any_ or []
        parts = tuple(part.explain(people) for part in joined)
        together = all if self.all_ is not None else any
        name = "all" if self.all_ is not None else "any"
        return Explanation(name, together(part.holds for part in parts), parts)

    def holds(self, people: Sequence[Person]) -> bool:
        """Whether it holds of the passengers."""
        return self.explain(people).holds
