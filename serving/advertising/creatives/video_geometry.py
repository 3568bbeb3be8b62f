"""A video's pictures as they are meant to be seen: square pixels, upright, of an even size."""

import dataclasses
from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

_FORMAT = "yuv420p"
_HIGH_DEFINITION = 720  # lines from which a file that does not say its colours means BT.709
_UNSPECIFIED = 2  # of `AVColorSpace`
_HIGH_DYNAMIC_RANGE = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)

# By quarters of a turn against the clock.
_TURNS = {1: ("transpose", "cclock"), 2: ("rotate", "PI"), 3: ("transpose", "clock")}


@dataclasses.dataclass(frozen=True)
class Geometry:
    """How stored pictures become shown ones.

    Attributes:
      width, height: Size after scaling and before turning, in pixels, even.
      quarters: Quarters of a turn against the clock, 0 to 3.
    """

    width: int
    height: int
    quarters: int = 0

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as seen."""
        return (self.height, self.width) if self.quarters % 2 else (self.width, self.height)


def fitted(
    width: int, height: int, *, pixel_aspect: Fraction | None, rotation: float, side: int
) -> Geometry:
    """The geometry of pictures that are shrunk where they are too large.

    Args:
      width, height: Stored size in pixels.
      pixel_aspect: Width by height of a stored pixel; None or 0 if it is unknown.
      rotation: Degrees against the clock that pictures are to be turned by.
      side: Longest side afterwards, in pixels, even.
    """
    wide = width * (pixel_aspect or Fraction(1))
    scale = min(Fraction(1), side / max(wide, Fraction(height)))
    return Geometry(_even(wide * scale), _even(height * scale), round(rotation / 90) % 4)


class Projector:
    """Brings each picture into shape: YUV 4:2:0 of BT.709, as H.264 players take for granted."""

    def __init__(self, geometry: Geometry):
        """Prepares nothing but itself."""
        self._geometry = geometry
        self._reformatter = VideoReformatter()
        self._turning: Graph | None = None

    def shown(self, frame: VideoFrame) -> VideoFrame:
        """A decoded picture as it is to be encoded."""
        high_dynamic_range = frame.color_trc in _HIGH_DYNAMIC_RANGE
        scaled = self._reformatter.reformat(
            frame,
            self._geometry.width,
            self._geometry.height,
            _FORMAT,
            src_colorspace=_assumed_colours(frame),
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            dst_color_trc=ColorTrc.BT709 if high_dynamic_range else None,
            dst_color_primaries=ColorPrimaries.BT709 if high_dynamic_range else None,
            # Exact in every processor: the same file gives the same bytes.
            interpolation=Interpolation.BICUBIC
            | Interpolation.ACCURATE_RND
            | Interpolation.BITEXACT,
            threads=1,
        )
        turned = self._turned(scaled) if self._geometry.quarters else scaled
        # The pixels alone: an encoder heeds how a picture was coded, and keeps its captions.
        return VideoFrame.from_ndarray(turned.to_ndarray(), format=_FORMAT)

    def _turned(self, frame: VideoFrame) -> VideoFrame:
        if self._turning is None:
            self._turning = _turning(frame, self._geometry.quarters)
        self._turning.vpush(frame)
        return self._turning.vpull()


def _assumed_colours(frame: VideoFrame) -> Colorspace | None:
    if frame.colorspace != _UNSPECIFIED:
        return None
    is_high = max(frame.width, frame.height) > _HIGH_DEFINITION
    return Colorspace.ITU709 if is_high else Colorspace.ITU601


def _turning(frame: VideoFrame, quarters: int) -> Graph:
    name, how = _TURNS[quarters]
    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base,
    )
    graph.link_nodes(source, graph.add(name, how), graph.add("buffersink")).configure()
    return graph


def _even(side: Fraction) -> int:
    return max(2, 2 * round(side / 2))
