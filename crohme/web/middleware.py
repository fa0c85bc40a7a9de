"""What surrounds every answer: security headers, the hosts that are answered for, HEAD, failures, the end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crohme.web.errors import ApiError, answer, internal, stopping

log = logging.getLogger(__name__)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


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


class Hosts:
    """Answers only for these hosts, so that no page of another name that points here can call the API.

    Args:
        app: ASGI application.
        hosts: collection of str. Names and addresses without a port, `*.name` for all below a name, `*` for any. The
            address that a connection was made to is always one of them.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self._hosts = {_canonical(host) for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and not self._is_known(scope):
            error = ApiError(400, "unknown_host", "This server does not answer for that host; see --allow-host.")
            await answer(error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        if "*" in self._hosts:
            return True
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1:
            return False
        host = _canonical(_without_port(named[0]))
        reached_at = scope.get("server")
        if reached_at is not None and host == _canonical(reached_at[0]):
            return True
        _, *above = host.split(".")
        return host in self._hosts or any(f"*.{'.'.join(above[i:])}" in self._hosts for i in range(len(above)))


class HeadAsGet:
    """Answers HEAD as GET, without the body.

    Args:
        app: ASGI application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, send_head)
        else:
            await self.app(scope, receive, send)


class Requests:
    """Knows the requests in flight: answers 500 for one that fails, 503 for one that is cut short at the end.

    Args:
        app: ASGI application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        task = asyncio.ensure_future(self.app(scope, receive, send_and_note))
        self._tasks.add(task)
        try:
            await task
        except asyncio.CancelledError:
            task.cancel()
            if not self._is_over:
                raise
            error = stopping()
        except Exception as unknown:
            log.error("%s %s failed", scope["method"], scope["path"], exc_info=unknown)
            error = internal()
        else:
            return
        finally:
            self._tasks.discard(task)
        if not has_begun:
            await answer(error)(scope, receive, send)

    async def finish(self, seconds: float) -> None:
        """Give what is in flight some time, then cut it short with 503."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        self._is_over = True
        for task in self._tasks:
            task.cancel()


def _canonical(host: str) -> str:
    """A name, or an address in the one way of many to write it that browsers use, too."""
    plain = host.strip().rstrip(".").lower().strip("[]")
    if ":" not in plain:
        return plain
    try:
        return str(ipaddress.IPv6Address(plain))
    except ValueError:
        return plain


def _without_port(host: str) -> str:
    """A Host header without its port: `[::1]:8000`, `localhost:8000`."""
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdecimal() or not port) and not (":" in name and "]" not in name) else host
