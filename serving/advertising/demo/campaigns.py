"""What the demonstration advertises, for the attributes that a served model has."""

from collections.abc import Collection

from serving.advertising.demo.posters import Poster

HOUSE = (
    Poster("welcome", "Good day", "Doors close gently here", (38, 70, 83), (42, 157, 143)),
    Poster("stairs", "Take the stairs", "once a day", (69, 85, 96), (233, 196, 106)),
)
_BY_ATTRIBUTE = {
    "backpack": Poster(
        "rucksack", "Far away", "Trains to the hills", (22, 92, 125), (120, 190, 160)
    ),
    "suit": Poster(
        "tailor", "Made to measure", "The tailor on floor 2", (46, 41, 78), (216, 140, 122)
    ),
    "food_deliverer": Poster(
        "scooter", "Ride on", "Scooter service in 20 min", (140, 47, 57), (244, 162, 97)
    ),
    "maintenance": Poster(
        "tools", "Sharp tools", "for people who mend", (61, 64, 91), (242, 204, 143)
    ),
    "courier": Poster("parcels", "Parcels?", "Lockers in the lobby", (88, 60, 40), (230, 175, 110)),
    "holding_baby": Poster(
        "pram", "Soft wheels", "Prams to try on floor 1", (102, 84, 130), (180, 200, 230)
    ),
    "child": Poster("toys", "Toys", "never asked for", (150, 60, 60), (240, 200, 90)),
}
_ANYBODY = Poster("coffee", "Coffee", "on the ground floor", (80, 52, 40), (214, 162, 110))
FILM_SECONDS = 5.0
ADVERTISED = frozenset(_BY_ATTRIBUTE)
"""Attributes that the demonstration has an advertisement for."""


def posters(attributes: Collection[str]) -> list[Poster]:
    """All posters that are needed for a model of some attributes."""
    asked = [poster for name, poster in _BY_ATTRIBUTE.items() if name in attributes]
    return [*HOUSE, *asked, _ANYBODY]


def schema(attributes: Collection[str]) -> str:
    """A schema in YAML: a campaign for each known attribute, and one for anybody."""
    lines = [
        "# The demonstration's rules: an advertisement for each attribute that the model has.",
        "timezone: UTC",
        "smoothing_window: 1",
        "min_audience: 3",
        "decision_ttl: 20s",
        f"default_playlist: [{', '.join(poster.name for poster in HOUSE)}]",
        "campaigns:",
    ]
    for attribute, poster in _BY_ATTRIBUTE.items():
        if attribute in attributes:
            lines.append(
                f"  {poster.name}: "
                f"{{creatives: [{poster.name}], when: {{someone: {attribute}}}, priority: 1}}"
            )
    lines.append(f"  {_ANYBODY.name}: {{creatives: [{_ANYBODY.name}]}}")
    return "\n".join(lines) + "\n"
