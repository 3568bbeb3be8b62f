"""Bars whose heights are their values."""

import pytest

from serving.advertising.operator_pages.chart import REST, stacked_bars


def scale(chart):
    """Pixels for each unit, from the axis."""
    low, high = chart.ticks[0], chart.ticks[-1]
    return (low.at - high.at) / (float(high.text) - float(low.text))


def test_stacks_stand_on_each_other():
    chart = stacked_bars({"a": [3, 0], "b": [1, 2]}, ["Mon", "Tue"])
    assert chart.series == ("a", "b")
    by_text = {bar.text: bar for bar in chart.bars}
    assert set(by_text) == {"Mon, a: 3.0", "Mon, b: 1.0", "Tue, b: 2.0"}
    lower, upper = by_text["Mon, a: 3.0"], by_text["Mon, b: 1.0"]
    assert lower.height == pytest.approx(3 * scale(chart))
    assert lower.y + lower.height == pytest.approx(chart.bottom)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert upper.x == lower.x < by_text["Tue, b: 2.0"].x


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (4, ["0", "1", "2", "3", "4"]),
        (20.000000001, ["0", "10", "20"]),
        (7, ["0", "2", "4", "6", "8"]),
        (0.3, ["0", "0.1", "0.2", "0.3"]),
        (0, ["0", "1"]),
    ],
)
def test_ticks_are_round_and_reach_above_all(highest, ticks):
    assert [tick.text for tick in stacked_bars({"a": [highest]}, ["x"]).ticks] == ticks


def test_more_series_than_colours_are_one():
    values = {f"campaign-{number}": [number, 1] for number in range(1, 11)}
    chart = stacked_bars(values, ["Mon", "Tue"])
    assert chart.series == (*(f"campaign-{number}" for number in range(10, 4, -1)), REST)
    rest = next(bar for bar in chart.bars if bar.text.startswith("Mon, others"))
    assert rest.text == "Mon, others: 10.0"  # of 4, 3, 2 and 1


def test_long_axes_have_few_words():
    chart = stacked_bars({"a": [1.0] * 300}, [str(number) for number in range(300)])
    assert len(chart.labels) == 10
