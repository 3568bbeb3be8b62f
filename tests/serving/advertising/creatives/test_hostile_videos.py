"""Files that want something else than to be shown."""

import contextlib
import io

import av
import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import encode_creative, video_frames
from serving.advertising.creatives.mp4_boxes import checked_mp4
from tests.serving.advertising.creatives.mp4_surgery import box, referring_to, with_number
from tests.serving.advertising.creatives.opened_files import watched
from tests.serving.advertising.creatives.samples import video

UNGUARDED_MOV = {"enable_drefs": "1", "use_absolute_path": "1"}


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.ts"
    path.write_bytes(b"a secret")
    return path


def lists_of(path):
    """Lists that point to a file, and the options with which FFmpeg follows them."""
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{path}\n#EXT-X-ENDLIST\n"
    concat = f"ffconcat version 1.0\nfile '{path}'\n"
    return {"hls": (hls.encode(), {}), "concat": (concat.encode(), {"safe": "0"})}


def open_unguarded(content, demuxer, options):
    with (
        contextlib.suppress(av.FFmpegError),
        av.open(io.BytesIO(content), format=demuxer, options=options) as file,
    ):
        list(file.decode(video=0))


@pytest.mark.parametrize("kind", ["hls", "concat"])
@pytest.mark.parametrize("disguise", [b"", box(b"ftyp", b"isom\0\0\2\0"), b"\x1a\x45\xdf\xa3\x80"])
def test_a_list_opens_nothing(kind, disguise, secret):
    content, options = lists_of(secret)[kind]
    with watched(secret) as opened:
        open_unguarded(content, kind, options)
        assert opened(), "the attack does not work, so that this test would prove nothing"
        with pytest.raises(GraftNetError):
            encode_creative(disguise + content, seconds=None)
        assert not opened()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.ts", "concat:/etc/passwd", "subfile,,:/x"])
def test_a_list_reaches_no_address(url):
    playlist = f"#EXTM3U\n#EXTINF:1,\n{url}\n".encode()
    with pytest.raises(GraftNetError, match=r"is an HLS playlist; expected .* Upload the video"):
        encode_creative(playlist, seconds=None)


def test_a_reference_to_another_file_is_refused(secret):
    content = referring_to(video(), str(secret))
    with watched(secret) as opened:
        open_unguarded(content, "mov", UNGUARDED_MOV)
        assert opened(), "the attack does not work, so that this test would prove nothing"
        with pytest.raises(GraftNetError, match=r"refers to another file for its pictures \('alis"):
            encode_creative(content, seconds=None)
        assert not opened()


def test_a_reference_that_was_overlooked_opens_nothing(secret, monkeypatch):
    monkeypatch.setattr(video_frames, "checked_mp4", io.BytesIO)
    with watched(secret) as opened:
        with pytest.raises(GraftNetError, match=r"no pictures that can be decoded"):
            encode_creative(referring_to(video(), str(secret)), seconds=None)
        assert not opened()


def test_the_door_itself_is_shut(secret, monkeypatch):
    """Were FFmpeg told to follow references, it would be given nothing to open them with."""
    monkeypatch.setattr(video_frames, "checked_mp4", io.BytesIO)
    honest = av.open

    def careless(*args, options, **rest):
        return honest(*args, options=UNGUARDED_MOV, **rest)

    monkeypatch.setattr(video_frames.av, "open", careless)
    with watched(secret) as opened:
        with pytest.raises(GraftNetError):
            encode_creative(referring_to(video(), str(secret)), seconds=None)
        assert not opened()


def test_samples_are_counted_before_ffmpeg_does():
    of_one_byte = with_number(video(), b"stsz", 4, 1)
    fragments = video(movflags="frag_keyframe+empty_moov")
    for bomb in (
        with_number(of_one_byte, b"stsz", 8, 100_000_000),
        with_number(fragments, b"trun", 4, 100_000_000),
    ):
        with pytest.raises(GraftNetError, match=r"claims 100000000 samples and \d edits; expected"):
            encode_creative(bomb, seconds=None)


def test_samples_count_as_often_as_edits_may_repeat_them():
    bomb = with_number(video(), b"elst", 4, 40_000)
    with pytest.raises(GraftNetError, match=r"claims 30 samples and 40000 edits"):
        encode_creative(bomb, seconds=None)


def test_a_box_in_disguise_is_counted():
    """FFmpeg takes a `free` box for an index where one begins in it, and looks in every box."""
    honest = video()
    start = honest.index(b"moov")
    inner = with_number(honest[start + 4 :], b"stsz", 8, 100_000_000)
    hidden = honest[: start - 4] + box(b"free", box(b"wide", inner))
    with pytest.raises(GraftNetError, match=r"claims 100000000 samples"):
        encode_creative(hidden, seconds=None)


def test_other_tracks_cannot_ask_for_anything():
    content = video(sound=True)
    sound = content.index(b"soun")
    bomb = content[:sound] + with_number(content[sound:], b"stsz", 8, 100_000_000)
    assert encode_creative(bomb, seconds=None).seconds == 1.2


@pytest.mark.parametrize("hidden", [b"sidx", b"mfra", b"cmov", b"udta"])
def test_boxes_that_lead_elsewhere_are_not_read(hidden):
    content = video() + box(hidden, b"anything at all")
    checked = checked_mp4(content).getvalue()
    assert hidden in content
    assert hidden not in checked
    assert checked.startswith(content[: content.index(b"moov")])
    assert encode_creative(content, seconds=None).seconds == 1.2


def test_what_stays_of_an_honest_file_is_unchanged():
    content = video(movflags="+faststart")
    checked = checked_mp4(content).getvalue()
    assert checked[: len(content)] == content.replace(b"udta", b"skip").replace(b"meta", b"skip")


@pytest.mark.parametrize("damage", [-1, -10])
def test_a_file_that_lacks_its_last_bytes_is_cut_off(damage):
    content = video(movflags="+faststart")
    told = rf"is cut off: it has {len(content) + damage} bytes of {len(content)}\. Upload it again"
    with pytest.raises(GraftNetError, match=told):
        encode_creative(content[:damage], seconds=None)
    webm = video("webm", "libvpx")
    told = rf"is cut off: it has {len(webm) + damage} bytes of {len(webm)}\. Upload it again"
    with pytest.raises(GraftNetError, match=told):
        encode_creative(webm[:damage], seconds=None)
