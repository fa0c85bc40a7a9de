"""Runs the web application until it is stopped."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

SECONDS_TO_FINISH = 10
"""What is being answered when the server is told to stop gets this long."""


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


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then finish what has begun."""
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=SECONDS_TO_FINISH)
    uvicorn.Server(config).run(sockets=[listener])
