"""An RTSP camera that says what it has, is asked for it, and hangs up."""

import contextlib
import socket
import threading
from collections.abc import Iterator

DESCRIPTION = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=lift\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track\r\n"
)


class FakeRtspCamera:
    """Takes one connection.

    Attributes:
      url: Its address.
      transports: Ways in which it was asked to send.
    """

    def __init__(self, server: socket.socket):
        self._server = server
        self.url = f"rtsp://127.0.0.1:{server.getsockname()[1]}/lift"
        self.transports: list[str] = []

    def answer(self) -> None:
        connection, _ = self._server.accept()
        with connection, connection.makefile("rw", newline="\r\n") as lines:
            while request := lines.readline():
                headers = dict(line.strip().split(": ", 1) for line in iter(lines.readline, "\r\n"))
                if request.startswith("SETUP"):
                    self.transports.append(headers["Transport"])
                    return
                body = DESCRIPTION if request.startswith("DESCRIBE") else ""
                lines.write(
                    f"RTSP/1.0 200 OK\r\nCSeq: {headers['CSeq']}\r\n"
                    f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                )
                lines.flush()


@contextlib.contextmanager
def camera() -> Iterator[FakeRtspCamera]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        fake = FakeRtspCamera(server)
        thread = threading.Thread(target=fake.answer)
        thread.start()
        yield fake
        thread.join()
