"""The web application: the page, the API and their documentation. Nothing comes from another host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crohme import __version__
from crohme.web import errors
from crohme.web.limits import RequestLimits
from crohme.web.networks import Networks
from crohme.web.routes import router

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def create_app(networks: Networks, limits: RequestLimits, cors: Sequence[str] = ()) -> FastAPI:
    """Put the application together.

    Args:
        networks: Networks. Closed with the application.
        limits: RequestLimits.
        cors: sequence of str. Origins whose pages may call the API.

    Returns:
        FastAPI.
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
    )
    app.state.networks = networks
    app.state.limits = limits
    errors.install(app)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    for path, file in (("/", "index.html"), ("/docs", "docs.html")):
        app.add_api_route(path, _page(file), include_in_schema=False)
    if cors:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(cors), allow_methods=["GET", "POST"], allow_headers=["Content-Type"]
        )
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """Adds `HEADERS` to every answer.

    Args:
        app: ASGI application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _page(file: str):
    async def page() -> FileResponse:
        return FileResponse(STATIC / file)

    return page
