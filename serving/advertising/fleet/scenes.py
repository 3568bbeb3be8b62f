"""Snapshots for simulated cameras, drawn once and used by all lifts."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from graftnet_tf.lift_scenes.scene.records import snapshot_record
from graftnet_tf.lift_scenes.scene.scene import MAX_PASSENGERS


class Scenes:
    """JPEGs by the number of passengers in them."""

    def __init__(self, by_passengers: Mapping[int, Sequence[bytes]]):
        """Keeps snapshots.

        Args:
          by_passengers: Snapshots of each number of passengers, at least one of 0.
        """
        self._by_passengers = by_passengers

    @classmethod
    def draw(cls, number: int, seed: int) -> "Scenes":
        """Draws about `number` snapshots, at least one of each number of passengers."""
        found: dict[int, list[bytes]] = defaultdict(list)
        index = 0
        while index < number or len(found) <= MAX_PASSENGERS:
            record = snapshot_record(seed, index)
            found[len(record.passengers)].append(record.jpeg)
            index += 1
        return cls(found)

    def pick(self, people: int, chance: random.Random) -> bytes:
        """A snapshot of so many people, or of the most there are."""
        return chance.choice(self._by_passengers[min(people, max(self._by_passengers))])
