"""What is wrong with a schema is told with its line, its field and what would do."""

import pytest

from serving.advertising.rules.policy import shipped_policy
from serving.advertising.rules.reading import read_rules
from serving.advertising.rules.yaml_lines import InvalidDocumentError

TOP = "timezone: Europe/Berlin\ndefault_playlist: [house]\n"
CAMPAIGN = TOP + "campaigns:\n  prams:\n    creatives: [pram]\n    "


def read(text, **known):
    return read_rules(text, shipped_policy(), **known)


def problems(text, **known):
    """What is wrong with a schema, as (line, field, message)."""
    with pytest.raises(InvalidDocumentError) as caught:
        read(text, **known)
    return [(found.line, found.field, found.message) for found in caught.value.problems]


def test_a_whole_schema_is_read_as_it_is_written():
    schema = read(
        """\
timezone: Asia/Kolkata
smoothing_age: 45
decision_ttl: 1.5m
separation: {cars: 10m}
default_playlist: [house, 2024]
off_hours: [{from: 23:00, to: "06:00"}]
campaigns:
  vans:
    creatives: [van]
    weight: 2.5
    priority: -3
    when: {count: {of: courier, at_least: 2}}
    where: {tags: [no, 1]}
    dates: {from: 2026-12-01, to: "2026-12-24"}
    day_parts: [{days: [mon, fri], from: 07:30, to: 24:00}]
    frequency_cap: [{plays: 2, per: 1h}, {plays: 10, per: 1d}]
    budget: {seconds: 2h, pacing: asap}
    category: cars
"""
    ).schema
    vans = schema.campaigns["vans"]
    assert (schema.smoothing_age, schema.decision_ttl) == (45, 90)
    assert schema.default_playlist == ("house", "2024")
    assert [(part.from_, part.to) for part in schema.off_hours] == [(23 * 60, 6 * 60)]
    assert (vans.weight, vans.priority, vans.where.tags) == (2.5, -3, ("no", "1"))
    assert (str(vans.dates.from_), str(vans.dates.to)) == ("2026-12-01", "2026-12-24")
    assert (vans.day_parts[0].from_, vans.day_parts[0].to) == (450, 1440)
    assert [cap.per for cap in vans.frequency_cap] == [3600, 86400]
    assert (vans.budget.amount, vans.budget.cost(12.5)) == (7200, 12.5)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ("wieght: 2", ".wieght", "wieght is no field here; did you mean weight?"),
        ("weight: -1", ".weight", "input should be greater than 0, not -1"),
        ("weight: 0", ".weight", "input should be greater than 0, not 0"),
        ("weight: much", ".weight", "expected a number, not much"),
        ("weight: true", ".weight", "expected a number, not true"),
        ("weight: [1]", ".weight", "expected a number, not a list"),
        ("weight:", ".weight", "expected a number, not nothing"),
        ("weight: nan", ".weight", "input should be less than or equal to 1000000, not nan"),
        ("weight: inf", ".weight", "input should be less than or equal to 1000000, not inf"),
        ("priority: 1.5", ".priority", "expected a whole number, not 1.5"),
        ("when: suit", ".when", "expected fields (all, any, count, everyone, not, someone) with"),
        (
            "when: {}",
            ".when",
            "exactly one of someone, everyone, count, all, any, not; given: none",
        ),
        (
            "when: {someone: suit, count: {at_least: 1}}",
            ".when",
            "give exactly one of someone, everyone, count, all, any, not; given: someone and count",
        ),
        ("when: {all: []}", ".when.all", "it is empty; give at least one"),
        ("when: {any: [{all: []}]}", ".when.any[0].all", "it is empty; give at least one"),
        ("when: {any: suit}", ".when.any", "expected a list, such as [one, two], not suit"),
        (
            "when: {someone: {attribute: suit, score_at_least: 1.5}}",
            ".when.someone.score_at_least",
            "input should be less than or equal to 1, not 1.5",
        ),
        (
            "when: {someone: {attribute: suit, score_at_least: 0.5, score_below: 0.5}}",
            ".when.someone",
            "score_at_least is not below score_below: no score fits",
        ),
        (
            "when: {someone: {all: [suit], score_below: 0.5}}",
            ".when.someone",
            "a score belongs to an attribute: name one",
        ),
        ("when: {count: {of: suit}}", ".when.count", "a count needs at_least, at_most or both"),
        (
            "when: {count: {at_least: 3, at_most: 2}}",
            ".when.count",
            "at_least is above at_most: no count fits",
        ),
        ("when: {count: {at_least: -1}}", ".when.count.at_least", "greater than or equal to 0"),
        ("where: {lift: [a]}", ".where.lift", "lift is no field here; did you mean lifts?"),
        ("where: {lifts: a}", ".where.lifts", "expected a list, such as [one, two], not a"),
        ("dates: {from: 2026-02-30}", ".dates.from", "2026-02-30 is no date"),
        ("dates: {to: 24.12.2026}", ".dates.to", "24.12.2026 is no date"),
        ("dates: {to: 20261224}", ".dates.to", "20261224 is no date"),
        ("dates: {to: 2026-12-24 10:00}", ".dates.to", "write 2026-12-24"),
        ("dates: {to: 9999-12-31}", ".dates.to", "leave it out for no limit"),
        ("dates: {from: 2026-03-02, to: 2026-03-01}", ".dates", "from is after to: no day is left"),
        (
            "day_parts: [{from: 7:30}]",
            ".day_parts[0].from",
            '7:30 is no time of day; write "07:30"',
        ),
        ("day_parts: [{from: 7}]", ".day_parts[0].from", "7 is no time of day"),
        ("day_parts: [{to: 24:01}]", ".day_parts[0].to", "24:01 is no time of day"),
        ("day_parts: [{to: 12:60}]", ".day_parts[0].to", "12:60 is no time of day"),
        ("day_parts: [{from: 07:00, to: 07:00}]", ".day_parts[0]", "are the same time"),
        ("day_parts: [{from: 24:00, to: 06:00}]", ".day_parts[0]", "no day is left from 24:00 on"),
        ("day_parts: [{days: [Mon]}]", ".day_parts[0].days[0]", "'mon', 'tue'"),
        ("frequency_cap: [{plays: 0, per: 1h}]", ".frequency_cap[0].plays", "not 0"),
        ("frequency_cap: [{plays: 1}]", ".frequency_cap[0]", "per is missing"),
        ("frequency_cap: [{plays: 1, per: 10 minutes}]", ".frequency_cap[0].per", "30s, 10m, 2h"),
        ("frequency_cap: [{plays: 1, per: -5}]", ".frequency_cap[0].per", "-5 is no duration"),
        ("budget: {plays: 1, seconds: 2}", ".budget", "give plays or seconds, one of the two"),
        ("budget: {pacing: asap}", ".budget", "give plays or seconds, one of the two"),
        ("budget: {plays: 1, per: week}", ".budget.per", "'day' or 'campaign', not week"),
        ("budget: {plays: 1" + 30 * "0" + "}", ".budget.plays", "less than or equal to 1000000000"),
        ("budget: {seconds: " + 400 * "9" + "}", ".budget.seconds", "expected a number"),
        ("budget: {plays: 1, catch_up: inf}", ".budget.catch_up", "inf is no duration"),
        (
            "budget: {plays: 5, per: campaign}",
            "",
            "needs dates with from and to; give them, or pac",
        ),
        ("category: a b", ".category", "'a b' is no name; write up to 64 letters, digits, dots"),
        ("<<: {weight: 2}", ".<<", "<< is no field here"),
    ],
)
def test_a_wrong_field_of_a_campaign(fields, field, message):
    [(line, where, said)] = problems(CAMPAIGN + fields)
    assert where == f"campaigns.prams{field}"
    assert message in said
    assert line == (6 if field else 4)


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("timezone: Europe/Berln", 1, "timezone", "write one of IANA's names, such as Europe/Berl"),
        ("timezone: Europe", 1, "timezone", "Europe is no time zone"),
        ("timezone: ../../etc/passwd", 1, "timezone", "is no time zone"),
        ('timezone: "a\\nb"', 1, "timezone", "a b is no time zone"),
        ("timezone: [UTC]", 1, "timezone", "is no time zone"),
        ("\n\nsmoothing_window: 0", 3, "smoothing_window", "greater than or equal to 1, not 0"),
        ("smoothing_age: 0s", 1, "smoothing_age", "input should be greater than 0"),
        ("smoothing_age: 3 days", 1, "smoothing_age", "3 days is no duration; write 30s, 10m"),
        ("min_audience: 1", 1, "min_audience", "greater than or equal to 2"),
        ("off_hours: [\n{from: 23:00,\n to: 6}]", 3, "off_hours[0].to", "6 is no time of day"),
        ("separation: {a b: 3s}", 1, "separation.a b", "'a b' is no name"),
        ("separation: {cars: 3s}", 1, "separation.cars", "no campaign has that category"),
        ("default_playlist: []", 1, "default_playlist", "it is empty; give at least one"),
        ("default_playlist: house", 1, "default_playlist", "expected a list, such as [one, two]"),
        ("campaigns: [a]", 1, "campaigns", "expected fields with values, not a list"),
        ("campaigns: {a: b}", 1, "campaigns.a", "expected fields (budget, category, creatives,"),
        ("campaigns: {a: {creatives: []}}", 1, "campaigns.a.creatives", "it is empty"),
        ("campaigns: {a: {weight: 1}}", 1, "campaigns.a", "creatives is missing"),
        ("campaigns: {-a: {creatives: [b]}}", 1, "campaigns.-a", "'-a' is no name"),
        ("campaigns: {default: {creatives: [b]}}", 1, "campaigns.default", "choose another"),
        ("weight: 3", 1, "weight", "weight is no field here; there are campaigns, catch_up,"),
        ("campain: 3", 1, "campain", "campain is no field here; did you mean campaigns?"),
        ("~: 3", 1, "~", "~ is no field here"),
        ("1: 3", 1, "1", "1 is no field here"),
        ('"a\\nb": 3', 1, "a b", "a b is no field here"),
    ],
)
def test_a_wrong_field_of_the_schema(text, line, field, message):
    rest = {"timezone": "UTC", "default_playlist": "[house]", "campaigns": "{}"}
    missing = "".join(
        f"\n{name}: {value}" for name, value in rest.items() if not text.strip().startswith(name)
    )
    [(found_line, found_field, said)] = problems(text + missing)
    assert (found_line, found_field) == (line, field)
    assert message in said


