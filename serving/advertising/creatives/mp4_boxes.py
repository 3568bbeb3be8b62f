"""An MP4 or MOV file's boxes, looked at before FFmpeg believes what they say.

FFmpeg takes 70 bytes of memory for each sample that a file of 2 kB claims to have, and opens the
files that a track refers to. It finds boxes wherever they are nested, which is why types are looked
for in all bytes outside `mdat` here.
"""

import io
import re
import struct
from collections.abc import Iterator

from graftnet_tf.errors import GraftNetError

_MOST_SAMPLES = 1_000_000
_SKIPPED = b"skip"

# Nothing that is needed to decode pictures: a header in other clothes (`cmov`), offsets to boxes
# anywhere (`sidx`, `mfra`), encryption, and what is said about the film.
_NOT_READ = re.compile(rb"cmov|sidx|mfra|senc|saiz|saio|pssh|udta|meta|uuid")
_SAMPLES = re.compile(rb"(?:stsz|stz2)(?=.{8}(.{4}))|trun(?=.{4}(.{4}))", re.DOTALL)
_EDITS = re.compile(rb"elst(?=.{4}(.{4}))", re.DOTALL)
_HANDLER = re.compile(rb"hdlr.{8}(.{4})", re.DOTALL)
_REFERENCES = re.compile(rb"dref(?=.{4}(.{4}))", re.DOTALL)
_IN_THIS_FILE = 1


def checked_mp4(content: bytes) -> io.BytesIO:
    """A file without all that its pictures do not need.

    Sound, subtitles and other tracks are blanked in place, so that offsets into the file hold.

    Args:
      content: The file's bytes.

    Raises:
      GraftNetError: the file is cut off, refers to other files, or claims an absurd number of
        samples.
    """
    file = io.BytesIO(content)
    file.seek(0, io.SEEK_END)
    # FFmpeg looks for an index of fragments where a file's last four bytes point to.
    file.write(struct.pack(">I4s", 8, _SKIPPED))
    with file.getbuffer() as data:
        headers = list(_headers(data[: len(content)]))
        for kind, header in headers:
            _skip(header, _NOT_READ)
            if kind == b"moov":
                _blank_other_tracks(header)
        for _, header in headers:
            _check_references(header)
        _check_samples([header for _, header in headers])
    file.seek(0)
    return file


def _headers(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Types and bytes of the outermost boxes other than those that hold samples."""
    for kind, start, end in _boxes(data, 0):
        if end > len(data):
            raise GraftNetError(
                f"The MP4 file is cut off: it has {len(data)} bytes of {end}. Upload it again."
            )
        if kind != b"mdat":
            yield kind, data[start:end]


def _boxes(data: memoryview, start: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each box; the last one may end behind the data."""
    while start + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        if size == 1 and start + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, start + 8)
        elif size == 0:
            size = len(data) - start
        if size < 8:
            raise GraftNetError("The MP4 file is damaged: a box has no size. Save it anew.")
        yield kind, start, start + size
        start += size


def _skip(header: memoryview, types: re.Pattern[bytes]) -> None:
    for match in list(types.finditer(header)):
        header[match.start() : match.end()] = _SKIPPED


def _blank_other_tracks(moov: memoryview) -> None:
    for kind, start, end in _boxes(moov, 8):
        track = moov[start : min(end, len(moov))]
        handler = _HANDLER.search(track)
        if kind == b"trak" and (handler is None or handler[1] != b"vide"):
            track[4:8] = _SKIPPED
            track[8:] = bytes(len(track) - 8)


def _check_references(header: memoryview) -> None:
    for match in _REFERENCES.finditer(header):
        start = match.end() + 8
        for _ in range(_number(match)):
            entry = header[start : start + 12]
            if len(entry) < 12:
                return
            size, kind, flags = struct.unpack(">I4sI", entry)
            if not flags & _IN_THIS_FILE:
                raise GraftNetError(
                    f"The MP4 file refers to another file for its pictures ({_printable(kind)}); "
                    "expected all in one file. Save it as self-contained."
                )
            start += max(size, 12)


def _check_samples(headers: list[memoryview]) -> None:
    """Bounds the samples, each as often as an edit list may repeat it."""
    samples = sum(_number(it) for header in headers for it in _SAMPLES.finditer(header))
    edits = sum(_number(it) for header in headers for it in _EDITS.finditer(header))
    if samples * max(1, edits) > _MOST_SAMPLES:
        raise GraftNetError(
            f"The MP4 file claims {samples} samples and {edits} edits; expected some thousands of "
            "samples, and few edits. Save it anew."
        )


def _number(match: re.Match[bytes]) -> int:
    (digits,) = (group for group in match.groups() if group is not None)
    return int.from_bytes(digits, "big")


def _printable(kind: bytes) -> str:
    return repr(kind.decode("latin-1").strip())
