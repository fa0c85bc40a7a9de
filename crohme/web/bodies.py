"""What comes in: request bodies, read no further than the limits allow, and the ink or picture in them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, TypeVar

import numpy as np
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from crohme.notation import SymbolTree
from crohme.solver import read_latex
from crohme.web.errors import ApiError
from crohme.web.limits import RequestLimits
from crohme.web.schemas import Problem, Stroke, Strokes
from inkml_parser import Ink, Limits, read

JSON = frozenset({"application/json"})
INKML = frozenset({"application/inkml+xml", "application/xml", "text/xml"})
IMAGE = frozenset({"image/png", "image/jpeg", "image/webp"})

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Body:
    """The body of a request.

    Args:
        type: str. Its content type, without parameters.
        data: bytes.
    """

    type: str
    data: bytes


async def read_body(request: Request) -> Body:
    """Read the body as it streams in.

    Raises:
        ApiError: 413 as soon as it is too large, 400 if it is empty or breaks off, 408 if it stalls.
    """
    limits: RequestLimits = request.app.state.limits
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    most = limits.max_picture_bytes if kind in IMAGE else limits.max_bytes
    data = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for chunk in request.stream():
                data += chunk
                if len(data) > most:
                    raise ApiError(413, "too_large", f"The body is larger than {most} bytes.")
    except TimeoutError:
        raise ApiError(408, "timed_out", "The body did not arrive in time.") from None
    except ClientDisconnect:
        raise ApiError(400, "empty_body", "The body breaks off.") from None
    if not data:
        raise ApiError(400, "empty_body", "The request has no body.")
    return Body(kind, bytes(data))


RequestBody = Annotated[Body, Depends(read_body)]


def check_type(body: Body, *accepted: frozenset[str]) -> None:
    """Refuse other types with 415.

    Raises:
        ApiError: 415.
    """
    known = sorted(set().union(*accepted))
    if body.type not in known:
        given = body.type or "none"
        raise ApiError(415, "unsupported_type", f"Content type {given}; what can be read: {', '.join(known)}.")


def parse_json(body: Body, model: type[Model]) -> Model:
    """The body as a model.

    Raises:
        ApiError: 400 if it is not JSON, 422 if it is not what the model describes.
    """
    try:
        return model.model_validate_json(body.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise ApiError(400, "malformed_json", "The body is not JSON.") from None
        place = ".".join(map(str, first["loc"])) or "body"
        raise ApiError(422, "invalid", f"{place}: {first['msg']}.") from None


def parse_ink(body: Body, limits: RequestLimits) -> Ink:
    """The ink of a JSON or InkML body.

    Raises:
        ApiError: See `parse_json`; 413 for too many strokes or points; 422 without a stroke.
        InkError: InkML that cannot be used.
    """
    if body.type in INKML:
        caps = Limits(max_bytes=limits.max_bytes, max_strokes=limits.max_strokes, max_points=limits.max_points)
        return read(body.data, limits=caps)
    return _as_ink(parse_json(body, Strokes).strokes, limits)


def parse_problem(body: Body, limits: RequestLimits) -> SymbolTree | Ink:
    """What is to be solved: the tree of a body with LaTeX, else its ink.

    Raises:
        ApiError, InkError: See `parse_ink`.
        LatexError: LaTeX outside of the recogniser's vocabulary.
    """
    if body.type in INKML:
        return parse_ink(body, limits)
    problem = parse_json(body, Problem)
    return _as_ink(problem.strokes, limits) if problem.latex is None else read_latex(problem.latex)


def _as_ink(strokes: list[Stroke], limits: RequestLimits) -> Ink:
    if not strokes:
        raise ApiError(422, "nothing_to_recognise", "Nothing to recognise.")
    if len(strokes) > limits.max_strokes:
        raise ApiError(413, "too_large", f"{len(strokes)} strokes, more than {limits.max_strokes}.")
    points = sum(map(len, strokes))
    if points > limits.max_points:
        raise ApiError(413, "too_large", f"{points} points, more than {limits.max_points}.")
    return Ink(tuple(np.array(stroke, dtype=np.float64) for stroke in strokes))
