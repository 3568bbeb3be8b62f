"""Server-sent events from chunks that are cut anywhere."""

import pytest

PARSE = """async (chunks) => {
  const { SseParser } = await import("/screen/sse_parser.js");
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.feed(new Uint8Array(chunk)));
}"""
STREAM = (
    ": heartbeat\r\n\r\n"
    'event: state\r\ndata: {"lift": "Aufzug\r\ndata:  süd 🛗"}\r\n\r\n'
    "id: 7\nretry: 10\ndata\ndata: two\n\n"
    "event: empty\n\n"
    "data:no blank\r\r"
    "data: never ended\n"
)
EVENTS = [
    {"event": "state", "data": '{"lift": "Aufzug\n süd 🛗"}'},
    {"event": "message", "data": "\ntwo"},
    {"event": "message", "data": "no blank"},
]


@pytest.fixture
def parse(blank):
    return lambda chunks: blank.evaluate(PARSE, [list(chunk) for chunk in chunks])


def test_one_chunk(parse):
    assert parse([STREAM.encode()]) == EVENTS


def test_every_byte_alone(parse):
    assert parse([bytes([byte]) for byte in STREAM.encode()]) == EVENTS


def test_two_chunks_cut_anywhere(parse):
    content = STREAM.encode()
    for cut in range(len(content)):
        assert parse([content[:cut], content[cut:]]) == EVENTS, cut


def test_a_byte_order_mark_is_no_part_of_the_first_line(parse):
    assert parse([b"\xef\xbb\xbfdata: 1\n\n"]) == [{"event": "message", "data": "1"}]
