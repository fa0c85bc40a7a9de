"""The web application: the page, the API and their documentation. Nothing comes from another host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from crohme import __version__
from crohme.web import errors
from crohme.web.limits import RequestLimits
from crohme.web.middleware import HeadAsGet, Hosts, Requests, SecurityHeaders
from crohme.web.networks import Networks
from crohme.web.routes import router

STATIC = Path(__file__).parent / "static"


def create_app(
    networks: Networks, limits: RequestLimits, cors: Sequence[str] = (), hosts: Sequence[str] = ("*",)
) -> FastAPI:
    """Put the application together.

    Args:
        networks: Networks. Closed with the application.
        limits: RequestLimits.
        cors: sequence of str. Origins whose pages may call the API.
        hosts: sequence of str. What the server answers for, see `Hosts`.

    Returns:
        FastAPI. `app.state.requests` is its `Requests`.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(networks.close)

    app = FastAPI(
        title="crohme",
        version=__version__,
        description="Handwritten mathematics in, LaTeX out.",
        docs_url=None,  # FastAPI's own pages load scripts from another host
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.networks = networks
    app.state.limits = limits
    errors.install(app)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    for path, file in (("/", "index.html"), ("/docs", "docs.html")):
        app.add_api_route(path, _page(file), include_in_schema=False)
    # From the inside out. Starlette's own stack stands within: what fails in it is answered in `Requests`.
    stack: ASGIApp = app.build_middleware_stack()
    app.state.requests = stack = Requests(stack)
    if cors:
        stack = CORSMiddleware(stack, list(cors), allow_methods=["GET", "POST"], allow_headers=["Content-Type"])
    app.middleware_stack = SecurityHeaders(Hosts(HeadAsGet(stack), hosts))
    return app


def _page(file: str) -> Callable[[], Coroutine[Any, Any, FileResponse]]:
    async def page() -> FileResponse:
        return FileResponse(STATIC / file)

    return page
