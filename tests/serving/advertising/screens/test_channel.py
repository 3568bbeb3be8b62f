"""A screen's connection to its gateway."""

import pytest

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device
from tests.serving.advertising.screens.fake_gateway import TOKEN

STALL = """async (silence) => {
  const { chunks } = await import("/screen/byte_stream.js");
  let cancelled = false;
  const stream = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array([1])),
    cancel: () => { cancelled = true; },
  });
  const received = [];
  try {
    for await (const chunk of chunks(stream, silence)) received.push(...chunk);
  } catch (error) {
    return [received, error.message, cancelled];
  }
}"""
WAITS = """async ([random, retryAfter, failures]) => {
  const { Backoff } = await import("/screen/backoff.js");
  const backoff = new Backoff(() => random);
  const waits = Array.from({ length: failures }, () => backoff.next({ retryAfter }));
  backoff.reset();
  return [...waits, backoff.next()];
}"""
MQTT = """
globalThis.calls = [];
globalThis.mqtt = {
  connect(url, options) {
    const client = {
      handlers: {},
      on(event, handler) { this.handlers[event] = handler; },
      subscribe(topic, options, callback) { calls.push(["subscribe", topic]); callback(null); },
      publish(topic, payload, options) { calls.push(["publish", topic, payload, options]); },
      end(force) { calls.push(["end", force]); },
    };
    calls.push(["connect", url, options]);
    globalThis.client = client;
    setTimeout(() => client.handlers.connect());
    return client;
  },
};
"""
CHANNEL = {
    "kind": "mqtt",
    "url": "wss://broker.example:8084/",
    "username": "screen-1",
    "topic": "graftnet/lifts/lift-1/state",
    "presence_topic": "graftnet/lifts/lift-1/screens/screen-1/presence",
}
STATE, NEWS = "GET /v1/screens/me", "GET /v1/screens/me/events"


def test_a_screen_asks_for_its_state_before_each_stream(colours, gateway, device):
    def asked():
        return [request for request in gateway.requests if request in (STATE, NEWS)]

    for streams in (1, 2, 3):
        device.eventually(lambda count=streams: asked() == [STATE, NEWS] * count)
        gateway.drop_streams()


def test_what_changed_during_an_outage_is_shown_after_it(colours, gateway, device):
    device.until(lambda status: status["connected"] and status["scene"] == "item")
    gateway.stop()
    device.until(lambda status: not status["connected"])
    green = gateway.add(drawn_creatives.image("lime"), 0.5)
    gateway.show(playlist=[green], cache=[green])
    gateway.start()
    device.plays(green)


def test_a_silent_stream_is_an_error_and_is_let_go(blank):
    received, error, cancelled = blank.evaluate(STALL, 50)
    assert received == [1]
    assert error == "The next byte took longer than 0.05 s."
    assert cancelled


@pytest.mark.parametrize(("random", "retry_after"), [(0.0, 0), (0.5, 0), (0.5, 30)])
def test_waits_are_drawn_up_to_a_ceiling_that_doubles(blank, random, retry_after):
    ceilings = [1, 2, 4, 8, 16, 32, 60, 60]
    *waits, after_reset = blank.evaluate(WAITS, [random, retry_after, len(ceilings)])
    assert waits == [1000 * (retry_after + random * ceiling) for ceiling in ceilings]
    assert after_reset == 1000 * random


def test_news_come_by_mqtt_where_the_gateway_says_so(colours, gateway, context):
    gateway.channel, gateway.mqtt = CHANNEL, MQTT
    device = Device(context, gateway)
    session = device.until(lambda status: status["connected"] and status["scene"] == "item")[
        "session"
    ]
    calls = device.eventually(
        lambda: device.page.evaluate("globalThis.calls?.length === 3 && calls")
    )
    (_, url, options), subscribed, published = calls
    assert url == CHANNEL["url"]
    assert (options["username"], options["password"]) == ("screen-1", TOKEN)
    assert options["clientId"] == "screen-1", "another page of this screen takes over"
    assert options["reconnectPeriod"] == 0
    assert options["will"]["topic"] == CHANNEL["presence_topic"]
    assert options["will"]["payload"] == f'{{"session":"{session}","online":false}}'
    assert subscribed == ["subscribe", CHANNEL["topic"]]
    assert published[1:3] == [CHANNEL["presence_topic"], f'{{"session":"{session}","online":true}}']
    assert published[3]["retain"] is False

    gateway.override("Fire!")
    news = """(state) => client.handlers.message("topic", new TextEncoder().encode(state))"""
    device.page.evaluate(news, device.page.evaluate("JSON.stringify", gateway.state))
    device.until(lambda status: status["scene"] == "override")

    device.page.evaluate("client.handlers.close()")
    device.eventually(lambda: gateway.requests.count(STATE) == 2)
    assert NEWS not in gateway.requests
    device.eventually(
        lambda: [call for call in device.page.evaluate("calls") if call[0] == "connect"][1:]
    )
    assert device.page.evaluate("calls[3]") == ["end", True]


def test_presence_tells_what_plays(colours, gateway, device):
    session = device.plays(colours[0])["session"]
    shown = device.eventually(
        lambda: [
            told for told in gateway.presences if told["playing"] and told["cached_files"] == 2
        ]
    )[0]
    assert shown["session"] == session
    assert shown["playing"]["creative"] in {item["creative"] for item in colours}
    assert shown["playing"]["campaign"] == "default"
    assert shown["playing"]["decision_id"] is None
    assert abs(shown["playing"]["started_at"] - gateway.now()) < 60_000
