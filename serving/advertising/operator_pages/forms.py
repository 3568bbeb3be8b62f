"""Forms, read in memory and checked by models."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, StringConstraints, ValidationError

from graftnet_tf.errors import GraftNetError
from serving.http_service.body import read_body
from serving.http_service.refusal import refuse

Form = TypeVar("Form", bound=BaseModel)
_MEDIA_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
"""A line of text without spaces around it."""


def _words(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _or_none(value: object) -> object:
    return None if value == "" else value


Words = BeforeValidator(_words)
"""Marks a field as words apart by commas or spaces."""

OrNone = BeforeValidator(_or_none)
"""Marks a field that is None where it is left empty."""


async def read_form(request: Request, limit: int) -> dict[str, str]:
    """The fields of a form; the last one counts of those that share a name.

    Args:
      request: A request whose body nobody has read.
      limit: Most bytes.

    Raises:
      HTTPException: 415 for another encoding, multipart among them, which would be spooled to
        disk; 413 beyond the limit; 400 if it cannot be read.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != _MEDIA_TYPE:
        raise refuse(415, f"The body is no form; send {_MEDIA_TYPE}.")
    body = await read_body(request, limit)
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise refuse(400, "The form cannot be read; send UTF-8 with few fields.") from None
    return {name: value.replace("\r\n", "\n") for name, value in fields}


def checked(form: type[Form], fields: Mapping[str, Any]) -> Form:
    """The fields of a form as its model.

    Raises:
      GraftNetError: with the first field that does not fit, and why.
    """
    try:
        return form.model_validate(dict(fields))
    except ValidationError as error:
        raise GraftNetError(_in_words(error)) from None


def checked_json(form: type[Form], body: bytes) -> Form:
    """A JSON body as its model.

    Raises:
      GraftNetError: as `checked`.
    """
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise GraftNetError(_in_words(error)) from None


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    message = first["msg"].rstrip(".")
    if not first["loc"]:
        return f"{message[:1].upper()}{message[1:]}."
    field = str(first["loc"][0]).replace("_", " ")
    name = f"{field[:1].upper()}{field[1:]}"
    match first["type"]:
        case "string_pattern_mismatch":
            return (
                f"{name}: {first['input']!r} does not fit; write up to 64 letters, digits, dots, "
                "dashes and underscores, with a letter or digit first."
            )
        case "missing":
            return f"{name} is empty; fill it in."
    for subject in ("Input ", "String "):
        if message.startswith(subject):
            return f"{name} {message.removeprefix(subject)}."
    return f"{name}: {message}."
