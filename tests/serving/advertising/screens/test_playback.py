"""What a screen shows, and in which order."""

import itertools

from tests.serving.advertising.screens import drawn_creatives
from tests.serving.advertising.screens.device import Device, is_black, playing


def order(gateway):
    """The creatives played, in order."""
    plays = sorted(gateway.plays.values(), key=lambda play: play["actual_start"])
    return [play["creative"] for play in plays]


def test_the_playlist_plays_in_turn_and_no_frame_is_black(context, gateway):
    images = [gateway.add(drawn_creatives.image(colour), 0.2) for colour in ("red", "blue")]
    videos = [gateway.add(drawn_creatives.video(colour), 0.5) for colour in ("yellow", "cyan")]
    playlist = [images[0], videos[0], images[1], videos[1]]
    gateway.show(playlist=playlist, cache=playlist)
    device = Device(context, gateway)
    device.until(lambda status: status["cached"] == 4)
    device.plays(playlist[0])

    frames = device.frames(5)

    assert len({tuple(round(value / 255) for value in frame) for frame in frames}) == 4
    assert not any(map(is_black, frames))
    played = order(gateway)
    turns = itertools.cycle(item["creative"] for item in playlist)
    start = played.index(playlist[0]["creative"], 4)
    assert len(played) > 12
    assert played[start:] == list(itertools.islice(turns, len(played) - start))


def test_an_item_lasts_its_seconds_even_if_its_video_is_shorter(context, gateway):
    item = gateway.add(drawn_creatives.video("yellow", seconds=0.4), 1.0)
    gateway.show(playlist=[item], cache=[item])
    device = Device(context, gateway)
    play = device.eventually(lambda: list(gateway.plays.values()))[0]
    assert play["completed"]
    assert 1000 <= play["actual_end"] - play["actual_start"] < 1500
    assert play["scheduled_end"] - play["scheduled_start"] == 1000


def test_an_item_is_scheduled_for_when_the_one_before_was_due_to_end(colours, gateway, device):
    device.eventually(lambda: len(gateway.plays) > 3)
    first, second, *_ = gateway.plays.values()
    assert first["scheduled_start"] == first["actual_start"]
    # Each is told by the clock as it was measured by then.
    assert abs(second["scheduled_start"] - first["scheduled_end"]) < 50
    assert second["scheduled_start"] <= second["actual_start"]


def test_a_decision_plays_once_when_the_item_has_ended(colours, gateway, context):
    advertisement = gateway.add(drawn_creatives.image("lime"), 0.3, campaign="shoes")
    gateway.show(cache=[*colours, advertisement])
    device = Device(context, gateway)
    device.until(lambda status: status["cached"] == 3 and status["scene"] == "item")
    device.plays(colours[0])
    decision = gateway.decide(advertisement)
    status = device.plays(advertisement)
    assert status["playing"]["decision_id"] == decision
    assert status["playing"]["campaign"] == "shoes"
    device.eventually(lambda: gateway.plays and order(gateway)[-1] == advertisement["creative"])
    before = len(gateway.plays)
    device.eventually(lambda: len(gateway.plays) > before + 3)

    proofs = [play for play in gateway.plays.values() if play["decision_id"]]
    assert [play["decision_id"] for play in proofs] == [decision]
    assert all(play["completed"] for play in gateway.plays.values())
    place = order(gateway).index(advertisement["creative"])
    red, blue = (item["creative"] for item in colours)
    assert order(gateway)[place - 1 : place + 3] == [red, advertisement["creative"], blue, red]


def test_a_decision_is_not_played_again_after_a_reboot(colours, gateway, device):
    gateway.decide(colours[1] | {"campaign": "shoes"})
    device.until(lambda status: status["playing"] and status["playing"]["decision_id"])
    device.plays(colours[0])
    before = len(gateway.plays)
    device.reboot()
    device.eventually(lambda: len(gateway.plays) > before + 3)
    assert len([play for play in gateway.plays.values() if play["decision_id"]]) == 1


