"""YAML whose errors name the line.

Only what a schema needs is read: mappings, lists and text, which fields read as numbers or dates
themselves. Aliases, merges and tags are not; nothing may be larger than it looks.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from graftnet_tf.errors import GraftNetError
from serving.advertising.rules.wrong_fields import in_words

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
_LONGEST_MESSAGE = 200
_MOST_TOLD = 20
_CORE = "tag:yaml.org,2002:"
_NULLS = ("", "~", "null", "Null", "NULL")
Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with a document.

    Attributes:
      line: Where, counted from 1.
      field: Path of the field, such as `campaigns.prams.weight`; empty for the whole.
      message: What was given and what would do.
    """

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{self.field and ', '}{self.field}: {self.message}"


class InvalidDocumentError(GraftNetError):
    """A document that cannot be used.

    Attributes:
      problems: All that was found, by line; the error's text has the first of them.
    """

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        told = [str(problem) for problem in self.problems[:_MOST_TOLD]]
        more = len(self.problems) - len(told)
        super().__init__("; ".join(told + [f"and {more} more"] * bool(more)))


class Lines:
    """Where the fields of a document stand."""

    def __init__(self, lines: Mapping[Path, int]):
        """Takes the line of each path of keys and indices."""
        self._lines = lines

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """A problem at a path of keys and indices; steps that the document has not are skipped."""
        found: Path = ()
        for step in path:
            if (*found, step) in self._lines:
                found = (*found, step)
        return _problem(self._lines.get(found, 1), found, message)


def read_document(text: str, model: type[Model]) -> tuple[Model, Lines]:
    """Reads YAML into a model.

    Args:
      text: The document, at most 1 MiB.
      model: What it is to be; a mapping at its top.

    Raises:
      InvalidDocumentError: it is not YAML, or not what the model says.
    """
    document, lines = _parsed(text)
    try:
        return model.model_validate(document), lines
    except ValidationError as error:
        problems = [
            lines.problem(details["loc"], in_words(details, model)) for details in error.errors()
        ]
    raise InvalidDocumentError(problems)


def _parsed(text: str) -> tuple[dict[str, Any], Lines]:
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise _broken(1, (), "the document is larger than 1 MiB")
    lines: dict[Path, int] = {}
    try:
        document = _document(YAML(typ="safe", pure=True).parse(text), lines)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise _broken(mark.line + 1 if mark else 1, (), said or "it is not YAML") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _broken(line, (), f"the character U+{error.character:04X} is not read") from None
    except YAMLError as error:
        raise _broken(1, (), str(error) or "it is not YAML") from None
    if not isinstance(document, dict):
        raise _broken(1, (), "expected a mapping of fields to values")
    return document, Lines(lines)


def _document(events: Iterator[Event], lines: dict[Path, int]) -> Any:
    """What the only document says; writes down where everything stands."""
    document = None
    for event in events:
        if isinstance(event, NodeEvent):
            if document is not None:
                raise _broken(_line(event), (), "there is a second document; leave it out")
            document = _value(event, events, (), lines)
    return document


def _value(event: Event, events: Iterator[Event], path: Path, lines: dict[Path, int]) -> Any:
    """What begins with an event: a dict, a list, text or None."""
    if len(path) > MAX_DEPTH:
        raise _broken(_line(event), path, f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(event, AliasEvent):
        raise _broken(_line(event), path, "aliases (*name) are not read; write it out")
    assert isinstance(event, ScalarEvent | CollectionStartEvent)
    if event.tag is not None:
        tag = str(event.tag).replace(_CORE, "!!")
        raise _broken(_line(event), path, f"tags such as {tag} are not read; leave it out")
    if isinstance(event, ScalarEvent):
        return None if event.style is None and event.value in _NULLS else event.value
    if isinstance(event, MappingStartEvent):
        return _fields(events, path, lines)
    return _items(events, path, lines)


def _items(events: Iterator[Event], path: Path, lines: dict[Path, int]) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        place = (*path, len(items))
        lines[place] = _line(event)
        items.append(_value(event, events, place, lines))
    return items


def _fields(events: Iterator[Event], path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        if not isinstance(event, ScalarEvent):
            raise _broken(_line(event), path, "a field's name is expected here, a single word")
        _value(event, events, path, lines)
        place = (*path, event.value)
        if place in lines:
            raise _broken(_line(event), path, f"{event.value} is there twice; leave one out")
        lines[place] = _line(event)
        fields[event.value] = _value(next(events), events, place, lines)
    return fields


def _line(event: Event) -> int:
    return event.start_mark.line + 1


def _broken(line: int, path: Path, message: str) -> InvalidDocumentError:
    return InvalidDocumentError([_problem(line, path, message)])


def _problem(line: int, path: Path, message: str) -> Problem:
    field = "".join(f"[{it}]" if isinstance(it, int) else f".{it}" for it in path)
    return Problem(line, _one_line(field.removeprefix(".")), _one_line(message))


def _one_line(text: str) -> str:
    """A text without line breaks and control characters, cut where it is long."""
    cut = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
    return " ".join("".join(it if it.isprintable() else " " for it in cut).split())
