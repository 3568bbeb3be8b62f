"""Tests of getting an image's bytes."""

import functools
import http.server
import threading

import pytest

from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.importers import fetch as fetching
from graftnet_tf.importers.fetch import fetch


@pytest.fixture
def site(tmp_path):
    """URL of a folder on a web server of this machine."""
    (tmp_path / "a.jpg").write_bytes(b"content")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_files_and_downloads_give_the_same_bytes(site, tmp_path):
    assert fetch(f"{site}/a.jpg") == fetch(str(tmp_path / "a.jpg")) == b"content"


@pytest.mark.parametrize("path", ["/gone.jpg", "/a b.jpg"])
def test_a_failed_download_says_so(site, path):
    with pytest.raises(UnreadableImageError, match="Download failed"):
        fetch(site + path)


def test_an_endless_download_is_cut(site, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 3)
    with pytest.raises(UnreadableImageError, match="larger than 3 bytes"):
        fetch(f"{site}/a.jpg")


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadableImageError, match="No such file"):
        fetch(str(tmp_path / "gone.jpg"))
