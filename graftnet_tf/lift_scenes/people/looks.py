"""Draws a passenger's hair, face and stature at random."""

import numpy as np

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.palette import Colour
from graftnet_tf.lift_scenes.scene.chance import pick

BALDNESS = {"youth": 0.14, "middle_age": 0.36, "old_age": 0.36}


def hair(rng: np.random.Generator, age: str, gender: str) -> str:
    if age == "baby":
        return "wisp"
    if gender == "female":
        if age in BALDNESS and rng.random() < 0.01:
            return "bald"
        if age == "old_age":
            return pick(rng, {"bun": 0.35, "bob": 0.35, "curly": 0.3})
        return pick(rng, {"long": 0.55, "bob": 0.2, "bun": 0.08, "ponytail": 0.17})
    if rng.random() < BALDNESS.get(age, 0.0):
        return "bald"
    if age in ("middle_age", "old_age"):
        return pick(rng, {"short": 0.55, "receding": 0.35, "buzz": 0.1})
    return pick(rng, {"short": 0.6, "buzz": 0.15, "curly": 0.25})


def hair_colour(rng: np.random.Generator, age: str) -> Colour:
    colour = palette.one_of(rng, palette.HAIRS)
    if age == "old_age":
        return palette.one_of(rng, palette.GREYS)
    if age == "middle_age":
        return palette.blend(colour, palette.GREYS[2], rng.uniform(0.15, 0.6))
    if age == "youth" and rng.random() < 0.15:
        return palette.vivid(rng)
    return colour


def face(rng: np.random.Generator, age: str, gender: str) -> frozenset[str]:
    chances = {
        "glasses": {"old_age": 0.6, "middle_age": 0.3, "youth": 0.12}.get(age, 0.03),
        "wrinkles": {"old_age": 1.0, "middle_age": 0.75}.get(age, 0.0),
        "beard": {"middle_age": 0.4, "old_age": 0.3, "youth": 0.08}.get(age, 0.0),
        "moustache": {"middle_age": 0.25, "old_age": 0.15}.get(age, 0.0),
    }
    if gender == "female":
        chances |= {"beard": 0.0, "moustache": 0.0}
    return frozenset(name for name, chance in chances.items() if rng.random() < chance)


def build(rng: np.random.Generator, age: str) -> float:
    low, high = {"middle_age": (0.98, 1.28), "youth": (0.84, 1.06)}.get(age, (0.9, 1.14))
    return rng.uniform(low, high)


def height(rng: np.random.Generator, age: str, gender: str) -> float:
    if age == "baby":
        return rng.uniform(0.36, 0.46)
    if age == "child":
        return rng.uniform(0.56, 0.76)
    return rng.uniform(0.95, 1.07) - 0.06 * (gender == "female") - 0.04 * (age == "old_age")
