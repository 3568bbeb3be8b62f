"""A screen that runs for years does not grow."""

import pytest

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device

SWAPS = 500
WARM_UP = 100
# Objects of each kind that may be more afterwards: what waits for an answer comes and goes.
MORE = {"Object": 250, "Function": 250, "Promise": 100, "Blob": 5, "HTMLElement": 5, "Event": 20}
COUNTED_ADDRESSES = """
window.addresses = new Set();
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (blob) => {
  const address = createObjectURL.call(URL, blob);
  addresses.add(address);
  return address;
};
URL.revokeObjectURL = (address) => {
  addresses.delete(address);
  revokeObjectURL.call(URL, address);
};
"""


def live_objects(devtools):
    """How many objects of each kind a page holds on to."""
    counts = {}
    for kind in MORE:
        prototype = devtools.send("Runtime.evaluate", {"expression": f"{kind}.prototype"})
        own = {"prototypeObjectId": prototype["result"]["objectId"], "objectGroup": "counted"}
        found = devtools.send("Runtime.queryObjects", own)["objects"]
        held = {
            "objectId": found["objectId"],
            "functionDeclaration": "function () { return this.length }",
        }
        counts[kind] = devtools.send("Runtime.callFunctionOn", held)["result"]["value"]
    devtools.send("Runtime.releaseObjectGroup", {"objectGroup": "counted"})
    return counts


def used_bytes(devtools):
    devtools.send("HeapProfiler.collectGarbage")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}["JSHeapUsedSize"]


@pytest.mark.slow
def test_five_hundred_swaps_leave_nothing_behind(context, gateway):
    images = [gateway.add(drawn_creatives.image(colour), 0.001) for colour in ("red", "blue")]
    clip = gateway.add(drawn_creatives.video("yellow", seconds=0.2), 0.001)
    playlist = [*images, images[0], clip]
    gateway.show(playlist=playlist, cache=playlist)
    context.add_init_script(COUNTED_ADDRESSES)
    device = Device(context, gateway)
    devtools = context.new_cdp_session(device.page)
    devtools.send("Performance.enable")

    device.eventually(lambda: len(gateway.plays) >= WARM_UP)
    bytes_before, objects_before = used_bytes(devtools), live_objects(devtools)
    before = len(gateway.plays)
    device.eventually(lambda: len(gateway.plays) >= before + SWAPS)
    bytes_after, objects_after = used_bytes(devtools), live_objects(devtools)

    more = {kind: objects_after[kind] - objects_before[kind] for kind in MORE}
    assert not {kind for kind, count in more.items() if count > MORE[kind]}, more
    assert bytes_after < bytes_before + 500 * SWAPS, "what is compiled later is less than that"
    assert device.page.evaluate("addresses.size") <= 2
