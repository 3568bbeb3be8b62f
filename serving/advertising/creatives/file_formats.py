"""Which format a file is of, told by its first bytes and never by its name."""

import re
from typing import Literal

from graftnet_tf.errors import GraftNetError

FileFormat = Literal["JPEG", "PNG", "WebP", "MP4", "Matroska"]

_LOOKED_AT = 4096  # bytes; a text's first lines, an XML's prolog
_EXPECTED = "expected a JPEG, PNG or WebP image, or an MP4, MOV, WebM or Matroska video"
_AS_VIDEO = "Save it as an MP4 with H.264."
_AS_IMAGE = "Save it as a PNG or JPEG."
_ITSELF = "Upload the video itself: nothing that a file points to is opened."
_EXPORTED = "Export what it shows as a PNG, or as an MP4 video."

# AVIF and HEIC images are kept as MP4 videos are, with brands of their own.
_STILL_BRANDS = rb"avi[fs]|hei[cmsx]|hev[cmsx]|mif1|msf1"

_TAKEN: tuple[tuple[FileFormat, bytes], ...] = (
    ("JPEG", rb"\xff\xd8\xff"),
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("WebP", rb"RIFF.{4}WEBP"),
    ("MP4", rb".{4}(ftyp(?!" + _STILL_BRANDS + rb")|moov|mdat|wide|free|skip|pnot)"),
    ("Matroska", rb"\x1a\x45\xdf\xa3"),
)
_BLANK = rb"(\xef\xbb\xbf)?\s*"
_REFUSED = (
    ("an AVIF or HEIC image", rb".{4}ftyp", _AS_IMAGE),
    ("a GIF", rb"GIF8[79]a", "Save an animation as an MP4 video, a still image as a PNG."),
    ("a BMP", rb"BM.{4}\0{4}", _AS_IMAGE),
    ("a TIFF", rb"II\*\0|MM\0\*", _AS_IMAGE),
    ("an icon", rb"\0\0[\x01\x02]\0", _AS_IMAGE),
    ("a Photoshop file", rb"8BPS", _AS_IMAGE),
    ("a JPEG XL image", rb"\xff\x0a|\0\0\0\x0cJXL ", _AS_IMAGE),
    ("a JPEG 2000 image", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", _AS_IMAGE),
    ("a PDF", rb"\s*%PDF-", "Export its page as a PNG."),
    ("a PostScript file", rb"%!PS", "Export its page as a PNG."),
    ("an HLS playlist", _BLANK + rb"#EXTM3U", _ITSELF),
    ("an FFmpeg list of files", _BLANK + rb"(ffconcat version|file\s)", _ITSELF),
    ("a DASH manifest", _BLANK + rb"(<\?xml.*)?<MPD\b", _ITSELF),
    ("a session description", rb"v=0\r?\n", _ITSELF),
    ("an SVG", _BLANK + rb"(<\?xml.*|<!--.*)?<(!DOCTYPE\s+)?svg\b", "Export it as a PNG."),
    ("an HTML page", _BLANK + rb"(<!--.*)?<(!DOCTYPE\s+html|html|head|body|script)\b", _EXPORTED),
    ("a compressed file", rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!", "Upload what is in it."),
    ("a ZIP archive or office document", rb"PK\x03\x04|\xd0\xcf\x11\xe0", _EXPORTED),
    ("an AVI video", rb"RIFF.{4}AVI ", _AS_VIDEO),
    ("a WAV sound", rb"RIFF.{4}WAVE", _AS_VIDEO),
    ("an MP3 sound", rb"ID3|\xff[\xfb\xf3\xf2]", _AS_VIDEO),
    ("an Ogg file", rb"OggS", _AS_VIDEO),
    ("a Flash video", rb"FLV\x01|[CFZ]WS", _AS_VIDEO),
    ("a Windows Media file", rb"\x30\x26\xb2\x75", _AS_VIDEO),
    ("an MPEG program stream", rb"\0\0\x01[\xba\xb3]", _AS_VIDEO),
    ("an MPEG transport stream", rb"G.{187}G", _AS_VIDEO),
)


def file_format(content: bytes) -> FileFormat:
    """The format of a file.

    Args:
      content: The file's bytes.

    Raises:
      GraftNetError: it is of none that is taken; says of which, if it is known.
    """
    start = content[:_LOOKED_AT]
    for taken, pattern in _TAKEN:
        if re.match(pattern, start, re.DOTALL):
            return taken
    for kind, pattern, advice in _REFUSED:
        if re.match(pattern, start, re.DOTALL | re.IGNORECASE):
            raise GraftNetError(f"The file is {kind}; {_EXPECTED}. {advice}")
    raise GraftNetError(
        f"The file is {'of no known format' if content else 'empty'}; {_EXPECTED}. "
        "Choose another file."
    )
