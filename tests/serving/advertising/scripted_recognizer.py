"""A recogniser that says what its test has written down."""

from serving.advertising.recognition.recognizer import Recognition
from serving.advertising.rules.conditions import Person

ATTRIBUTES = frozenset({"holding_baby", "courier", "suit", "child", "backpack"})


def person(*shown):
    """Somebody who shows some of `ATTRIBUTES`."""
    decisions = {name: name in shown for name in ATTRIBUTES}
    return Person({name: 0.9 if yes else 0.1 for name, yes in decisions.items()}, decisions)


class ScriptedRecognizer:
    """Answers with `people`, or raises `error`; keeps no snapshot."""

    def __init__(self, *people, error=None, attributes=ATTRIBUTES):
        self.people, self.error = people, error
        self.known = attributes
        self.wanted = None

    async def recognize(self, jpeg, wanted):
        self.wanted = frozenset(wanted)
        if self.error:
            raise self.error
        return Recognition(tuple(self.people), self.known & self.wanted, 1)

    async def prepare(self, wanted):
        pass

    async def attributes(self):
        return self.known
