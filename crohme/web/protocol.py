"""HTTP/1.1 as uvicorn speaks it, less patient: the head of a request must arrive in time, and errors are JSON.

A client that closes its side of the connection after the request (`nc -N`, some proxies) is answered.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from crohme.web.errors import ApiError, answer
from crohme.web.middleware import HEADERS

_LINGER_SECONDS = 2.0
_LONGEST_HEAD = 16 * 1024  # bytes
MAX_CHUNKS = 50_000
"""Of a body. Each takes as long as many kilobytes, and holds up everybody: these take half a second."""
_BEGINNING = b"HTTP/1.1 "
"""What every answer begins with."""
_FIRST_PROBE = 0.05  # seconds; each is followed by one after twice the time

_ABSOLUTE = re.compile(rb"(?i)https?://([^/?]*)(.*)")


class _Connection(h11.Connection):
    """Gives up on a body that comes in crumbs, and on a head that is too long or says two things about its body.

    `sent_ahead` counts the bytes of the next answer that have been sent already.
    """

    chunks = 0
    sent_ahead = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What has come next."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.chunks = 0
            return _as_asked(event)
        elif isinstance(event, h11.Data):
            self.chunks += 1
            if self.chunks > MAX_CHUNKS:
                raise h11.RemoteProtocolError("too many chunks", error_status_hint=413)
        return event

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        """The bytes of an event, in parts, but for those sent ahead."""
        parts = super().send_with_data_passthrough(event)
        if parts and self.sent_ahead:
            parts, self.sent_ahead = [b"".join(parts)[self.sent_ahead :]], 0
        return parts


def _as_asked(request: h11.Request) -> h11.Request:
    """A request whose target is a path; one to a proxy, `GET http://host/path`, is to that host, as HTTP has it.

    Raises:
        h11.RemoteProtocolError: The head is too long, though it came in one piece; or there are two lengths of the
            body, of which another server on the way may have believed the other.
    """
    names = {name for name, _ in request.headers}
    if len(request.target) + sum(len(name) + len(value) + 4 for name, value in request.headers) > _LONGEST_HEAD:
        raise h11.RemoteProtocolError("the head is too long", error_status_hint=431)
    if {b"content-length", b"transfer-encoding"} <= names:
        raise h11.RemoteProtocolError("two lengths of the body")
    if (absolute := _ABSOLUTE.fullmatch(request.target)) is None:
        return request
    others = [(name, value) for name, value in request.headers if name != b"host"]
    path = absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
    return h11.Request(
        method=request.method,
        target=path,
        headers=[(b"host", absolute[1]), *others],
        http_version=request.http_version,
    )


class HttpProtocol(H11Protocol):
    """One connection. uvicorn waits for ever for the rest of a head, and for a body that nobody wants any more."""

    head_seconds: ClassVar[float] = 10.0
    _timer: asyncio.TimerHandle | None = None
    _is_refused = False
    _is_half_closed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn: _Connection = _Connection(h11.SERVER, _LONGEST_HEAD)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take data, and see what is waited for then."""
        if not self._is_refused:
            super().data_received(data)
            self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what has been asked, though the client sends no more; returns whether there is anything."""
        self._is_half_closed = True
        return not self._is_refused and self._goes_on()

    def on_response_complete(self) -> None:
        """Go on with the next request, unless there can be none."""
        super().on_response_complete()
        if self._is_half_closed and not self.transport.is_closing() and not self._goes_on():
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._forget()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or in too many parts."""
        if self.conn.chunks > MAX_CHUNKS:
            self._refuse(ApiError(413, "too_large", f"The body comes in more than {MAX_CHUNKS} chunks."))
            return
        self._refuse(ApiError(400, "bad_request", "Not an HTTP request that can be read."))

    def _goes_on(self) -> bool:
        """Whether an answer is due to a client that sends no more. Half a request is refused here."""
        if self.conn.their_state is h11.SEND_BODY:
            self._refuse(ApiError(400, "empty_body", "The body breaks off."))
        elif self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(ApiError(400, "bad_request", "The request breaks off."))
        is_due = self.conn.our_state in (h11.SEND_RESPONSE, h11.SEND_BODY)
        if is_due:
            self._probe(_FIRST_PROBE)
        return is_due

    def _probe(self, seconds: float) -> None:
        """Send the answer's first bytes ahead, one by one. If the client has gone, the second cannot be sent.

        Both look alike at first, and nobody is to be read for who has gone.
        """
        self._forget()
        if self.transport.is_closing() or self.conn.our_state is not h11.SEND_RESPONSE:
            return
        sent = self.conn.sent_ahead
        if sent < len(_BEGINNING):
            self.conn.sent_ahead += 1
            self.transport.write(_BEGINNING[sent : sent + 1])
            self._timer = self.loop.call_later(seconds, self._probe, 2 * seconds)

    def _watch(self) -> None:
        is_unwanted = self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY
        if self.transport.is_closing() or not (self.conn.their_state is h11.IDLE or is_unwanted):
            self._forget()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self._time_is_up)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        self._timer = None
        if not self.conn.trailing_data[0] and self.conn.their_state is h11.IDLE:
            self.transport.close()  # nothing was asked: browsers open connections ahead of need
            return
        self._refuse(ApiError(408, "timed_out", "The request did not arrive in time."))

    def _refuse(self, error: ApiError) -> None:
        self._forget()
        if self.cycle is not None:  # whoever reads the body hears that there is no more of it
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not self.transport.is_closing() and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            response = answer(error, {**HEADERS, "Connection": "close"})
            reason = HTTPStatus(error.status).phrase.encode()
            head = h11.Response(status_code=error.status, headers=response.raw_headers, reason=reason)
            for event in (head, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
            if self.transport.can_write_eof():
                # Closed at once, with data unread, the connection would be reset before the answer is read.
                self._is_refused = True
                with suppress(OSError):  # whoever has gone needs no answer
                    self.transport.write_eof()
                    self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)
                    return
        self.transport.close()
