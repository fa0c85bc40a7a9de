"""What comes in: request bodies, read no further than the limits allow, and the ink or picture in them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import numpy as np
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from crohme.expressions.fixed import FixedSymbol
from crohme.notation import Alphabet, LatexError, SymbolTree, from_latex
from crohme.notation.latex_commands import ALL_FUNCTIONS
from crohme.solver import Angle, read_latex
from crohme.solver.context import Context, read_definitions
from crohme.solver.problem import ALONE
from crohme.web.errors import ApiError
from crohme.web.limits import RequestLimits
from crohme.web.reader import Inkml, Picture, Source
from crohme.web.schemas import Function, Problem, Setting, Stroke, Strokes, Typed
from inkml_parser import Ink

JSON = frozenset({"application/json"})
INKML = frozenset({"application/inkml+xml", "application/xml", "text/xml"})
IMAGE = frozenset({"image/png", "image/jpeg", "image/webp"})
_MOST_KEYS = 100
_SHOWN = frozenset(Alphabet.whole().entries) | ALL_FUNCTIONS
"""What is converted: all labels of the notation, and functions by their names."""

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
        ApiError: 413 as soon as it is too large, 400 if it is empty or breaks off, 408 if it stalls, 415 if it is
            compressed.
    """
    limits: RequestLimits = request.app.state.limits
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ApiError(415, "unsupported_encoding", "The body is compressed; send it as it is.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    most = limits.max_picture_bytes if kind in IMAGE else limits.max_bytes
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise ApiError(413, "too_large", f"The body is larger than {most} bytes.")
    data = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
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
    _check_json(body.data)
    try:
        return model.model_validate_json(body.data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise ApiError(400, "malformed_json", "The body is not JSON.") from None
        place = ".".join(map(str, first["loc"])) or "body"
        raise ApiError(422, "invalid", f"{place}: {first['msg']}.") from None


def _check_json(data: bytes) -> None:
    """Refuse what Pydantic does not look at, keys that stand twice, of which it takes the last; and too many keys."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ApiError(400, "malformed_json", "The body is not JSON: it is not UTF-8.") from None
    try:
        json.loads(text, object_pairs_hook=_once, parse_int=len, parse_float=len)
    except _WrongKeys as error:
        raise ApiError(422, "invalid", f"{error}.") from None
    except (ValueError, RecursionError):
        raise ApiError(400, "malformed_json", "The body is not JSON.") from None


class _WrongKeys(Exception):
    """An object with a key that stands twice, or with more keys than any has: each would be an error of its own."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > _MOST_KEYS:
        raise _WrongKeys(f"An object has {len(pairs)} keys")
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise _WrongKeys(f"{key[:40]}: stands twice in one object")
        seen.add(key)


def parse_source(body: Body, limits: RequestLimits) -> Source:
    """The ink of a JSON body; InkML and pictures as they are, for a reader process to parse.

    Raises:
        ApiError: See `parse_json`; 413 for too many strokes or points; 422 without a stroke.
    """
    if body.type in INKML:
        return Inkml(body.data)
    if body.type in IMAGE:
        return Picture(body.data)
    return _as_ink(parse_json(body, Strokes).strokes, limits)


def parse_expression(body: Body, limits: RequestLimits) -> tuple[Source, tuple[FixedSymbol, ...]]:
    """The ink of a body, see `parse_source`, and what a JSON body says of some strokes.

    Raises:
        ApiError: See `parse_source`.
    """
    if body.type not in JSON:
        return parse_source(body, limits), ()
    given = parse_json(body, Strokes)
    fixed = tuple(FixedSymbol(tuple(symbol.strokes), symbol.label) for symbol in given.fixed)
    return _as_ink(given.strokes, limits), fixed


@dataclass(frozen=True)
class Asked:
    """A problem to solve.

    Args:
        problem: SymbolTree, or the source of its ink.
        context: Context. What earlier lines define, and the unit of angles.
        steps: bool. Whether the way to the answer is wanted.
    """

    problem: SymbolTree | Source
    context: Context = ALONE
    steps: bool = False


def parse_problem(body: Body, limits: RequestLimits) -> Asked:
    """What is to be solved: the tree of a body with LaTeX, else its ink.

    Raises:
        ApiError: See `parse_source`.
        LatexError: LaTeX outside of the recogniser's vocabulary.
        NotUnderstood: A definition that is none.
    """
    if body.type in INKML:
        return Asked(Inkml(body.data))
    given = parse_json(body, Problem)
    source = _as_ink(given.strokes or [], limits) if given.latex is None else read_latex(given.latex)
    return Asked(source, _context(given), given.steps)


def parse_function(body: Body) -> tuple[SymbolTree, float, float, Context]:
    """What is to be plotted, its range, and what holds for it.

    Raises:
        ApiError: See `parse_json`.
        LatexError: LaTeX outside of the recogniser's vocabulary.
        NotUnderstood: A definition that is none.
    """
    given = parse_json(body, Function)
    return read_latex(given.latex), given.low, given.high, _context(given)


def _context(given: Setting) -> Context:
    return read_definitions(map(read_latex, given.definitions), Angle(given.angle))


def parse_latex(body: Body) -> SymbolTree:
    """The tree of a body with LaTeX that is to be shown: all that the recogniser writes, or else that can be solved.

    Raises:
        ApiError: See `parse_json`.
        LatexError: LaTeX outside of the notation.
    """
    latex = parse_json(body, Typed).latex
    try:
        return from_latex(latex, _SHOWN)
    except LatexError:
        return read_latex(latex)


def _as_ink(strokes: list[Stroke], limits: RequestLimits) -> Ink:
    if not strokes:
        raise ApiError(422, "nothing_to_recognise", "Nothing to recognise.")
    if len(strokes) > limits.max_strokes:
        raise ApiError(413, "too_large", f"{len(strokes)} strokes, more than {limits.max_strokes}.")
    points = sum(map(len, strokes))
    if points > limits.max_points:
        raise ApiError(413, "too_large", f"{points} points, more than {limits.max_points}.")
    return Ink(tuple(np.array(stroke, dtype=np.float64) for stroke in strokes))
