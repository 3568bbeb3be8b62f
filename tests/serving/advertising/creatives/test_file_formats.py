import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import encode_creative
from serving.advertising.creatives.file_formats import file_format
from tests.serving.advertising.creatives.samples import image, video

SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
REFUSED = {
    "a GIF": b"GIF89a\x01\0\x01\0",
    "a BMP": b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0",
    "a TIFF": b"II*\0\x08\0\0\0",
    "an AVIF or HEIC image": b"\0\0\0\x1cftypavif\0\0\0\0mif1avif",
    "a PDF": b"%PDF-1.7\n",
    "an SVG": SVG,
    "an HTML page": b"\xef\xbb\xbf\n<!DOCTYPE html><script src=x></script>",
    "an HLS playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "an FFmpeg list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a DASH manifest": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
    "a session description": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
    "a ZIP archive or office document": b"PK\x03\x04\x14\0",
    "a compressed file": b"\x1f\x8b\x08\0",
    "an AVI video": b"RIFF\0\0\0\0AVI LIST",
    "an MPEG transport stream": b"G" + bytes(187) + b"G",
    "an MP3 sound": b"ID3\x04\0",
    "an Ogg file": b"OggS\0",
    "of no known format": b"hello\n",
    "empty": b"",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_files_are_refused_by_name(kind):
    for seconds in (None, 10):
        with pytest.raises(GraftNetError) as told:
            encode_creative(REFUSED[kind], seconds=seconds)
        start, _, rest = str(told.value).partition("; expected a JPEG, PNG or WebP image, or")
        assert start == f"The file is {kind}"
        assert rest.count(". ") == 1
        assert "\n" not in rest


def test_formats_are_told_by_content():
    assert file_format(image("JPEG")) == "JPEG"
    assert file_format(image("PNG")) == "PNG"
    assert file_format(image("WEBP")) == "WebP"
    assert file_format(video()) == "MP4"
    assert file_format(video("mov")) == "MP4"
    assert file_format(video("matroska")) == "Matroska"
    assert file_format(video("webm", "libvpx")) == "Matroska"
    assert file_format(b"\0\0\0\x08wide\0\0\0\x08mdat") == "MP4"  # QuickTime's, without `ftyp`


def test_a_text_that_comes_late_does_not_make_an_image_a_page():
    assert file_format(b"\xff\xd8\xff<html>") == "JPEG"