def test_all_that_is_wrong_is_told_by_line_and_the_error_is_one_line():
    text = CAMPAIGN + "weight: 0\n    priority: high\ntimezon: UTC\n"
    assert [line for line, _, _ in problems(text)] == [6, 7, 8]
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    assert str(caught.value) == (
        "line 6, campaigns.prams.weight: input should be greater than 0, not 0; "
        "line 7, campaigns.prams.priority: expected a whole number, not high; "
        "line 8, timezon: timezon is no field here; did you mean timezone?"
    )


def test_of_very_many_problems_the_first_are_told_and_the_rest_counted():
    with pytest.raises(InvalidDocumentError) as caught:
        read(TOP + "campaigns:\n" + "".join(f"  c{n}: {{weight: 1}}\n" for n in range(30)))
    assert len(caught.value.problems) == 30
    assert str(caught.value).count("creatives is missing") == 20
    assert str(caught.value).endswith("; and 10 more")


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("suite", "suite is no attribute of the served model; did you mean suit?"),
        ("zebra", "zebra is no attribute of the served model; there are courier, suit"),
    ],
)
def test_an_attribute_that_the_model_has_not(when, message):
    text = CAMPAIGN + f"when:\n      not: {{someone: {{any: [suit, {when}]}}}}"
    assert problems(text, attributes={"suit", "courier"}) == [(6, "campaigns.prams.when", message)]
    assert read(text).schema.campaigns["prams"].attributes() == sorted(["suit", when])


def test_creatives_that_are_not_there():
    text = TOP + "campaigns:\n  prams: {creatives: [pram, carr]}\n"
    assert problems(text, creatives={"cart", "house"}) == [
        (4, "campaigns.prams.creatives[0]", "pram is no creative; there are cart, house"),
        (4, "campaigns.prams.creatives[1]", "carr is no creative; did you mean cart?"),
    ]
    assert problems(text, creatives=set())[0] == (
        2,
        "default_playlist[0]",
        "house is no creative; there is none yet",
    )


def test_attributes_of_refused_campaigns_are_not_asked_of_the_model():
    rules = read(
        TOP + "campaigns:\n"
        "  a: {creatives: [x], when: {someone: {all: [suit, holding_baby]}}}\n"
        "  b: {creatives: [x], when: {everyone: {not: pregnant}}}\n"
        "  c: {creatives: [x], when: {count: {of: courier, at_most: 0}}}\n"
    )
    assert rules.attributes() == {"suit", "holding_baby", "courier"}
    assert set(rules.refused) == {"b"}
    assert rules.refused["b"].startswith("refused by policy: pregnant is sensitive")
