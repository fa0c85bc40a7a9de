"""Runs the web application until it is stopped."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from crohme.web.protocol import HttpProtocol


def listen(host: str, port: int) -> socket.socket:
    """A socket on which a server can be run.

    Args:
        host: str. Name or address.
        port: int. 0 for any that is free.

    Raises:
        OSError: No such host, or the port is taken.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()  # so that who connects before the server runs is kept waiting, not turned away
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a browser finds the page."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def hosts_of(host: str) -> list[str]:
    """What a server that listens on `host` answers for: this machine's own names, and `host`."""
    own = ["localhost", "127.0.0.1", "::1", host]
    return [*own, socket.gethostname()] if host in ("", "0.0.0.0", "::") else own


class Server(uvicorn.Server):
    """A server that leaves no request without an answer when it is stopped.

    Args:
        app: FastAPI. See `crohme.web.app.create_app`.
    """

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state
        limits = app.state.limits
        config = uvicorn.Config(
            app,
            http=type("Protocol", (HttpProtocol,), {"head_seconds": limits.header_seconds}),
            ws="none",
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=round(limits.stop_seconds) + 5,
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turn away what waits, finish what has begun or cut it short, then close."""
        self._state.networks.stop()
        finishing = asyncio.ensure_future(self._state.requests.finish(self._state.limits.stop_seconds))
        await super().shutdown(sockets)
        await finishing


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then finish what has begun."""
    Server(app).run(sockets=[listener])
