"""Every answer that is not the one hoped for, in one JSON shape: `{"error": {"code", "message"}}`."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from crohme.bundle import BundleError
from crohme.image_files import ImageError
from crohme.notation import NotationError
from crohme.recognizer import NothingToRecognize
from crohme.solver import NoAnswer, NotUnderstood, SolverError, SolverMissing
from inkml_parser import EmptyInk, InkError, InvalidInk, OversizedInk

log = logging.getLogger(__name__)
RETRY_AFTER = "2"
"""Seconds that a client turned away from a full queue is asked to wait."""


class ApiError(Exception):
    """An answer with an error status.

    Args:
        status: int. HTTP status.
        code: str. What went wrong, for programs.
        message: str. The same for people; names no path of the server.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def install(app: FastAPI) -> None:
    """Make the app answer every error in the one shape."""
    for kind in (ApiError, InkError, ImageError, NotationError, BundleError, SolverError):
        app.add_exception_handler(kind, _answer_known)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unknown)


def as_api_error(error: Exception) -> ApiError:
    """What a client is told of an error. The most particular class comes first."""
    match error:
        case ApiError():
            return error
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
    raise error


def _verb(cause: str) -> str:
    return cause if cause.startswith(("is ", "has ")) else f"is blank ({cause})"


def _sentence(cause: str) -> str:
    return f"{cause[:1].upper()}{cause[1:]}."


async def _answer_known(_: Request, error: Exception) -> JSONResponse:
    known = as_api_error(error)
    return answer(known.status, known.code, known.message)


async def _answer_http(_: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    return answer(error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", error.headers)


async def _answer_unknown(_: Request, error: Exception) -> JSONResponse:
    return answer(500, "internal", "Something went wrong here; the server's log says what.")


def answer(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as JSON."""
    headers = dict(headers or {})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
