"""Schemas, creatives and facts of tests, with as little as they need."""

import json

from serving.advertising.decisions.facts import Creative, Facts, Lift
from serving.advertising.decisions.lift_state import LiftState
from serving.advertising.decisions.smoothing import Outcome
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules

LIFT = Lift("lift-1")
NOON = 1_780_315_200.0
"""1 June 2026, a Monday, 12:00 UTC."""


def rules_of(campaigns, *, sensitive=(), **fields):
    """Rules of campaigns, each with a creative of its own name unless it has others."""
    schema = {
        "timezone": "UTC",
        "smoothing_window": 1,
        "default_playlist": ["house"],
        "campaigns": {name: {"creatives": [name], **its} for name, its in campaigns.items()},
        **fields,
    }
    return read_rules(json.dumps(schema), Policy(sensitive=sensitive))


def creatives_of(**seconds):
    """Approved creatives by name, each of some seconds."""
    return {
        name: Creative(name, f"sha of {name}", "image", "image/webp", length, 1)
        for name, length in seconds.items()
    }


def facts_at(now=NOON, *, creatives, lift=LIFT, attributes=(), **past):
    """What is known at a time, by default in lift-1."""
    return Facts(now, lift, creatives, frozenset(attributes), **past)


def firing_state(*names, at=NOON, **fields):
    """The state of a lift whose last snapshot met the rules of some campaigns."""
    return LiftState(outcomes=(Outcome(at=at, present=True, met=frozenset(names)),), **fields)
