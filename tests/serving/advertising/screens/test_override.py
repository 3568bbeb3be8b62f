"""An operator's override: the one thing that cuts an item off."""

import pytest

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device

LONG = 30.0
SIZES = """(paragraph) => {
  const layer = paragraph.parentElement;
  const fits = () =>
    layer.scrollWidth <= layer.clientWidth && layer.scrollHeight <= layer.clientHeight;
  const [size, fitted] = [parseFloat(getComputedStyle(paragraph).fontSize), fits()];
  paragraph.style.fontSize = `${size * 1.2}px`;
  return [size, fitted, fits()];
}"""


@pytest.fixture
def long_item(gateway):
    """An image that would play for half a minute."""
    item = gateway.add(drawn_creatives.image("red"), LONG)
    gateway.show(playlist=[item], cache=[item])
    return item


def test_a_text_cuts_off_what_plays_and_comes_off_again(long_item, gateway, device):
    device.plays(long_item)
    gateway.override("Please leave the lift at the next floor.")
    device.until(lambda status: status["scene"] == "override")
    assert device.text() == "Please leave the lift at the next floor."
    assert device.colour() != (255, 0, 0)
    assert device.status()["playing"] is None
    (play,) = device.eventually(lambda: list(gateway.plays.values()))
    assert play["completed"] is False
    assert play["actual_end"] - play["actual_start"] < LONG * 1000
    assert play["scheduled_end"] - play["scheduled_start"] == LONG * 1000

    gateway.show(override=None)
    device.plays(long_item)
    assert device.colour() == (255, 0, 0)
    device.wait(0.3)
    assert len(gateway.plays) == 1, "an override is no play"


@pytest.mark.parametrize(
    "text", ["Fire!", "Please leave the lift at the next floor. " * 12, "Aufzugsnotrufeinrichtung"]
)
def test_a_text_is_as_large_as_the_screen_allows(text, gateway, device):
    gateway.override(text.strip())
    device.until(lambda status: status["scene"] == "override")
    size, fits, fits_enlarged = device.page.locator("#announcement").evaluate(SIZES)
    assert size > 12
    assert fits
    assert size > 40 or not fits_enlarged


def test_an_item_cuts_off_what_plays_and_stays_beyond_its_seconds(long_item, gateway, context):
    warning = gateway.add(drawn_creatives.image("yellow"), 0.2, campaign="warning")
    gateway.show(cache=[long_item, warning])
    device = Device(context, gateway)
    device.until(lambda status: status["cached"] == 2)
    device.plays(long_item)
    gateway.override(item=warning)
    device.plays(warning)
    device.wait(0.5)
    assert device.status()["scene"] == "override"
    assert device.colour() == (255, 255, 0)
    gateway.show(override=None)
    device.plays(long_item)
    assert [play["campaign"] for play in gateway.plays.values()] == ["default"]


def test_an_item_that_is_not_there_cuts_nothing_off(long_item, gateway, device):
    device.plays(long_item)
    gateway.override(item=gateway.add(b"no image", 1.0))
    device.eventually(lambda: any("cannot be shown" in line for line in device.log))
    assert device.status()["playing"]["creative"] == long_item["creative"]
    assert gateway.plays == {}


def test_an_override_that_has_nothing_to_show_cuts_nothing_off(long_item, gateway, device):
    device.plays(long_item)
    gateway.override()
    device.until(lambda status: status["revision"] == gateway.state["revision"])
    device.wait(0.3)
    assert device.status()["playing"]["creative"] == long_item["creative"]
    assert gateway.plays == {}


def test_an_override_comes_before_off_hours(long_item, gateway, device):
    gateway.show(off_hours={"timezone": "Asia/Tokyo", "intervals": [["00:00", "24:00"]]})
    gateway.override("Fire!")
    device.until(lambda status: status["scene"] == "override")
    gateway.show(override=None)
    device.until(lambda status: status["scene"] == "off_hours")


def test_a_text_that_is_corrected_is_shown_anew(gateway, device):
    gateway.override("Leave by the stars.")
    device.until(lambda status: status["scene"] == "override")
    gateway.show(override=gateway.state["override"] | {"text": "Leave by the stairs."})
    device.eventually(lambda: device.text() == "Leave by the stairs.")
