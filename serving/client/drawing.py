"""An image beside what a model says of it."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from graftnet_tf.io.pillow_images import upright_on_black
from serving.client.results import ImageResult, Passenger, SnapshotResult

COLOURS = ("#c2410c", "#1d4ed8", "#15803d", "#a21caf", "#b45309", "#0e7490", "#be123c", "#4d7c0f")
_INK, _FAINT, _PAPER = "#1f2937", "#94a3b8", "#ffffff"
_LINE, _COLUMN, _MARGIN, _BAR, _TEXT = 20, 270, 16, 60, 13  # pixels
_HEIGHT = (420, 1080)  # what images are enlarged or reduced to


class _Row(NamedTuple):
    """A line beside the image: a heading, or an attribute with its score."""

    text: str
    colour: str
    score: float | None = None


def draw(content: bytes, result: ImageResult | SnapshotResult) -> Image.Image:
    """The image, boxes round the people in a snapshot, and attributes with their scores.

    Of an image of one person all attributes are listed, those not shown in grey; of people
    in a snapshot, those that they show.

    Args:
      content: bytes of the file that the result is of.
      result: Without an error.
    """
    with Image.open(io.BytesIO(content)) as opened:
        image = upright_on_black(opened)
    scale = min(max(image.height, _HEIGHT[0]), _HEIGHT[1]) / image.height
    image = image.resize((round(image.width * scale), round(image.height * scale)))
    if isinstance(result, ImageResult):
        rows = list(_attribute_rows(result.scores, result.decisions, COLOURS[0]))
    else:
        rows = list(_snapshot_rows(result.passengers))
        for number, passenger in enumerate(result.passengers):
            _draw_box(image, passenger.box, scale, str(number + 1), _colour(number))
    return _beside(image, rows)


def _snapshot_rows(passengers: Sequence[Passenger]) -> Iterator[_Row]:
    if not passengers:
        yield _Row("nobody", _FAINT)
    for number, passenger in enumerate(passengers):
        colour = _colour(number)
        if number:
            yield _Row("", colour)
        yield _Row(f"{number + 1}  person {passenger.detection_score:.2f}", colour)
        decided = passenger.decisions
        shown = {name: score for name, score in passenger.scores.items() if decided[name]}
        yield from _attribute_rows(shown, decided, colour)


def _attribute_rows(
    scores: Mapping[str, float], decisions: Mapping[str, bool], colour: str
) -> Iterator[_Row]:
    """Those decided for first, and the highest scores first among each."""
    order = sorted(scores, key=lambda name: (not decisions[name], -scores[name]))
    for name in order:
        yield _Row(name, colour if decisions[name] else _FAINT, scores[name])


def _beside(image: Image.Image, rows: Sequence[_Row]) -> Image.Image:
    """The image, and the rows in as many columns as its height asks for."""
    in_column = max(1, (image.height - 2 * _MARGIN) // _LINE)
    columns = max(1, -(-len(rows) // in_column))
    page = Image.new("RGB", (image.width + columns * _COLUMN + _MARGIN, image.height), _PAPER)
    page.paste(image)
    canvas = ImageDraw.Draw(page)
    for number, row in enumerate(rows):
        column, line = divmod(number, in_column)
        left = image.width + _MARGIN + column * _COLUMN
        _draw_row(canvas, row, left, _MARGIN + line * _LINE)
    return page


def _draw_row(canvas: ImageDraw.ImageDraw, row: _Row, left: int, top: int) -> None:
    middle = top + _LINE // 2
    if row.score is None:
        canvas.text((left, middle), row.text, row.colour, _font(bold=True), anchor="lm")
        return
    canvas.rectangle((left, middle - 3, left + _BAR, middle + 3), fill="#f1f5f9")
    if row.score > 0:
        end = left + round(_BAR * min(row.score, 1))
        canvas.rectangle((left, middle - 3, end, middle + 3), fill=row.colour)
    ink = _FAINT if row.colour == _FAINT else _INK
    canvas.text((left + _BAR + 8, middle), f"{row.score:.2f}", ink, _font(), anchor="lm")
    canvas.text((left + _BAR + 44, middle), row.text, ink, _font(), anchor="lm")


def _draw_box(
    image: Image.Image, box: tuple[int, int, int, int], scale: float, tag: str, colour: str
) -> None:
    canvas = ImageDraw.Draw(image)
    x1, y1, x2, y2 = (round(side * scale) for side in box)
    canvas.rectangle((x1, y1, x2, y2), outline=colour, width=3)
    canvas.rectangle((x1, y1, x1 + 20, y1 + 20), fill=colour)
    canvas.text((x1 + 10, y1 + 10), tag, _PAPER, _font(bold=True), anchor="mm")


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _font(*, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib and knows most alphabets."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(os.path.join(matplotlib.get_data_path(), "fonts/ttf", name), _TEXT)
