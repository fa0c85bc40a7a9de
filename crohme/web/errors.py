"""Every answer that is not the one hoped for, in one JSON shape: `{"error": {"code", "message"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from crohme.bundle import BundleError
from crohme.child_processes import WorkerLost
from crohme.errors import CrohmeError
from crohme.expressions.fixed import FixedSymbolError
from crohme.expressions.recognizer import NoReading
from crohme.ink.image_files import ImageError
from crohme.ink.sources import NothingToRecognize
from crohme.notation import NotationError
from crohme.solver import NoAnswer, NotUnderstood, SolverError, SolverMissing
from inkml_parser import EmptyInk, InkError, InvalidInk, OversizedInk

log = logging.getLogger(__name__)
RETRY_AFTER = (1, 2, 60)
"""Seconds that a client that is turned away is asked to wait: at least, if nothing is known, at most."""


class ApiError(CrohmeError):
    """An answer with an error status.

    Args:
        status: int. HTTP status.
        code: str. What went wrong, for programs.
        message: str. The same for people; names no path of the server.
        retry_after: int or None. Seconds after which to try again, for status 503.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def stopping() -> ApiError:
    """What is said while the server stops."""
    return ApiError(503, "stopping", "The server is about to stop.")


def internal() -> ApiError:
    """What is said of an error that nobody thought of."""
    return ApiError(500, "internal", "Something went wrong here; the server's log says what.")


def install(app: FastAPI) -> None:
    """Make the app answer every error in the one shape."""
    for kind in (ApiError, InkError, FixedSymbolError, ImageError, NotationError, BundleError, SolverError, WorkerLost):
        app.add_exception_handler(kind, _answer_known)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_parameter)
    app.add_exception_handler(Exception, _answer_unknown)


def as_api_error(error: Exception) -> ApiError:
    """What a client is told of an error. The most particular class comes first."""
    match error:
        case ApiError():
            return error
        case NoReading():
            return ApiError(422, "no_reading", "Whatever it is, it could not be read.")
        case NothingToRecognize() | EmptyInk():
            return ApiError(422, "nothing_to_recognise", "Nothing to recognise.")
        case OversizedInk():
            return ApiError(413, "too_large", _sentence(error.cause))
        case InvalidInk():
            return ApiError(422, "unusable_ink", _sentence(error.cause))
        case InkError():
            return ApiError(400, "malformed_ink", f"Not InkML that can be read: {error.cause}.")
        case ImageError():
            return ApiError(422, "unusable_image", f"The picture cannot be used: it {_verb(error.cause)}.")
        case FixedSymbolError():
            return ApiError(422, "invalid", _sentence(error.cause))
        case NotationError():
            return ApiError(422, "not_understood", _sentence(str(error)))
        case NotUnderstood():
            return ApiError(422, "not_understood", _sentence(str(error)))
        case NoAnswer():
            return ApiError(422, "no_answer", _sentence(str(error)))
        case SolverMissing():
            return ApiError(503, "no_solver", "This server has no solver.")
        case BundleError():
            # The message names folders of this machine: it is for the log.
            log.error("%s", error)
            return ApiError(503, "no_network", "This server has no network for that.")
        case WorkerLost():
            log.error("%s", error)
            return ApiError(503, "worker_lost", "The process that was working on it has ended; try again.")
    raise error


def _verb(cause: str) -> str:
    return f"is blank ({cause})" if cause.startswith("nothing") else cause


def _sentence(cause: str) -> str:
    return f"{cause[:1].upper()}{cause[1:]}."


async def _answer_known(_: Request, error: Exception) -> JSONResponse:
    return answer(as_api_error(error))


async def _answer_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = headers.get("Allow", "GET").replace("GET", "GET, HEAD")
    return answer(ApiError(error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}."), headers)


async def _answer_parameter(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return answer(ApiError(422, "invalid", f"{'.'.join(map(str, first['loc']))}: {first['msg']}."))


async def _answer_unknown(_: Request, error: Exception) -> JSONResponse:
    return answer(internal())


def answer(error: ApiError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as JSON."""
    headers = dict(headers or {})
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        least, usual, most = RETRY_AFTER
        headers["Retry-After"] = str(usual if error.retry_after is None else min(max(error.retry_after, least), most))
    return JSONResponse({"error": {"code": error.code, "message": error.message}}, error.status, headers)
