"""Conditions on drawn-up passengers, by hand, and whether the explanation says the same."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.advertising.rules.conditions import Person, SceneCondition
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules

NAMES = ("suit", "courier", "holding_baby")


def person(*shown, **scores):
    """Somebody who shows some attributes; scores are 0.9 and 0.1 unless they are given."""
    all_scores = {name: 0.9 if name in shown else 0.1 for name in NAMES} | scores
    return Person(all_scores, {name: name in shown for name in NAMES})


def condition(when):
    """A condition, as a schema reads it."""
    campaign = {"creatives": ["x"], "when": when}
    schema = {"timezone": "UTC", "default_playlist": ["x"], "campaigns": {"a": campaign}}
    return read_rules(json.dumps(schema), Policy(sensitive=())).schema.campaigns["a"].when


SUIT, COURIER, BABY, PLAIN = person("suit"), person("courier"), person("holding_baby"), person()
MISSING = {"all": [{"someone": "suit"}, {"not": {"someone": "courier"}}]}
EITHER = {"any": ["suit", "courier"]}


@pytest.mark.parametrize(
    ("when", "people", "holds"),
    [
        ({"someone": "holding_baby"}, [PLAIN, BABY], True),
        ({"someone": "holding_baby"}, [PLAIN, SUIT], False),
        ({"someone": "holding_baby"}, [], False),
        ({"not": {"someone": "holding_baby"}}, [], True),
        ({"everyone": "suit"}, [SUIT, SUIT], True),
        ({"everyone": "suit"}, [SUIT, PLAIN], False),
        ({"everyone": "suit"}, [], False),
        ({"everyone": {"not": "suit"}}, [], False),
        ({"count": {"of": "courier", "at_least": 2}}, [COURIER, PLAIN], False),
        ({"count": {"of": "courier", "at_least": 2}}, [COURIER, PLAIN, COURIER], True),
        ({"count": {"of": "courier", "at_most": 1}}, [COURIER, COURIER], False),
        ({"count": {"of": "courier", "at_most": 0}}, [], True),
        ({"count": {"at_least": 2, "at_most": 3}}, [PLAIN], False),
        ({"count": {"at_least": 2, "at_most": 3}}, [PLAIN] * 3, True),
        ({"count": {"at_least": 2, "at_most": 3}}, [PLAIN] * 4, False),
        ({"someone": {"all": ["suit", "courier"]}}, [SUIT, COURIER], False),
        ({"someone": {"all": ["suit", "courier"]}}, [person("suit", "courier")], True),
        ({"all": [{"someone": "suit"}, {"someone": "courier"}]}, [SUIT, COURIER], True),
        ({"everyone": EITHER}, [SUIT, COURIER], True),
        ({"everyone": EITHER}, [SUIT, BABY], False),
        (MISSING, [SUIT, PLAIN], True),
        (MISSING, [SUIT, COURIER], False),
        ({"any": [MISSING, {"count": {"at_least": 3}}]}, [COURIER] * 3, True),
        ({"any": [MISSING, {"count": {"at_least": 3}}]}, [COURIER] * 2, False),
    ],
)
def test_by_hand(when, people, holds):
    assert condition(when).holds(people) is holds


@pytest.mark.parametrize(
    ("bounds", "score", "holds"),
    [
        ({"score_at_least": 0.8}, 0.8, True),
        ({"score_at_least": 0.8}, math.nextafter(0.8, 0), False),
        ({"score_below": 0.8}, 0.8, False),
        ({"score_below": 0.8}, math.nextafter(0.8, 0), True),
        ({"score_below": 0.8}, 0.0, True),
        ({"score_at_least": 0.2, "score_below": 0.4}, 0.2, True),
        ({"score_at_least": 0.2, "score_below": 0.4}, 0.4, False),
        ({"score_at_least": 0.0}, 0.0, True),
        ({"score_at_least": 1.0}, 1.0, True),
        ({"score_at_least": 0.0}, math.nan, False),
        ({"score_below": 1.0}, math.nan, False),
    ],
)
@pytest.mark.parametrize("decision", [(), ("suit",)])
def test_with_a_bound_the_score_decides_and_not_the_decision(bounds, score, holds, decision):
    rule = condition({"someone": {"attribute": "suit", **bounds}})
    assert rule.holds([person(*decision, suit=score)]) is holds


def test_the_words_of_an_explanation():
    rule = condition(
        {
            "all": [
                {"someone": {"any": ["suit", {"not": "courier"}]}},
                {"not": {"everyone": {"attribute": "suit", "score_at_least": 0.25}}},
                {"count": {"of": {"all": ["suit", "holding_baby"]}, "at_most": 1}},
                {"count": {"at_least": 1, "at_most": 9}},
            ]
        }
    )
    found = rule.explain([SUIT, COURIER])
    assert (found.text, found.holds) == ("all", True)
    assert [(part.text, part.holds) for part in found.parts] == [
        ("someone: (suit or not courier) (1 of 2)", True),
        ("not", True),
        ("count of (suit and holding_baby) ≤ 1 (there are 0)", True),
        ("count of passengers ≥ 1 and ≤ 9 (there are 2)", True),
    ]
    [inner] = found.parts[1].parts
    assert (inner.text, inner.holds) == ("everyone: suit ≥ 0.25 (1 of 2)", False)


def test_the_attributes_that_are_asked_for_wherever_they_stand():
    rule = condition(
        {
            "any": [
                {"not": {"someone": {"any": [{"attribute": "a", "score_below": 0.5}]}}},
                {"everyone": {"not": "b"}},
                {"count": {"of": {"all": ["c", "a"]}, "at_least": 1}},
                {"count": {"at_least": 1}},
            ]
        }
    )
    assert sorted(rule.attributes()) == ["a", "a", "b", "c"]


_NAME = st.sampled_from(NAMES)
_BOUNDED = st.builds(
    lambda name, low: {"attribute": name, "score_at_least": low}, _NAME, st.sampled_from([0, 0.5])
)


def _joined(below):
    several = st.lists(below, min_size=1, max_size=3)
    return (
        several.map(lambda parts: {"all": parts})
        | several.map(lambda parts: {"any": parts})
        | below.map(lambda part: {"not": part})
    )


_OF = st.recursive(_NAME | _BOUNDED, _joined, max_leaves=4)
_COUNT = st.builds(lambda of, least: {"of": of, "at_least": least}, _OF, st.integers(0, 3))
_SCENE = st.recursive(
    _OF.map(lambda of: {"someone": of})
    | _OF.map(lambda of: {"everyone": of})
    | _COUNT.map(lambda count: {"count": count}),
    _joined,
    max_leaves=5,
)
_PEOPLE = st.lists(st.sets(_NAME).map(lambda shown: person(*shown)), max_size=4)


@settings(deadline=None)
@given(_SCENE, _PEOPLE)
def test_an_explanation_follows_from_its_parts_and_says_what_holds(when, people):
    rule = SceneCondition.model_validate(when)
    found = rule.explain(people)
    assert found.holds is rule.holds(people) is _meant(when, people)
    _check(found)


def _check(explanation):
    """A node with parts holds as they do."""
    holds = [part.holds for part in explanation.parts]
    if holds:
        meant = {"all": all(holds), "any": any(holds), "not": not holds[0]}
        assert explanation.holds is meant[explanation.text]
    for part in explanation.parts:
        _check(part)


def _meant(when, people):
    """What a scene's condition means, written once more."""
    [(kind, given_)] = when.items()
    match kind:
        case "someone":
            return any(_meant_of(given_, one) for one in people)
        case "everyone":
            return bool(people) and all(_meant_of(given_, one) for one in people)
        case "count":
            return sum(_meant_of(given_["of"], one) for one in people) >= given_["at_least"]
        case "not":
            return not _meant(given_, people)
    return {"all": all, "any": any}[kind](_meant(part, people) for part in given_)


def _meant_of(when, one):
    if isinstance(when, str):
        return one.decisions[when]
    if "attribute" in when:
        return one.scores[when["attribute"]] >= when["score_at_least"]
    [(kind, given_)] = when.items()
    if kind == "not":
        return not _meant_of(given_, one)
    return {"all": all, "any": any}[kind](_meant_of(part, one) for part in given_)
