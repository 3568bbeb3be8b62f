"""The server's time as a screen knows it."""

from tests.serving.advertising.screens.device import Device

MEASURE = """async (samples) => {
  const { ServerClock } = await import("/screen/server_clock.js");
  const clock = new ServerClock();
  for (const sample of samples) clock.measured(...sample);
  return clock.at(1000);
}"""
DATE_JUMPS = """
const now = Date.now;
let jump = 0;
Date.now = () => now() + jump;
window.jump = (milliseconds) => { jump += milliseconds; };
"""
HOUR = 3_600_000


def test_the_offset_is_that_of_the_middle_of_the_round_trip(blank):
    assert blank.evaluate(MEASURE, [[100, 300, 50_200]]) == 51_000


def test_the_shortest_round_trip_counts(blank):
    samples = [[100, 300, 50_250], [400, 420, 50_410], [500, 900, 51_200]]
    assert blank.evaluate(MEASURE, samples) == 51_000


def test_only_the_last_eight_count(blank):
    first = [[0, 2, 1]]
    later = [[100 * n, 100 * n + 10, 70_005 + 100 * n] for n in range(1, 9)]
    assert blank.evaluate(MEASURE, [*first, *later[:7]]) == 1_000
    assert blank.evaluate(MEASURE, [*first, *later]) == 71_000


def test_a_screen_tells_how_far_its_date_is_off(colours, gateway, context):
    gateway.clock_ahead = HOUR
    device = Device(context, gateway)
    device.until(lambda status: abs(status["clock_offset_ms"] - HOUR) < 200)
    device.eventually(lambda: abs(gateway.presences[-1]["clock_offset_ms"] - HOUR) < 200)
    device.eventually(lambda: gateway.plays)
    assert all(
        abs(play["actual_end"] - gateway.now()) < HOUR / 2 for play in gateway.plays.values()
    )


def test_a_date_that_jumps_moves_nothing(colours, gateway, context):
    context.add_init_script(DATE_JUMPS)
    device = Device(context, gateway)
    device.until(lambda status: status["connected"] and status["cached"] == 2)
    device.eventually(lambda: len(gateway.presences) > 2)
    device.page.evaluate(f"jump({-24 * HOUR})")
    before = len(gateway.plays)
    device.eventually(lambda: len(gateway.plays) > before + 3)
    for play in gateway.plays.values():
        assert play["completed"]
        assert 500 <= play["actual_end"] - play["actual_start"] < 5_000
        assert abs(play["actual_end"] - gateway.now()) < HOUR
    assert abs(device.status()["clock_offset_ms"] - 24 * HOUR) < HOUR
