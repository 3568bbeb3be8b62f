import io
import os
import pathlib
import subprocess
import sys
from fractions import Fraction

import av
import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, encode_creative
from serving.advertising.creatives.video_geometry import Geometry, fitted
from tests.serving.advertising.creatives.samples import corners, image, silence, video

ROOT = pathlib.Path(__file__).parents[4]
HASHES = """
import pathlib, sys
from serving.advertising.creatives import encode_creative
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    for _ in range(2):
        print(path.name, encode_creative(path.read_bytes(), seconds=None).sha256)
"""
SECRET = "52.5200N 13.4050E"


def encoded(content, **limits):
    return encode_creative(content, seconds=None, limits=CreativeLimits(**limits))


def pictures(content):
    with av.open(io.BytesIO(content)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def boxes(content):
    """Types of the outermost boxes."""
    found, start = [], 0
    while start < len(content):
        found.append(content[start + 4 : start + 8])
        start += int.from_bytes(content[start : start + 4], "big")
    return found


@pytest.mark.parametrize(
    ("container", "codec", "pixel_format"),
    [
        ("mp4", "libx264", "yuv420p"),
        ("mov", "libx264", "yuv444p"),
        ("mov", "mpeg4", "yuv420p"),
        ("mov", "prores_ks", "yuv422p10le"),
        ("matroska", "libx264", "yuv420p"),
        ("webm", "libvpx", "yuv420p"),
        ("webm", "libvpx-vp9", "yuv420p"),
    ],
)
def test_every_kind_becomes_the_same_kind(container, codec, pixel_format):
    result = encoded(video(container, codec, pixel_format=pixel_format))
    with av.open(io.BytesIO(result.content)) as file:
        (stream,) = file.streams.video
        assert file.format.name.startswith("mov,mp4")
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate) == (64, 48, 25)
        assert float(file.duration) / av.time_base == pytest.approx(1.2)
    assert result.seconds == 1.2
    seen = pictures(result.content)
    assert len(seen) == 30
    assert corners(seen[0]) == corners(seen[-1]) == [["red", "black"], ["black", "black"]]


def test_the_index_comes_first():
    assert boxes(video()).index(b"moov") > boxes(video()).index(b"mdat")
    assert boxes(encoded(video()).content) == [b"ftyp", b"moov", b"free", b"mdat"]


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_title_in_another_encoding_harms_nothing(container):
    content = video(container, metadata={"title": "Caf\u00e9"})
    latin = content.replace("Caf\u00e9".encode(), b"Caf\xe9\xff")
    assert latin != content
    assert encoded(latin).seconds == encoded(content).seconds


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_sound_and_metadata_stay_behind(container):
    content = video(container, sound=True, metadata={"title": SECRET, "comment": SECRET})
    assert SECRET.encode() in content
    result = encoded(content)
    assert SECRET.encode() not in result.content
    with av.open(io.BytesIO(result.content)) as file:
        assert [stream.type for stream in file.streams] == ["video"]
        assert file.metadata.keys() <= {"major_brand", "minor_version", "compatible_brands"}


def test_a_cover_is_no_moving_picture():
    result = encoded(video("matroska", cover=True))
    assert (result.width, result.height) == (64, 48)


def test_the_same_video_gives_the_same_hash(tmp_path):
    """Where the encoder is at its bound of bits, and in processes whose memory starts otherwise."""
    (tmp_path / "noise").write_bytes(video(size=(480, 360), frames=26, noise=True))
    (tmp_path / "still").write_bytes(video("mov", "mpeg4", size=(320, 240)))
    hashes = set()
    for fill in ("0", "170"):
        printed = subprocess.run(
            [sys.executable, "-c", HASHES, tmp_path],
            capture_output=True,
            text=True,
            timeout=300,
            cwd=ROOT,
            env={**os.environ, "MALLOC_PERTURB_": fill},
            check=True,
        )
        hashes |= set(printed.stdout.splitlines())
    assert len(hashes) == 2


