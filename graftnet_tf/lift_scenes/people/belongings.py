"""Draws what a passenger holds and carries at random."""

import numpy as np

from graftnet_tf.lift_scenes.people.clothes import UNIFORMED
from graftnet_tf.lift_scenes.scene.chance import pick

TASK_ITEMS = {"food_deliverer": "delivery_box", "courier": "parcel", "maintenance": "toolbox"}


def grips(
    rng: np.random.Generator, persona: str, outfit: str, age: str, gender: str, away: bool
) -> tuple[str, str]:
    """What the hands hold; what only shows from the front is not held by those turned away."""
    if age == "baby":
        return "", ""
    if persona == "parent":
        return "baby", "baby"
    if outfit in ("food_deliverer", "courier") and not away and rng.random() < 0.7:
        item = TASK_ITEMS[outfit]
        if item == "parcel":
            item = pick(rng, {"parcel": 0.5, "parcels": 0.5})
        return item, item
    first = _first_grip(rng, persona, outfit, age, gender)
    second = ""
    if not away and (age != "child" or rng.random() < 0.4):
        second = pick(rng, {"phone": 0.34, "calling": 0.06, "cup": 0.06, "": 0.54})
    if second == "phone" and not first and rng.random() < 0.4:
        first = "phone"
    return first, second


def _first_grip(rng: np.random.Generator, persona: str, outfit: str, age: str, gender: str) -> str:
    if outfit in ("food_deliverer", "courier"):
        return TASK_ITEMS[outfit]
    if outfit == "maintenance":
        return pick(rng, {"toolbox": 0.75, "": 0.25})
    if age == "old_age":
        return pick(rng, {"stick": 0.6, "paper_bag": 0.1, "": 0.3})
    if persona == "expecting":
        return pick(rng, {"belly": 0.55, "handbag": 0.1, "": 0.35})
    if outfit == "suit" and gender == "male":
        return pick(rng, {"briefcase": 0.35, "": 0.65})
    if gender == "female" and age != "child":
        return pick(rng, {"handbag": 0.22, "paper_bag": 0.1, "": 0.68})
    return pick(rng, {"paper_bag": 0.12, "": 0.88})


def worn(
    rng: np.random.Generator, outfit: str, age: str, gender: str, hands: tuple[str, str]
) -> frozenset[str]:
    """What is worn over the clothes, and the stroller that a baby sits in."""
    if age == "baby":
        choices = {"stroller": 0.4, "": 0.6}
    elif outfit == "maintenance":
        choices = {"vest": 0.85, "": 0.15}
    elif outfit in UNIFORMED or hands[0] == "baby":
        choices = {"": 1.0}
    else:
        backpack = {"child": 0.4, "youth": 0.3, "middle_age": 0.12, "old_age": 0.04}[age]
        for_ladies = gender == "female" and age != "child" and "handbag" not in hands
        shoulder_bag = 0.24 if for_ladies else 0.0
        others = {"backpack": backpack, "shoulder_bag": shoulder_bag, "messenger_bag": 0.06}
        choices = {**others, "": 1.0 - sum(others.values())}
    return frozenset({pick(rng, choices)} - {""})
