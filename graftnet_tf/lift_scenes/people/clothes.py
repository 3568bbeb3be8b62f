"""Draws what a passenger wears at random."""

import numpy as np

from graftnet_tf.lift_scenes.people import palette
from graftnet_tf.lift_scenes.people.palette import Colour
from graftnet_tf.lift_scenes.scene.chance import pick

UNIFORMED = ("food_deliverer", "courier", "maintenance")


def outfit(rng: np.random.Generator, persona: str, age: str, gender: str) -> str:
    if persona in ("suit", "sport_style", *UNIFORMED):
        return persona
    if gender == "female" and age != "baby":
        return pick(rng, {"casual": 0.65, "dress": 0.35})
    return "casual"


def top(rng: np.random.Generator, outfit: str, age: str, headwear: str) -> str:
    if headwear == "hood":
        return "hoodie"
    if outfit == "sport_style":
        return pick(rng, {"tank": 0.3, "tee": 0.25, "sweater": 0.45})
    if age in ("middle_age", "old_age"):
        return pick(rng, {"shirt": 0.5, "coat": 0.25, "sweater": 0.25})
    return pick(rng, {"tee": 0.5, "hoodie": 0.25, "sweater": 0.15, "coat": 0.1})


def bottom(rng: np.random.Generator, outfit: str, age: str, gender: str) -> str:
    if outfit == "sport_style":
        return pick(rng, {"shorts": 0.45, "trousers": 0.55})
    if outfit in UNIFORMED:
        return "trousers"
    if gender == "female" and age != "baby":
        return pick(rng, {"skirt": 0.35, "trousers": 0.3, "jeans": 0.35})
    if outfit == "suit":
        return "trousers"
    return pick(rng, {"trousers": 0.45, "jeans": 0.4, "shorts": 0.15})


def headwear(rng: np.random.Generator, outfit: str, age: str, away: bool) -> str:
    match outfit:
        case "food_deliverer":
            return pick(rng, {"helmet": 0.85, "cap": 0.15})
        case "courier":
            return pick(rng, {"cap": 0.75, "": 0.25})
        case "maintenance":
            return pick(rng, {"hard_hat": 0.8, "": 0.2})
        case "sport_style":
            return pick(rng, {"headband": 0.4, "cap": 0.15, "": 0.45})
        case "suit" | "dress":
            return ""
    if age == "baby":
        return pick(rng, {"beanie": 0.5, "": 0.5})
    if age in ("youth", "child") and away:
        return pick(rng, {"hood": 0.45, "": 0.55})
    return pick(rng, {"": 0.86, "beanie": 0.07, "cap": 0.07})


def top_colour(rng: np.random.Generator, outfit: str, age: str) -> Colour:
    fixed = {
        "suit": palette.SUITS,
        "food_deliverer": palette.DELIVERY,
        "courier": palette.COURIERS,
        "maintenance": palette.OVERALLS,
    }
    if outfit in fixed:
        return palette.one_of(rng, fixed[outfit])
    vividness = {"middle_age": 0.2, "old_age": 0.1}.get(age, 0.75)
    return palette.vivid(rng) if rng.random() < vividness else palette.muted(rng)


def bottom_colour(rng: np.random.Generator, age: str) -> Colour:
    vividness = 0.1 if age in ("middle_age", "old_age") else 0.3
    return palette.vivid(rng) if rng.random() < vividness else palette.muted(rng)


def accent(rng: np.random.Generator, headwear: str) -> Colour:
    return palette.one_of(rng, palette.HARD_HATS) if headwear == "hard_hat" else palette.vivid(rng)
