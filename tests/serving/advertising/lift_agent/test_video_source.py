"""Videos, and what is wrong with sources."""

import pathlib
import wave

import av
import numpy as np
import pytest

from serving.advertising.lift_agent.settings import SourceSettings
from serving.advertising.lift_agent.source import SourceError
from serving.advertising.lift_agent.sources import describe, source_of
from serving.advertising.lift_agent.video_source import VideoSource
from tests.serving.advertising.lift_agent.fake_rtsp_camera import camera

LEVELS = [40, 80, 120, 160, 200, 240]
NOWHERE = "127.0.0.1:1"


def record(path, codec="libx264", keyframe_every=3):
    """A video of 64×48 pixels, of one grey after the other, five in a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.gop_size, stream.max_b_frames = keyframe_every, 0
        for level in LEVELS:
            grey = np.full((48, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    return str(path)


@pytest.fixture
def video(tmp_path):
    return record(tmp_path / "lift.mp4")


def shown(source, **settings):
    """Grey and time of each picture."""
    with VideoSource(SourceSettings(source, **settings)).opened() as stream:
        return [
            (picture.to_ndarray(format="gray").mean(), time) for picture, time in stream.pictures
        ]


def refusal(source, **settings):
    with pytest.raises(SourceError) as refusal:
        shown(source, **settings)
    return str(refusal.value)


def test_a_file_gives_its_pictures_and_their_times(video):
    levels, times = zip(*shown(video), strict=True)
    assert levels == pytest.approx(LEVELS, abs=4)
    assert times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_times_are_from_the_first_picture(tmp_path):
    stream = record(tmp_path / "lift.ts", "mpeg2video")  # which starts at 1.4 s
    assert shown(stream)[0][1] == 0


def test_key_frames_only(video):
    levels, times = zip(*shown(video, keyframes_only=True), strict=True)
    assert levels == pytest.approx([40, 160], abs=4)
    assert times == pytest.approx([0, 0.6])


def test_a_picture_that_cannot_be_decoded_is_passed_over(video):
    with av.open(video) as container:
        damaged = next(container.demux(video=0))
        place = slice(damaged.pos, damaged.pos + damaged.size)
    content = bytearray(pathlib.Path(video).read_bytes())
    content[place] = bytes([0xFF]) * damaged.size
    pathlib.Path(video).write_bytes(content)
    levels = [level for level, _ in shown(video)]
    assert levels[-3:] == pytest.approx(LEVELS[3:], abs=4), "from the next key frame on"
    assert len(levels) < len(LEVELS)


def test_a_check_says_size_and_rate(video):
    assert describe(source_of(SourceSettings(video))) == (
        f"{video}: 64×48 pixels, 5 pictures per second"
    )


def test_what_cannot_be_opened_is_said_in_a_line(tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    assert refusal(str(tmp_path / "gone.mp4")).endswith("gone.mp4: No such file or directory.")
    assert refusal(str(text)).endswith("notes.mp4: Invalid data found when processing input.")
    assert refusal(str(tmp_path)).endswith(": Is a directory.")


def test_a_camera_that_is_not_there():
    assert refusal("/dev/video99") == "/dev/video99: No such file or directory."


def test_sound_alone_is_no_video(tmp_path):
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    assert refusal(str(tmp_path / "sound.wav")).endswith("has no video; name another source.")


@pytest.mark.parametrize("scheme", ["rtsp", "http", "tcp"])
def test_no_password_is_shown(scheme):
    source = f"{scheme}://user:secret@{NOWHERE}/stream?password=secret"
    assert refusal(source) == f"{scheme}://{NOWHERE}/stream: Connection refused."


@pytest.mark.parametrize(
    ("options", "transport"),
    [
        ({}, "RTP/AVP/TCP;unicast"),
        ({"rtsp_transport": "tcp"}, "RTP/AVP/TCP;unicast"),
        ({"rtsp_transport": "udp"}, "RTP/AVP/UDP;unicast"),
    ],
)
def test_rtsp_goes_over_tcp_unless_options_say_else(options, transport):
    with camera() as fake:
        assert refusal(fake.url, options=options).startswith(f"{fake.url}: ")
    assert fake.transports[0].startswith(transport)


@pytest.mark.parametrize(
    ("source", "live"),
    [
        ("rtsp://camera/1", True),
        ("http://camera/1.mp4", True),
        ("tcp://camera:9000", True),
        ("/dev/video0", True),
        ("/videos/lift.mp4", False),
    ],
)
def test_what_is_live(source, live):
    assert source_of(SourceSettings(source)).live is live
