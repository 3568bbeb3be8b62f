"""The whole agent: streams that ffmpeg plays, a gateway over HTTP."""

import contextlib
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from serving.advertising.lift_agent.service import run
from serving.advertising.lift_agent.settings import AgentSettings, GatewaySettings, SourceSettings
from serving.advertising.lift_agent.source import SourceError
from serving.advertising.lift_agent.upload import Kind
from serving.advertising.lift_agent.video_source import VideoSource
from tests.serving.advertising.lift_agent.fake_gateway import PATIENCE, eventually, serving

FFMPEG = shutil.which("ffmpeg")
PICTURES = "-re -f lavfi -i testsrc2=size=320x240:rate=10"
H264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 5"

pytestmark = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("token-1")
    path.chmod(0o600)
    return str(path)


@contextlib.contextmanager
def playing(output):
    """An ffmpeg that plays moving pictures; it is killed in the end."""
    command = f"{FFMPEG} -loglevel error -nostdin {PICTURES} {H264} {output}"
    with subprocess.Popen(command.split()) as player:
        try:
            yield player
        finally:
            player.kill()


@contextlib.contextmanager
def pushing(output):
    """Plays to somebody who listens, trying until they do."""
    over = threading.Event()

    def push():
        while not over.is_set():
            with playing(output) as player:
                while player.poll() is None and not over.wait(0.05):
                    pass

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Running:
    """An agent in a thread."""

    def __init__(self, source, gateway, token_file, *, options=()):
        self._over = threading.Event()
        self.summary = None
        settings = (
            SourceSettings(source, options=dict(options), timeout=5),
            GatewaySettings(gateway.url, "lift-1", token_file),
            AgentSettings(min_interval=0.1, look_interval=0.05, longest_side=160),
        )
        self._thread = threading.Thread(target=self._run, args=settings)

    def _run(self, *settings):
        self.summary = run(*settings, self._over)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(PATIENCE)


def assert_in_order(snapshots, token="token-1"):
    """All of one start, numbered from 1, small as told, and not old."""
    assert len({snapshot.headers["boot-id"] for snapshot in snapshots}) == 1
    numbers = [int(snapshot.headers["sequence"]) for snapshot in snapshots]
    assert numbers == list(range(1, len(snapshots) + 1))
    for snapshot in snapshots:
        assert snapshot.size == (160, 120)
        assert snapshot.headers["authorization"] == f"Bearer {token}"
        assert int(snapshot.headers["snapshot-age"]) >= 0


def test_a_camera_that_pushes_rtsp(port, token_file):
    address = f"rtsp://127.0.0.1:{port}/lift"
    options = {"rtsp_flags": "listen"}
    with serving() as gateway, pushing(f"-rtsp_transport tcp -f rtsp {address}"):
        with Running(address, gateway, token_file, options=options) as agent:
            gateway.wait_for(5)
        assert_in_order(gateway.snapshots)
    assert agent.summary.outcomes[Kind.TAKEN] >= 5
    assert agent.summary.frames >= 5


@pytest.mark.parametrize(
    ("address", "listening"),
    [
        ("tcp://127.0.0.1:{port}", "-f mpegts tcp://127.0.0.1:{port}?listen=1"),
        ("http://127.0.0.1:{port}/lift", "-f mpegts -listen 1 http://127.0.0.1:{port}/lift"),
    ],
)
def test_a_killed_stream_that_starts_anew(port, token_file, address, listening):
    stream = listening.format(port=port)
    with serving() as gateway, Running(address.format(port=port), gateway, token_file) as agent:
        with playing(stream):
            gateway.wait_for(3)
        sent = len(gateway.snapshots)
        with playing(stream):
            gateway.wait_for(sent + 4)
    assert_in_order(gateway.snapshots)
    assert agent.summary.losses >= 1


def test_a_stream_that_hangs_is_noticed(port):
    address = f"tcp://127.0.0.1:{port}"
    source = VideoSource(SourceSettings(address, timeout=2))
    with playing(f"-f mpegts {address}?listen=1") as player, contextlib.ExitStack() as stack:
        streams = []

        def opens():
            with contextlib.suppress(SourceError):
                streams.append(stack.enter_context(source.opened()))
            return streams

        eventually(opens)
        assert next(streams[0].pictures).picture.width == 320
        player.send_signal(signal.SIGSTOP)
        with pytest.raises(SourceError, match=rf"^{address}: nothing came for 2 s\.$"):
            list(streams[0].pictures)
