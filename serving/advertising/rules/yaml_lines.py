"""YAML whose errors name the line."""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from graftnet_tf.errors import GraftNetError

MAX_BYTES = 1 << 20
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
      problems: All that was found, by line.
    """

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class _Constructor(RoundTripConstructor):
    """Leaves dates as they were written, so that a wrong one is told with its line."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


class Lines:
    """Where the fields of a document stand."""

    def __init__(self, document: Any):
        self._document = document

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """A problem at a path of keys and indices; steps that the document has not are skipped."""
        node, line, field = self._document, 1, ""
        for step in path:
            below = _below(node, step)
            if below is None:
                continue
            node, line = below
            field += f"[{step}]" if isinstance(step, int) else f"{field and '.'}{step}"
        return Problem(line, field, message)


def read_document(text: str, model: type[Model]) -> tuple[Model, Lines]:
    """Reads YAML into a model.

    Args:
      text: The document, at most 1 MiB.
      model: What it is to be; a mapping at its top.

    Raises:
      InvalidDocumentError: it is not YAML, or not what the model says.
    """
    document = _load(text)
    lines = Lines(document)
    try:
        return model.model_validate(document), lines
    except ValidationError as error:
        found = [
            lines.problem(details["loc"], _in_words(details, model)) for details in error.errors()
        ]
    raise InvalidDocumentError(sorted(found, key=lambda problem: problem.line))


def _load(text: str) -> Any:
    if len(text.encode()) > MAX_BYTES:
        raise InvalidDocumentError([Problem(1, "", "the document is larger than 1 MiB")])
    yaml = YAML()
    yaml.Constructor = _Constructor
    try:
        for event in yaml.parse(text):
            if isinstance(event, AliasEvent):
                mark = event.start_mark
                raise InvalidDocumentError(
                    [Problem(mark.line + 1, "", "aliases (*name) are not read; write it out")]
                )
        document = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join((error.problem or "not YAML").split()).partition(" with value ")[0]
        raise InvalidDocumentError([Problem(mark.line + 1 if mark else 1, "", said)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split()) or "too deeply nested"
        raise InvalidDocumentError([Problem(1, "", said)]) from None
    if not isinstance(document, Mapping):
        raise InvalidDocumentError([Problem(1, "", "expected a mapping of fields to values")])
    return document


def _below(node: Any, step: str | int) -> tuple[Any, int] | None:
    """What stands below a node under a key or index, and its line; None if nothing does."""
    marks = getattr(node, "lc", None)
    if isinstance(node, Mapping) and step in node and marks:
        return node[step], marks.key(step)[0] + 1
    if isinstance(node, list) and isinstance(step, int) and step < len(node) and marks:
        return node[step], marks.item(step)[0] + 1
    return None


def _in_words(details: Any, model: type[BaseModel]) -> str:
    given, where = details["input"], details["loc"]
    match details["type"]:
        case "extra_forbidden":
            known = _fields(model)
            near = difflib.get_close_matches(str(where[-1]), known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return f"{where[-1]} is no field here{hint}"
        case "missing":
            return f"{where[-1]} is missing"
        case "string_pattern_mismatch":
            return (
                f"{given!r} is no name; write up to 64 letters, digits, dots, dashes and "
                "underscores, with a letter or digit first"
            )
        case "too_short":
            return "it is empty; give at least one"
        case "date_from_datetime_parsing" | "date_parsing":
            return f"{given} is no date; write 2026-12-24"
    said = details["msg"]
    if isinstance(given, str | int | float | bool) and str(given) not in said:
        said = f"{said[:1].lower()}{said[1:]}, not {given!r}"
    return said


def _fields(model: type[BaseModel]) -> list[str]:
    """Every field's name as written, of a model and of those within it."""
    schema = model.model_json_schema(by_alias=True)
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
