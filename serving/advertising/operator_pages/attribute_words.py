"""Attributes in words that passengers understand."""

_WORDS = {
    "baby": "whether there is a baby",
    "backpack": "whether someone carries a backpack",
    "bald": "whether someone is bald",
    "child": "whether there is a child",
    "courier": "whether someone is a courier",
    "female": "whether someone looks female",
    "food_deliverer": "whether someone delivers food",
    "holding_baby": "whether someone holds a baby",
    "ladys_bag": "whether someone carries a lady's bag",
    "maintenance": "whether someone is there for maintenance",
    "male": "whether someone looks male",
    "middle_age": "whether someone looks middle-aged",
    "old_age": "whether someone looks old",
    "pregnant": "whether someone looks pregnant",
    "sport_style": "whether someone wears sports clothes",
    "suit": "whether someone wears a suit",
    "watching_phone": "whether someone looks at a phone",
    "youth": "whether someone looks young",
}


def in_words(attribute: str) -> str:
    """What is estimated of an attribute."""
    return _WORDS.get(attribute) or f"whether someone shows “{attribute.replace('_', ' ')}”"
