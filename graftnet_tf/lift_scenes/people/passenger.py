"""What a passenger is: the traits that are drawn, and the attributes that they show."""

import dataclasses

from graftnet_tf.lift_scenes.people.palette import Colour

ATTRIBUTES = (
    "suit", "watching_phone", "bald", "food_deliverer", "ladys_bag", "youth", "middle_age",
    "holding_baby", "sport_style", "maintenance", "backpack", "pregnant", "courier", "old_age",
    "baby", "male", "female", "child",
)  # fmt: skip
"""The paper's 18 attributes, in the order of its tables."""

SHOWN_BY_ITEM = {
    "phone": "watching_phone",
    "baby": "holding_baby",
    "handbag": "ladys_bag",
    "shoulder_bag": "ladys_bag",
    "backpack": "backpack",
}


@dataclasses.dataclass(frozen=True)
class Passenger:
    """Everything that a drawing of a passenger depends on.

    Attributes:
      age: "baby", "child", "youth", "middle_age" or "old_age".
      gender: "male" or "female"; whether it can be told is `gender_shows`.
      outfit: "casual", "dress", "suit", "sport_style", "food_deliverer", "courier" or
        "maintenance".
      top: Cut of the upper garment: "shirt", "tee", "sweater", "hoodie", "coat", "tank".
      bottom: "trousers", "jeans", "shorts" or "skirt".
      pattern: "plain", "stripes" or "print", of the upper garment.
      hair: "bald", "wisp", "buzz", "short", "receding", "curly", "bob", "long", "bun" or
        "ponytail".
      headwear: "", "beanie", "hood", "cap", "helmet", "hard_hat" or "headband".
      face: Any of "glasses", "beard", "moustache", "wrinkles".
      grips: What the hands hold, (left in the drawing, right); "" for an idle hand. The
        same thing twice is held before the body with both.
      worn: Any of "backpack", "shoulder_bag", "messenger_bag", "vest", "stroller".
      pregnant: Whether the passenger has a belly.
      away: Seen from behind.
      flipped: The finished drawing is mirrored.
      turn: 0 facing the camera … 1 turned by about 50°.
      head_tilt: 0 looking ahead … 1 looking down.
      stoop: 0 upright … 1 bent forward.
      lean: Sideways, -1…1.
      stance: Width of the legs' stance, 0…1.
      build: Width relative to the average, about 0.85…1.3.
      height: Relative to an average adult's.
      skin, hair_colour, top_colour, bottom_colour, accent, bag_colour, vest_colour, shoes: RGB.
    """

    age: str
    gender: str
    outfit: str
    top: str
    bottom: str
    pattern: str
    hair: str
    headwear: str
    face: frozenset[str]
    grips: tuple[str, str]
    worn: frozenset[str]
    pregnant: bool
    away: bool
    flipped: bool
    turn: float
    head_tilt: float
    stoop: float
    lean: float
    stance: float
    build: float
    height: float
    skin: Colour
    hair_colour: Colour
    top_colour: Colour
    bottom_colour: Colour
    accent: Colour
    bag_colour: Colour
    vest_colour: Colour
    shoes: Colour

    @property
    def gender_shows(self) -> bool:
        """Babies, and hooded people from behind, could be either."""
        return self.age != "baby" and not (self.away and self.headwear == "hood")

    @property
    def bald_shows(self) -> bool:
        return self.hair == "bald" and not self.headwear

    @property
    def attributes(self) -> frozenset[str]:
        """Those of `ATTRIBUTES` that a person could tell from the drawing."""
        shown = {self.age, self.outfit}
        shown |= {SHOWN_BY_ITEM.get(item, "") for item in (*self.grips, *self.worn)}
        if self.gender_shows:
            shown.add(self.gender)
        if self.bald_shows:
            shown.add("bald")
        if self.pregnant:
            shown.add("pregnant")
        return frozenset(shown).intersection(ATTRIBUTES)