def test_how_a_picture_was_coded_does_not_matter():
    """Two files of the same pictures, without and with key frames throughout."""
    few, many = (
        video("mov", "mpeg4", pixel_format="yuv420p"),
        video("mov", "prores_ks", pixel_format="yuv422p10le"),
    )
    kinds = [[f.pict_type for f in av.open(io.BytesIO(it)).decode(video=0)] for it in (few, many)]
    assert kinds[0] != kinds[1]
    results = [
        [f.pict_type for f in av.open(io.BytesIO(encoded(it).content)).decode(video=0)]
        for it in (few, many)
    ]
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("rotation", "seen"),
    [
        (90, [["black", "black"], ["red", "black"]]),
        (-90, [["black", "red"], ["black", "black"]]),
        (180, [["black", "black"], ["black", "red"]]),
    ],
)
def test_a_video_is_turned_upright(rotation, seen):
    result = encoded(video(rotation=rotation))
    assert (result.width, result.height) == ((64, 48) if rotation == 180 else (48, 64))
    assert corners(pictures(result.content)[0]) == seen


def test_a_large_video_is_shrunk_and_its_sides_are_even():
    result = encoded(video(size=(322, 182)), video_side=160)
    assert (result.width, result.height) == (160, 90)
    assert pictures(result.content)[0].shape == (90, 160, 3)


@pytest.mark.parametrize(
    ("size", "pixel_aspect", "rotation", "expected"),
    [
        ((1920, 1080), None, 0, Geometry(1920, 1080)),
        ((3840, 2160), Fraction(1), 0, Geometry(1920, 1080)),
        ((1080, 1920), Fraction(0), 0, Geometry(1080, 1920)),
        ((720, 576), Fraction(64, 45), 0, Geometry(1024, 576)),
        ((1440, 1080), Fraction(4, 3), 0, Geometry(1920, 1080)),
        ((3840, 2160), None, -90, Geometry(1920, 1080, 3)),
        ((1921, 11), None, 180, Geometry(1920, 10, 2)),
        ((4000, 1), None, 0, Geometry(1920, 2)),
        ((10, 10), Fraction(1, 10**6), 0, Geometry(2, 10)),
    ],
)
def test_geometry(size, pixel_aspect, rotation, expected):
    width, height = size
    geometry = fitted(width, height, pixel_aspect=pixel_aspect, rotation=rotation, side=1920)
    assert geometry == expected


def test_fifty_pictures_a_second_become_25():
    result = encoded(video(frames=100, rate=50))
    assert result.seconds == 2.0
    assert len(pictures(result.content)) == 50


def test_one_picture_may_last_a_second():
    result = encoded(video(frames=3, rate=1))
    assert result.seconds == 3.0


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_video_has_a_longest_and_a_shortest_time(container):
    with pytest.raises(GraftNetError, match=r"lasts longer than 120 s; expected 1 to 120 s\."):
        encoded(video(container, frames=122, rate=1))
    with pytest.raises(GraftNetError, match=r"lasts 0\.4 s; expected 1 to 120 s\. Make it longer"):
        encoded(video(container, frames=10))


def test_a_video_has_a_greatest_number_of_pictures_and_of_pixels():
    content = video(frames=31)
    encoded(content, frames=31)
    with pytest.raises(GraftNetError, match=r"more than 30 pictures; expected at most that many"):
        encoded(content, frames=30)
    encoded(content, video_pixels=64 * 48)
    with pytest.raises(GraftNetError, match=r"has 64 × 48 pixels; expected at most 3071 in all"):
        encoded(content, video_pixels=64 * 48 - 1)


def test_codecs_that_are_not_expected_are_refused_by_name():
    with pytest.raises(GraftNetError, match=r"codec is mjpeg; expected one of AV1, H\.264"):
        encoded(video("mov", "mjpeg", pixel_format="yuvj420p"))


def test_a_song_with_a_cover_is_refused():
    content = io.BytesIO()
    with av.open(content, "w", format="matroska") as file:
        voice = file.add_stream("aac", rate=48000)
        file.add_attachment("cover.jpg", "image/jpeg", image("JPEG"))
        file.mux(voice.encode(silence()))
        file.mux(voice.encode(None))
    with pytest.raises(GraftNetError, match=r"has no pictures; expected a stream of them\."):
        encoded(content.getvalue())


def test_a_video_in_fragments_is_taken():
    content = video(sound=True, movflags="frag_keyframe+empty_moov")
    assert b"moof" in content
    assert encoded(content).seconds == 1.2


def test_a_live_recording_of_unknown_size_is_taken():
    assert encoded(video("matroska", live="1")).seconds == pytest.approx(1.2)
