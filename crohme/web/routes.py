"""The API, version 1."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from latex2mathml.converter import convert
from starlette.concurrency import run_in_threadpool

from crohme import __version__
from crohme.ink.sources import check_extent
from crohme.notation import Node, SymbolTree, to_latex, to_mathml, to_text, to_typst
from crohme.notation.mathml_writer import text_of
from crohme.solver import Plot, Solution
from crohme.web import schemas
from crohme.web.bodies import (
    IMAGE,
    INKML,
    JSON,
    RequestBody,
    check_type,
    parse_expression,
    parse_function,
    parse_latex,
    parse_problem,
    parse_source,
)
from crohme.web.errors import ApiError
from crohme.web.limits import RequestLimits
from crohme.web.networks import Networks
from crohme.web.reader import TOP, Expression, Symbol
from inkml_parser import Ink

T = TypeVar("T")
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is no JSON or InkML, or the host is not one of this server's"},
    408: {"description": "The request did not arrive in time"},
    413: {"description": "Too many bytes, strokes or points"},
    415: {"description": "A content type or encoding that is not read"},
    422: {"description": "Nothing to recognise, or not what is asked for"},
    500: {"description": "Something went wrong in the server"},
    503: {"description": "Too busy, out of time, or no network for that; `Retry-After` says when to come back"},
}
for _response in ERRORS.values():
    _response["model"] = schemas.ErrorOut
GET_ERRORS: dict[int | str, dict[str, Any]] = {status: ERRORS[status] for status in (400, 408, 500)}
_INKML_EXAMPLE = (
    '<ink xmlns="http://www.w3.org/2003/InkML"><trace id="0">0 10, 20 10</trace><trace id="1">10 0, 10 20</trace></ink>'
)

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": schemas.Strokes.model_json_schema(), "example": {"strokes": schemas.PLUS}},
            "application/inkml+xml": {"schema": {"type": "string"}, "example": _INKML_EXAMPLE},
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(IMAGE)},
        },
    }
}
_SOLVE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": schemas.Problem.model_json_schema(), "example": {"latex": "x ^ { 2 } = 4"}},
            "application/inkml+xml": {"schema": {"type": "string"}},
        },
    }
}
_PLOT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": schemas.Function.model_json_schema(),
                "example": {"latex": "f ( x ) = x ^ { 2 } - 2"},
            }
        },
    }
}
_CONVERT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": schemas.Typed.model_json_schema(), "example": {"latex": "x ^ { 2 } = 4"}}
        },
    }
}

router = APIRouter(prefix="/v1")


def networks_of(request: Request) -> Networks:
    """The networks of the app that a request came to."""
    networks: Networks = request.app.state.networks
    return networks


def limits_of(request: Request) -> RequestLimits:
    """The limits of the app that a request came to."""
    limits: RequestLimits = request.app.state.limits
    return limits


AppNetworks = Annotated[Networks, Depends(networks_of)]
AppLimits = Annotated[RequestLimits, Depends(limits_of)]
Top = Annotated[int, Query(ge=1, le=TOP, description="The most answers to give.")]


def client_of(request: Request) -> str:
    """Between whom the workers are shared: addresses, or connections from this machine, where a proxy may run."""
    host, port = request.client or ("", 0)
    return f"{host}:{port}" if host in ("127.0.0.1", "::1") else host


Client = Annotated[str, Depends(client_of)]


@router.post(
    "/recognize",
    responses=ERRORS,
    response_model=schemas.Recognized,
    response_model_exclude_none=True,
    openapi_extra=_BODY,
)
async def recognize(
    request: Request, body: RequestBody, networks: AppNetworks, limits: AppLimits, client: Client, top: Top = 5
) -> Any:
    """Read a whole expression from strokes (JSON), InkML, or a picture, whose lines are traced into strokes.

    Clients take turns, and short expressions come before long ones.
    """
    check_type(body, JSON, INKML, IMAGE)
    source, fixed = await run_in_threadpool(parse_expression, body, limits)
    task = Expression(source, top, fixed)
    recognition = await _while_connected(request, networks.read(task, client=client, seconds=limits.seconds))
    readings = [
        {
            **_notations(reading.tree),
            "latex": reading.latex,
            "confidence": reading.confidence,
            "symbols": [
                {"label": s.label, "strokes": s.strokes, "doubtful": s.is_doubtful, "candidates": s.candidates}
                for s in reading.symbols
            ],
        }
        for reading in recognition.readings
    ]
    labels = {label for reading in recognition.readings for s in reading.symbols for label in (s.label, *s.candidates)}
    signs = {label: text_of(label) for label in sorted(labels)}
    return {"readings": readings, "signs": signs, "strokes": _strokes(recognition.ink, body.type)}


@router.post(
    "/symbol",
    responses=ERRORS,
    response_model=schemas.SymbolRecognized,
    response_model_exclude_none=True,
    openapi_extra=_BODY,
)
async def symbol(
    request: Request, body: RequestBody, networks: AppNetworks, limits: AppLimits, client: Client, top: Top = 5
) -> Any:
    """Tell which one symbol the strokes (JSON), the InkML or the picture shows.

    Symbols that wait at the same time go through the networks together.
    """
    check_type(body, JSON, INKML, IMAGE)
    item: Any = await run_in_threadpool(parse_source, body, limits)
    if not isinstance(item, Ink):
        item = await _while_connected(request, networks.read(Symbol(item), client=client, seconds=limits.seconds))
    if isinstance(item, Ink):
        check_extent(item)
    guesses = await _while_connected(request, networks.symbols.submit(item, limits.seconds))
    answers = [
        {
            "network": guess.network,
            "title": guess.title,
            "candidates": [
                {**_notations(SymbolTree((Node(label),))), "latex": label, "probability": probability}
                for label, probability in guess.candidates[:top]
            ],
        }
        for guess in guesses
    ]
    return {"networks": answers, "strokes": _strokes(item, body.type)}


@router.post("/solve", responses=ERRORS, response_model=schemas.Solved, openapi_extra=_SOLVE_BODY)
async def solve(request: Request, body: RequestBody, networks: AppNetworks, limits: AppLimits, client: Client) -> Any:
    """Compute, simplify or solve an expression: the LaTeX of a reading, strokes (JSON), or InkML.

    Each within a time limit; what takes long does not hold up the rest. What could mean more than one thing is not
    guessed at: the answer is 422 then, and says what is not understood.
    """
    check_type(body, JSON, INKML)
    asked = await run_in_threadpool(parse_problem, body, limits)
    problem = asked.problem
    if not isinstance(problem, SymbolTree):
        task = Expression(problem, 1)
        recognition = await _while_connected(request, networks.read(task, client=client, seconds=limits.seconds))
        problem = recognition.best.tree
    solving = networks.solver.solve(
        problem, context=asked.context, steps=asked.steps, client=client, seconds=limits.seconds
    )
    solution = await _while_connected(request, solving)
    return await run_in_threadpool(_solved, solution)


@router.post("/plot", responses=ERRORS, response_model=schemas.Plotted, openapi_extra=_PLOT_BODY)
async def plot(request: Request, body: RequestBody, networks: AppNetworks, limits: AppLimits, client: Client) -> Any:
    """Points of a function of one letter, with its gaps, and its roots and local extrema.

    Within the time limits of `/v1/solve`.
    """
    check_type(body, JSON)
    tree, low, high, context = await run_in_threadpool(parse_function, body)
    plotting = networks.solver.plot(tree, low, high, context=context, client=client, seconds=limits.seconds)
    found = await _while_connected(request, plotting)
    return await run_in_threadpool(_plotted, found)


@router.post("/convert", responses=ERRORS, response_model=schemas.Converted, openapi_extra=_CONVERT_BODY)
async def convert_latex(body: RequestBody) -> Any:
    """LaTeX in other notations."""
    check_type(body, JSON)
    tree = await run_in_threadpool(parse_latex, body)
    return {**_notations(tree), "latex": " ".join(to_latex(tree))}


def _notations(tree: SymbolTree) -> dict[str, str]:
    return {"mathml": to_mathml(tree, with_strokes=True), "text": to_text(tree), "typst": to_typst(tree)}


def _solved(solution: Solution) -> dict[str, Any]:
    return {
        "kind": solution.kind,
        "understood": _formula(solution.understood),
        "answers": [_formula(answer) for answer in solution.answers],
        "decimal": None if solution.decimal is None else _formula(solution.decimal),
        "notes": solution.notes,
        "steps": [{**_formula(step.latex), "text": step.text} for step in solution.steps],
        "defines": solution.defines,
    }


def _plotted(plot: Plot) -> dict[str, Any]:
    return {
        "understood": _formula(plot.understood),
        "variable": plot.variable,
        "parts": plot.parts,
        "marks": [{**_formula(mark.latex), "kind": mark.kind, "x": mark.x, "y": mark.y} for mark in plot.marks],
        "notes": plot.notes,
    }


@router.get("/health", responses=GET_ERRORS, response_model=schemas.Health)
async def health(networks: AppNetworks) -> Any:
    """Whether the server answers, and how many requests wait."""
    waiting = {name: queue.waiting for name, queue in networks.queues.items()}
    return {"status": "ok", "version": __version__, "waiting": waiting}


@router.get("/bundles", responses=GET_ERRORS, response_model=schemas.Bundles)
async def bundles(networks: AppNetworks) -> Any:
    """The trained networks that this server answers with, and their measured figures."""
    return {
        "bundles": [
            {
                "name": found.name,
                "network": found.network,
                "outputs": len(found.vocabulary),
                "metrics": found.metrics,
            }
            for found in networks.bundles
        ]
    }


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of some work, which is given up when the client goes away: it has newer ink by then."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ApiError(400, "gone", "The client went away.")
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


def _formula(latex: str) -> dict[str, str]:
    """LaTeX of the solver, which knows more of it than the recogniser's notation does."""
    return {"latex": latex, "mathml": convert(latex)}


def _strokes(item: Any, type_: str) -> list[list[list[float]]] | None:
    """The ink that was read from a file, for a page to draw."""
    return [stroke.tolist() for stroke in item.strokes] if isinstance(item, Ink) and type_ not in JSON else None