def test_an_expired_decision_never_plays(colours, gateway, device):
    gateway.clock_ahead = 3_600_000
    device.until(lambda status: status["clock_offset_ms"] > 3_500_000)
    device.plays(colours[0])
    gateway.decide(colours[1] | {"campaign": "late"}, expires_in=0.1)
    device.until(lambda status: status["revision"] == gateway.state["revision"])
    before = len(gateway.plays)
    device.eventually(lambda: len(gateway.plays) > before + 3)
    assert {play["campaign"] for play in gateway.plays.values()} == {"default"}


def test_creatives_that_cannot_be_had_or_shown_are_skipped(colours, gateway, context):
    broken = gateway.add(b"no image at all", 0.2)
    lost = gateway.add(b"", 0.2, bytes=9)
    del gateway.creatives[lost["creative"]]
    forged = gateway.add(drawn_creatives.image("white"), 0.2)
    gateway.creatives[forged["creative"]] = drawn_creatives.image("black")
    odd = gateway.add(drawn_creatives.image("green"), 0.2, kind="hologram")
    playlist = [broken, colours[0], lost, forged, odd, colours[1]]
    gateway.show(playlist=playlist, cache=playlist)
    device = Device(context, gateway)
    device.eventually(lambda: len(gateway.plays) > 4)
    assert set(order(gateway)) == {item["creative"] for item in colours}
    assert device.status()["cached"] == 4, "all but the lost and the forged one"
    assert any("cannot be shown" in line for line in device.log)
    assert any("cannot be cached" in line for line in device.log)


def test_the_notice_stands_where_there_is_nothing_to_play(gateway, device):
    device.until(lambda status: status["scene"] == "idle" and status["connected"])
    notice = "A camera counts who is here.\n\nhttps://example.org/privacy"
    device.eventually(lambda: device.text() == notice)
    assert not is_black(device.colour())
    assert gateway.plays == {}


def test_the_notice_is_to_be_read_below_what_plays(colours, gateway, device):
    device.plays(colours[0])
    notice = device.page.locator("#notice")
    assert notice.inner_text() == "A camera counts who is here. https://example.org/privacy"
    stage, below = (device.page.locator(part).bounding_box() for part in ("#stage", "#notice"))
    assert stage["y"] + stage["height"] <= below["y"]


def test_a_playlist_that_changes_goes_on_after_what_played(colours, gateway, device):
    green = gateway.add(drawn_creatives.image("lime"), 0.5)
    device.plays(colours[0])
    gateway.show(playlist=[green, *colours], cache=[green, *colours])
    red, blue, new = (item["creative"] for item in (*colours, green))
    device.eventually(lambda: new in order(gateway)[:-1])
    place = order(gateway).index(new)
    assert order(gateway)[place - 2 : place + 2] == [red, blue, new, red]


def test_creatives_that_are_not_wanted_any_more_are_dropped(colours, gateway, device):
    device.until(lambda status: status["cached"] == 2)
    gateway.show(playlist=colours[:1], cache=colours[:1])
    device.until(lambda status: status["cached"] == 1)
    device.plays(colours[0])


def test_black_off_hours_begin_when_the_item_has_ended(colours, gateway, device):
    device.plays(colours[0])
    allday = {"timezone": "Europe/Berlin", "intervals": [["00:00", "24:00"]]}
    gateway.show(off_hours=allday)
    device.until(lambda status: status["scene"] == "off_hours")
    assert is_black(device.colour())
    assert device.status()["playing"] is None
    device.eventually(
        lambda: gateway.plays and all(play["completed"] for play in gateway.plays.values())
    )
    before = len(gateway.plays)
    device.wait(1.2)
    assert len(gateway.plays) == before
    assert playing(device.status()) is None

    gateway.show(off_hours=allday | {"intervals": []})
    device.until(lambda status: status["scene"] == "item")
