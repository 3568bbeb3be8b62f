"""Which kind of source a name means."""

from serving.advertising.lift_agent.image_files import ImageFiles, are_image_files
from serving.advertising.lift_agent.settings import SourceSettings
from serving.advertising.lift_agent.source import Source, SourceError
from serving.advertising.lift_agent.video_source import VideoSource


def source_of(settings: SourceSettings) -> Source:
    """The source, not opened yet."""
    return (ImageFiles if are_image_files(settings.source) else VideoSource)(settings)


def describe(source: Source) -> str:
    """Opens a source, reads one picture, and says in a line what it gives.

    Raises:
      SourceError: it cannot be opened, or has no picture.
    """
    with source.opened() as stream:
        first = next(stream.pictures, None)
        if first is None:
            raise SourceError(f"{source.name} has no picture.")
        rate = "unknown" if stream.rate is None else f"{stream.rate:g}"
        size = f"{first.picture.width}×{first.picture.height}"
        return f"{source.name}: {size} pixels, {rate} pictures per second"
