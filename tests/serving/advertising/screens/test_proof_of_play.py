"""What was played, told once, whatever happens on the way."""

import itertools
import uuid

import pytest

from tests.serving.advertising.screens.device import Device
from tests.serving.advertising.screens.fake_gateway import TOKEN

SEND = """async ([screen, plays, token]) => {
  const { Database, result } = await import("/screen/database.js");
  const { Gateway } = await import("/screen/gateway.js");
  const { PlayDelivery } = await import("/screen/play_delivery.js");
  const { PlayQueue } = await import("/screen/play_queue.js");
  const database = await Database.open(() => {});
  const queue = await PlayQueue.open(database);
  for (const play of plays) await queue.add(screen, play);
  const delivery = new PlayDelivery(queue, new Gateway(token, () => {}));
  delivery.run();
  delivery.deliver("screen-1");
  window.left = () => queue.length;
  window.aside = () => result(database.store("put_aside").getAll());
}"""
BOUNDED = """async ([plays, longest]) => {
  const { Database } = await import("/screen/database.js");
  const { PlayQueue } = await import("/screen/play_queue.js");
  const queue = await PlayQueue.open(await Database.open(() => {}), longest);
  for (const play of plays) await queue.add("screen-1", play);
  const kept = await queue.oldest("screen-1", 100);
  return [queue.length, kept.map(({ play }) => play.id)];
}"""
ASIDE = """async (count) => {
  const { Database, result } = await import("/screen/database.js");
  const { PlayQueue } = await import("/screen/play_queue.js");
  const database = await Database.open(() => {});
  const queue = await PlayQueue.open(database);
  for (let number = 0; number < count; number += 1) {
    await queue.add("screen-1", { id: String(number), completed: true });
    await queue.putAside((await queue.oldest("screen-1", 1))[0], "It is bad.");
  }
  const aside = await result(database.store("put_aside").getAll());
  return [queue.length, aside.length, aside[0].play.id];
}"""


def play(**fields):
    return {"id": str(uuid.uuid4()), "campaign": "shoes", "completed": True} | fields


def send(page, plays, screen="screen-1"):
    page.evaluate(SEND, [screen, plays, TOKEN])


def wait_until_sent(page, left=0):
    for _ in range(1000):
        if page.evaluate("left()") == left:
            return
        page.wait_for_timeout(10)
    raise AssertionError(f"{page.evaluate('left()')} plays are left")


def test_plays_of_an_outage_are_told_once_though_answers_are_lost(colours, gateway, context):
    device = Device(context, gateway)
    device.until(lambda status: status["connected"] and status["cached"] == 2)
    device.until_page_is_kept()
    device.eventually(lambda: gateway.plays)
    gateway.stop()
    device.until(lambda status: status["queued"] > 3)
    device.reboot()
    device.until(lambda status: status["queued"] > 5)
    lost = len(gateway.deliveries) + 1
    gateway.loses_answer = lambda delivery: delivery == lost
    gateway.start()
    device.until(lambda status: status["connected"] and status["queued"] == 0)

    sent = [identity for delivery in gateway.deliveries for identity in delivery]
    assert len(sent) >= len(set(sent)) + 6, "those of the outage were delivered twice"
    plays = sorted(gateway.plays.values(), key=lambda play: play["actual_start"])
    same = [one["creative"] == next["creative"] for one, next in itertools.pairwise(plays)]
    assert sum(same) <= 1, "red and blue take turns but for the reboot: none is missing or double"


def test_a_thousand_plays_are_stored_once_each_though_every_second_answer_is_lost(blank, gateway):
    gateway.loses_answer = lambda delivery: delivery % 2 == 1
    plays = [play() for _ in range(1000)]
    send(blank, plays)
    wait_until_sent(blank)
    assert list(gateway.plays.values()) == plays
    assert len(gateway.deliveries) == 20
    assert all(len(delivery) == 100 for delivery in gateway.deliveries)


def test_a_bad_play_is_put_aside_alone(blank, gateway):
    plays = [play(campaign="bad" if number == 37 else "good") for number in range(150)]
    gateway.is_bad = lambda play: play["campaign"] == "bad"
    send(blank, plays)
    wait_until_sent(blank)
    assert list(gateway.plays.values()) == plays[:37] + plays[38:]
    (aside,) = blank.evaluate("aside()")
    assert aside["play"] == plays[37]
    assert "A play is wrong." in aside["reason"]


def test_a_play_that_the_gateway_puts_aside_leaves_the_queue(blank, gateway):
    plays = [play(), play(campaign="unknown")]
    gateway.puts_aside = lambda play: play["campaign"] == "unknown"
    send(blank, plays)
    wait_until_sent(blank)
    assert list(gateway.plays.values()) == plays[:1]
    assert blank.evaluate("aside()") == []


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_plays_wait_for_a_gateway_that_is_busy_or_refuses_the_token(blank, gateway, status):
    gateway.refusal = status
    own = play()
    send(blank, [own])
    while gateway.requests.count("POST /v1/screens/me/plays") < 3:
        blank.wait_for_timeout(10)
    assert blank.evaluate("Promise.all([left(), aside()])") == [1, []]
    gateway.refusal = None
    wait_until_sent(blank)
    assert list(gateway.plays.values()) == [own]


def test_plays_of_another_screen_are_not_told_as_this_one_s(blank, gateway):
    send(blank, [play()], screen="screen-2")
    own = play()
    send(blank, [own])
    wait_until_sent(blank, left=1)
    assert list(gateway.plays.values()) == [own]


def test_a_full_queue_drops_plays_that_were_cut_off_first(blank):
    plays = [play(id=str(number), completed=number not in (3, 5)) for number in range(9)]
    assert blank.evaluate(BOUNDED, [plays, 6]) == [6, ["1", "2", "4", "6", "7", "8"]]


def test_what_is_put_aside_is_bounded(blank):
    assert blank.evaluate(ASIDE, 1002) == [0, 1000, "2"]
