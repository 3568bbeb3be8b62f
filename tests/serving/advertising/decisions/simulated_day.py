"""A day of one lift: what its camera sees, what it decides, and what its screen shows."""

import dataclasses
import random

from serving.advertising.decisions.facts import Creative
from serving.advertising.rules.conditions import Person
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules
from tests.serving.advertising.decisions.simulated_lift import SimulatedLift

DAY = 86_400.0
WEIGHTS = {"short": 5.0, "long": 2.0, "middle": 1.0, "silent": 2.0, "rare": 3.0}
SECONDS = {"short": 6.0, "long": 30.0, "middle": 15.0, "silent": 10.0, "rare": 20.0}
RULES = read_rules(
    """
timezone: UTC
smoothing_window: 1
default_playlist: [house]
campaigns:
  short:  {creatives: [short], weight: 5}
  long:   {creatives: [long], weight: 2}
  middle: {creatives: [middle], weight: 1}
  silent: {creatives: [silent], weight: 2}
  rare:   {creatives: [rare], weight: 3, when: {someone: backpack}}
""",
    Policy(sensitive=()),
)
CREATIVES = {
    name: Creative(name, name, "image", "image/webp", seconds, 1)
    for name, seconds in SECONDS.items()
}
_CUT_SHORT, _SHOWN_OF_IT = 0.02, 0.3


@dataclasses.dataclass
class Voice:
    """What became of a campaign, in seconds of the day.

    Attributes:
      shown: Seconds for which it was on the screen.
      due: Seconds that its weight gives it of those of all turns for which it could be chosen.
      eligible: Seconds of all turns for which it could be chosen.
    """

    shown: float = 0.0
    due: float = 0.0
    eligible: float = 0.0

    @property
    def points(self) -> float:
        """By how many percentage points of its eligible seconds it was shown too much."""
        return 100 * (self.shown - self.due) / self.eligible


class SimulatedDay:
    """A lift in which people come and go, with a screen that is offline twice.

    Of `silent` no proof ever comes, neither of a begin nor of an end; of other plays, one in fifty
    is cut short by an override.
    """

    def __init__(self, seed):
        self._draw = random.Random(seed)
        self._lift = SimulatedLift(RULES, CREATIVES, unheard={"silent"}, attributes={"backpack"})
        self._offline = [
            (self._draw.uniform(0, DAY), self._draw.uniform(600, 7200)) for _ in range(2)
        ]
        self._somebody, self._backpack = True, False
        self._could = {}  # by decision: the weights of those that could be chosen
        self.voices = {name: Voice() for name in WEIGHTS}

    def play(self):
        """Plays the day; returns what became of each campaign."""
        now = 0.0
        while now < DAY:
            now += self._draw.uniform(4.0, 12.0)
            self._screen_shows(now)
            self._people_come_and_go()
            self._camera_looks(now)
        return self.voices

    def _people_come_and_go(self):
        if self._draw.random() < 0.08:
            self._somebody = self._draw.random() < 0.8
            self._backpack = self._draw.random() < 0.4

    def _camera_looks(self, now):
        person = Person({"backpack": float(self._backpack)}, {"backpack": self._backpack})
        new = self._lift.look(now, [person] if self._somebody else [])
        if new is not None:
            hidden = set() if self._backpack else {"rare"}
            self._could[new.id] = {name: WEIGHTS[name] for name in WEIGHTS.keys() - hidden}

    def _screen_shows(self, now):
        cut = self._draw.random() < _CUT_SHORT
        shown = self._lift.show(now, online=self._online, shown_of_it=_SHOWN_OF_IT if cut else 1.0)
        if shown is None:
            return
        decision, seconds = shown
        could = self._could[decision.id]
        self.voices[decision.campaign].shown += seconds
        for name, weight in could.items():
            self.voices[name].eligible += seconds
            self.voices[name].due += seconds * weight / sum(could.values())

    def _online(self, time):
        return not any(start <= time < start + length for start, length in self._offline)
