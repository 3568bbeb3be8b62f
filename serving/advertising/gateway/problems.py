"""Errors as answers: one clear line under `detail`, whatever went wrong."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException as AnyHTTPException

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.dependencies import gateway_of
from serving.advertising.operator_pages.rendering import problem_page
from serving.advertising.recognition.recognizer import UnavailableError

_PAGES = ("/operator", "/notice")
_WAIT = {"Retry-After": "5"}


def wants_page(request: Request) -> bool:
    """Whether a browser asks for one of the pages, not a script or a device for data."""
    of_pages = request.url.path.startswith(_PAGES) or request.url.path == "/"
    return of_pages and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Has an application answer every error in this way; on its pages, with one of them."""
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _wrong_fields)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(DBAPIError, _no_store)
    app.add_exception_handler(GraftNetError, _mistake)
    app.add_exception_handler(Exception, _fault)


def _answer(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    if wants_page(request):
        return problem_page(status, detail, headers)
    return JSONResponse({"detail": detail}, status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    return _answer(request, error.status_code, error.detail, error.headers)


async def _wrong_fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:])
    return _answer(request, 422, f"{where or 'The body'}: {first['msg']}.")


async def _unavailable(request: Request, error: Exception) -> Response:
    logging.warning("%s", error)
    return _answer(request, 503, "The model server gives no answer now.", _WAIT)


async def _no_store(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    logging.warning("The store does not answer: %s", " ".join(str(error.orig).split()))
    gateway_of(request).metrics.errors.inc()
    return _answer(request, 503, "The store gives no answer now.", _WAIT)


async def _mistake(request: Request, error: Exception) -> Response:
    return _answer(request, 400, str(error))


async def _fault(request: Request, error: Exception) -> Response:
    gateway_of(request).metrics.errors.inc()
    return _answer(request, 500, f"A fault of the service ({type(error).__name__}).")
