"""Draws a passenger at random: a persona first, then traits that go together."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from graftnet_tf.lift_scenes.people import belongings, clothes, looks, palette
from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.chance import pick

PERSONAS = {
    "resident": 0.15,
    "baby": 0.09,
    "child": 0.10,
    "elder": 0.09,
    "parent": 0.08,
    "expecting": 0.08,
    "suit": 0.09,
    "sport_style": 0.08,
    "food_deliverer": 0.08,
    "courier": 0.08,
    "maintenance": 0.08,
}
GROWN_UP = {"youth": 0.5, "middle_age": 0.5}
AGES: dict[str, Mapping[str, float]] = {
    "baby": {"baby": 1.0},
    "child": {"child": 1.0},
    "elder": {"old_age": 1.0},
    "expecting": {"youth": 0.6, "middle_age": 0.4},
    "maintenance": {"youth": 0.35, "middle_age": 0.65},
}
FEMALE = {
    "expecting": 1.0,
    "parent": 0.7,
    "food_deliverer": 0.25,
    "maintenance": 0.15,
    "courier": 0.3,
}
FACING_CAMERA = ("parent", "expecting")


@dataclasses.dataclass(frozen=True)
class Wish:
    """Which passenger is wanted: of the attributes `among`, exactly `shown` ones."""

    among: frozenset[str]
    shown: frozenset[str]


def cast_passenger(rng: np.random.Generator, wish: Wish | None = None) -> Passenger:
    """A random passenger; with a wish, a random one of those who fulfil it.

    Args:
      rng: Advanced.
      wish: One that some persona can fulfil, or this does not return.
    """
    while True:
        passenger = _any_passenger(rng)
        if wish is None or passenger.attributes & wish.among == wish.shown:
            return passenger


def _any_passenger(rng: np.random.Generator) -> Passenger:
    persona = pick(rng, PERSONAS)
    age = pick(rng, AGES.get(persona, GROWN_UP))
    gender = "female" if rng.random() < FEMALE.get(persona, 0.5) else "male"
    away = persona not in FACING_CAMERA and age != "baby" and rng.random() < 0.12
    outfit = clothes.outfit(rng, persona, age, gender)
    headwear = clothes.headwear(rng, outfit, age, away)
    hair = looks.hair(rng, age, gender)
    grips = belongings.grips(rng, persona, outfit, age, gender, away)
    return Passenger(
        age=age,
        gender=gender,
        outfit=outfit,
        top=clothes.top(rng, outfit, age, headwear),
        bottom=clothes.bottom(rng, outfit, age, gender),
        pattern=pick(rng, {"plain": 0.6, "stripes": 0.2, "print": 0.2}),
        hair=hair,
        headwear=headwear,
        face=looks.face(rng, age, gender),
        grips=grips,
        worn=belongings.worn(rng, outfit, age, gender, grips),
        pregnant=persona == "expecting",
        away=away,
        flipped=rng.random() < 0.5,
        turn=rng.uniform(0.45, 1.0) if persona == "expecting" else rng.random(),
        head_tilt=rng.uniform(0.65, 1.0) if "phone" in grips else rng.uniform(0.0, 0.3),
        stoop=rng.uniform(0.35, 1.0) if age == "old_age" else rng.uniform(0.0, 0.12),
        lean=rng.uniform(-1.0, 1.0),
        stance=rng.random(),
        build=looks.build(rng, age),
        height=looks.height(rng, age, gender),
        skin=palette.one_of(rng, palette.SKINS),
        hair_colour=looks.hair_colour(rng, age),
        top_colour=clothes.top_colour(rng, outfit, age),
        bottom_colour=clothes.bottom_colour(rng, age),
        accent=clothes.accent(rng, headwear),
        bag_colour=palette.one_of(rng, palette.LEATHERS),
        vest_colour=palette.one_of(rng, palette.HI_VIS),
        shoes=palette.vivid(rng) if outfit == "sport_style" else palette.muted(rng),
    )
