"""Errors as answers: one clear line under `detail`, whatever went wrong."""

import logging

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.dependencies import gateway_of
from serving.advertising.recognition.recognizer import UnavailableError, UnfitSnapshotError

_WAIT = {"Retry-After": "5"}


def refuse(status: int, detail: str, *, retry_after: float | None = None) -> HTTPException:
    """An answer with an error status; `retry_after` is in seconds."""
    headers = None if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    return HTTPException(status, detail, headers)


def install(app: FastAPI) -> None:
    """Has an application answer every error in this way."""
    app.add_exception_handler(RequestValidationError, _wrong_fields)
    app.add_exception_handler(UnfitSnapshotError, _unfit)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(DBAPIError, _no_store)
    app.add_exception_handler(GraftNetError, _mistake)
    app.add_exception_handler(Exception, _fault)


async def _wrong_fields(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:])
    return JSONResponse({"detail": f"{where or 'The body'}: {first['msg']}."}, 422)


async def _unfit(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 400)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    logging.warning("%s", error)
    return JSONResponse({"detail": "The model server gives no answer now."}, 503, _WAIT)


async def _no_store(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    logging.warning("The store does not answer: %s", " ".join(str(error.orig).split()))
    gateway_of(request).metrics.errors.inc()
    return JSONResponse({"detail": "The store gives no answer now."}, 503, _WAIT)


async def _mistake(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 400)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    gateway_of(request).metrics.errors.inc()
    return JSONResponse({"detail": f"A fault of the service ({type(error).__name__})."}, 500)
