"""What pydantic finds wrong with a field, in words for the one who wrote it."""

import difflib
import functools
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_EXPECTED = {
    "tuple_type": "a list, such as [one, two]",
    "list_type": "a list, such as [one, two]",
    "string_type": "text",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number, and not so large a one",
    "int_from_float": "a whole number",
    "finite_number": "a number",
}


def in_words(details: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with a field of a model, and what would do."""
    kind, given, where = details["type"], details["input"], details["loc"]
    if kind in ("dict_type", "model_type"):
        named = ", ".join(fields(model, where))
        return f"expected fields{named and f' ({named})'} with values, not {_named(given)}"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, not {_named(given)}"
    match kind:
        case "extra_forbidden":
            return _unknown(str(where[-1]), fields(model, where[:-1]))
        case "missing":
            return f"{where[-1]} is missing"
        case "too_short":
            return "it is empty; give at least one"
        case "string_pattern_mismatch":
            return (
                f"{given!r} is no name; write up to 64 letters, digits, dots, dashes and "
                "underscores, with a letter or digit first"
            )
    said = details["msg"]
    if isinstance(given, str) and said.startswith("Input"):
        return f"i{said[1:]}, not {given}"
    return said


def fields(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Names of the fields, as written, of what stands at a path of keys and indices."""
    schema = _json_schema(model)
    parts = [schema]
    for step in path:
        parts = [below for part in parts for below in _below(part, step, schema)]
    return sorted({name for part in parts for name in part.get("properties", {})})


@functools.lru_cache(maxsize=8)
def _json_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _below(part: dict[str, Any], step: str | int, schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas of what may stand under a key or index."""
    if isinstance(step, int):
        below = [part.get("items")]
    else:
        named = part.get("properties", {}).get(step)
        below = [named or part.get("additionalProperties")]
        below += [] if named else part.get("patternProperties", {}).values()
    for one in below:
        for option in one.get("anyOf", [one]) if isinstance(one, dict) else []:
            name = option.get("$ref", "").rpartition("/")[2]
            yield schema["$defs"][name] if name else option


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{name} is no field here; {hint}"


def _named(given: object) -> str:
    match given:
        case None:
            return "nothing"
        case dict():
            return "fields"
        case list():
            return "a list"
    return str(given)
