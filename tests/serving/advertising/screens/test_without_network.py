"""A screen that its gateway does not answer, or not as it should."""

import pytest

from tests.serving.advertising.screens.conftest import LAUNCH, NO_PATIENCE
from tests.serving.advertising.screens.device import Device, playing


def test_a_cold_boot_without_network_plays_the_last_playlist(chromium, colours, gateway, tmp_path):
    with chromium.launch_persistent_context(str(tmp_path), **LAUNCH) as context:
        device = Device(context, gateway)
        device.until(lambda status: status["cached"] == 2)
        device.until_page_is_kept()
        device.eventually(lambda: gateway.plays)
    gateway.stop()
    with chromium.launch_persistent_context(str(tmp_path), **LAUNCH) as context:
        context.add_init_script(NO_PATIENCE)
        device = Device(context, gateway, enrol=False)
        for item in (*colours, colours[0]):
            device.plays(item)
        assert device.until(lambda status: status["queued"] > 2)["connected"] is False

        before = len(gateway.plays)
        gateway.start()
        device.until(lambda status: status["connected"])
        device.eventually(lambda: len(gateway.plays) > before + 2)


@pytest.mark.parametrize("status", [500, 503, 403])
def test_a_failed_poll_replaces_nothing(colours, gateway, device, status):
    device.until(lambda status: status["connected"] and status["cached"] == 2)
    gateway.refusal = status
    gateway.drop_streams()
    device.until(lambda status: not status["connected"])
    for item in (*colours, colours[0]):
        device.plays(item)
    assert device.page.locator("#trouble").is_hidden()
    gateway.refusal = None
    device.until(lambda status: status["connected"])


@pytest.mark.parametrize(
    "broken",
    [
        {"playlist": None},
        {"playlist": [{"creative": "abc"}]},
        {"screen": 7},
        {"off_hours": {"timezone": "Europe/Berlin", "intervals": [["late", "early"]]}},
        {"decision": {"id": "d"}},
        {"override": {"id": "o", "text": None, "item": "creative"}},
        {"notice": None},
    ],
)
def test_a_broken_state_replaces_nothing(colours, gateway, device, broken):
    whole = device.until(lambda status: status["scene"] == "item" and status["cached"] == 2)
    gateway.show(**broken)
    device.eventually(lambda: any("not whole" in line for line in device.log))
    assert device.status()["revision"] == whole["revision"]
    for item in (*colours, colours[0]):
        device.plays(item)


def test_an_older_state_replaces_nothing_unless_it_was_asked_for(colours, gateway, device):
    revision = device.until(lambda status: status["scene"] == "item")["revision"]
    gateway.state = gateway.state | {"revision": revision - 1, "playlist": []}
    device.plays(colours[0])
    device.plays(colours[1])
    assert device.status()["revision"] == revision
    gateway.drop_streams()
    device.until(lambda status: status["revision"] == revision - 1)
    device.until(lambda status: status["scene"] == "idle")


def test_a_refused_token_is_told_in_a_corner_while_all_plays_on(colours, gateway, device):
    device.until(lambda status: status["connected"] and status["cached"] == 2)
    gateway.refusal = 401
    gateway.drop_streams()
    trouble = device.page.locator("#trouble")
    device.eventually(trouble.is_visible)
    assert "refuses this screen's token" in trouble.inner_text()
    for item in (*colours, colours[0]):
        device.plays(item)
    gateway.refusal = None
    device.eventually(trouble.is_hidden)


def test_what_is_cached_is_not_fetched_again(colours, gateway, device):
    device.until(lambda status: status["cached"] == 2)
    device.reboot()
    device.until(lambda status: status["scene"] == "item" and status["connected"])
    fetched = [request for request in gateway.requests if "/v1/creatives/" in request]
    assert len(fetched) == 2


def test_a_creative_that_is_damaged_on_the_disk_is_fetched_again(colours, gateway, device):
    device.until(lambda status: status["cached"] == 2)
    device.plays(colours[0])
    device.page.evaluate(
        """async (creative) => {
          const { Database } = await import("/screen/database.js");
          const database = await Database.open(() => {});
          await database.put("creatives", creative, new Blob(["damaged"]));
        }""",
        colours[1]["creative"],
    )
    device.eventually(lambda: any("is damaged" in line for line in device.log))
    fetched = f"GET /v1/creatives/{colours[1]['creative']}"
    device.eventually(lambda: gateway.requests.count(fetched) == 2)
    assert playing(device.status()) == colours[0]["creative"]


FULL_DISK = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (value.size > 100_000) throw new DOMException("The disk is full.", "QuotaExceededError");
  return put.call(this, value, key);
};
"""


def test_a_full_disk_stops_nothing(context, colours, gateway):
    context.add_init_script(FULL_DISK)
    large = gateway.add(bytes(200_000), 1.0)
    gateway.show(cache=[large, *colours])
    device = Device(context, gateway)
    device.eventually(lambda: any("QuotaExceededError" in line for line in device.log))
    for item in (*colours, colours[0]):
        device.plays(item)
    assert gateway.presences[-1]["cached_files"] == 2
    assert gateway.plays
