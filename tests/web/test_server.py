"""The server on a real socket: impatient, whole in its errors, and no request without an answer at the end."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from crohme.notation import from_latex
from crohme.recognition import Reading, Recognition
from crohme.web import protocol, server
from crohme.web.app import create_app
from crohme.web.limits import RequestLimits
from crohme.web.middleware import HEADERS
from inkml_parser import Ink

LIMITS = RequestLimits(max_bytes=10_000, header_seconds=0.3, body_seconds=0.6, stop_seconds=1.0)
READ = Recognition(Ink.from_arrays([np.eye(2)]), (Reading("x", 0.5, from_latex("x")),))


class SlowNetworks:
    """Networks whose readers answer when they are let go."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.given_up = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.queues: dict[str, object] = {}
        self.is_stopped = self.is_closed = False

    async def read(self, task: object, **_: object) -> Recognition:
        self.asked.release()
        try:
            while not self.let_go.is_set():
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.given_up.release()
            raise
        return READ

    def stop(self) -> None:
        self.is_stopped = True

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def running() -> Iterator[SimpleNamespace]:
    """A server, where it listens, and a way to stop it."""
    networks = SlowNetworks()
    listener = server.listen("127.0.0.1", 0)
    address = listener.getsockname()
    running = server.Server(create_app(networks, LIMITS, hosts=server.hosts_of("127.0.0.1")))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()

    def stop() -> None:
        running.should_exit = True

    yield SimpleNamespace(address=address, networks=networks, stop=stop, thread=thread)
    networks.let_go.set()
    stop()
    thread.join(60)
    assert not thread.is_alive()


def connect(running: SimpleNamespace) -> socket.socket:
    return socket.create_connection(running.address, timeout=60)


def received(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def error_of(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer, which must be JSON and have the security headers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    for name, value in HEADERS.items():
        assert f"{name}: {value}".lower() in lines
    assert "content-type: application/json" in lines
    return int(lines[0].split()[1]), json.loads(body)["error"]["code"]


def post(headers: str, body: bytes = b"") -> bytes:
    return f"POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode() + body


NOTHING = b"GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
INK = b'{"strokes": [[[0, 0], [9, 9]]]}'
WHOLE = post(f"Content-Type: application/json\r\nContent-Length: {len(INK)}\r\nConnection: close\r\n", INK)


@pytest.mark.parametrize("head", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_half_a_head_times_out(running: SimpleNamespace, head: bytes) -> None:
    connection = connect(running)
    connection.sendall(head)
    assert error_of(received(connection)) == (408, "timed_out")


def test_who_is_gone_when_half_a_head_times_out_leaves_no_connection(
    running: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peer may go between two writes: the socket has no end to close then."""

    def gone(_: object) -> None:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr("asyncio.selector_events._SelectorSocketTransport.write_eof", gone)
    connection = connect(running)
    connection.settimeout(5)
    connection.sendall(b"G")
    assert error_of(received(connection)) == (408, "timed_out")


def test_a_head_that_trickles_in_times_out(running: SimpleNamespace) -> None:
    connection = connect(running)
    connection.sendall(b"GET / HTTP/1.1\r\n")
    with pytest.raises(OSError):
        for _ in range(2000):
            connection.sendall(b"X: y\r\n")
            time.sleep(0.02)
    connection.close()


def test_a_connection_that_asks_nothing_is_closed(running: SimpleNamespace) -> None:
    assert received(connect(running)) == b""


def test_a_second_head_times_out_too(running: SimpleNamespace) -> None:
    connection = connect(running)
    connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    connection.sendall(b"GET / HT")
    assert error_of(received(connection)) == (408, "timed_out")


@pytest.mark.parametrize("sent", ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"])
def test_a_body_that_does_not_come_times_out(running: SimpleNamespace, sent: str) -> None:
    connection = connect(running)
    connection.sendall(post(f"Content-Type: application/json\r\n{sent}Connection: close\r\n"))
    assert error_of(received(connection)) == (408, "timed_out")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",  # TLS
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 1_000_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",  # in one piece
        b"GET /" + b"y" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        post("Content-Length: many\r\n"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n"),
        post("Transfer-Encoding: chunked\r\n", b"no length\r\n"),
        b"hello\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_json(running: SimpleNamespace, nonsense: bytes) -> None:
    connection = connect(running)
    connection.sendall(nonsense)
    assert error_of(received(connection)) == (400, "bad_request")


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://localhost/v1/health", "localhost", 200), ("HTTP://LOCALHOST:80/v1/health?x", "evil.example", 200),
        ("https://127.0.0.1/v1/health", "", 200), ("http://localhost", "localhost", 200),
        ("http://localhost?x=/", "localhost", 200), ("http://evil.example/v1/health", "localhost", 400),
        ("http://localhost@evil.example/v1/health", "localhost", 400), ("http:///v1/health", "localhost", 400),
        ("http://localhost/nothing", "localhost", 404), ("ftp://localhost/v1/health", "localhost", 404),
        ("localhost/v1/health", "localhost", 404),
    ],
)  # fmt: skip
def test_a_target_with_its_host(running: SimpleNamespace, target: str, host: str, status: int) -> None:
    """As proxies are asked: the host of the target counts, whatever the header says."""
    connection = connect(running)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert received(connection).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("is_chunked", [False, True])
def test_who_sends_too_much_is_told_so(running: SimpleNamespace, is_chunked: bool) -> None:
    connection = http.client.HTTPConnection(*running.address, timeout=60)
    body = b" " * 2_000_000
    sent = iter([body[:1_000_000], body[1_000_000:]]) if is_chunked else body
    connection.request("POST", "/v1/recognize", sent, {"Content-Type": "application/json"}, encode_chunked=is_chunked)
    response = connection.getresponse()
    assert (response.status, json.load(response)["error"]["code"]) == (413, "too_large")
    connection.close()


def test_a_body_in_crumbs_is_refused_and_a_streamed_one_is_not(
    running: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing a chunk costs as much as parsing a kilobyte, and a picture has room for millions."""
    monkeypatch.setattr(protocol, "MAX_CHUNKS", 100)
    head = post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n")
    connection = connect(running)
    connection.sendall(head + b"1\r\n \r\n" * 101)
    answer = received(connection)
    assert error_of(answer) == (413, "too_large") and b"more than 100 chunks" in answer
    running.networks.let_go.set()
    connection = connect(running)
    connection.sendall(head + b"1\r\n \r\n" * 99 + b"%x\r\n%s\r\n0\r\n\r\n" % (len(INK), INK))
    assert received(connection).startswith(b"HTTP/1.1 200")


def test_a_body_that_nobody_wants_is_not_read_for_ever(running: SimpleNamespace) -> None:
    connection = connect(running)
    connection.sendall(post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"))
    with pytest.raises(OSError):
        for _ in range(2000):
            connection.sendall(b"3E8\r\n" + b" " * 1000 + b"\r\n")
            time.sleep(0.02)
    connection.close()


def test_who_goes_away_is_not_read_for(running: SimpleNamespace) -> None:
    connection = connect(running)
    connection.sendall(WHOLE)
    assert running.networks.asked.acquire(timeout=60)
    connection.close()
    assert running.networks.given_up.acquire(timeout=60)


def half_closed(running: SimpleNamespace, sent: bytes) -> socket.socket:
    """A connection whose client sends no more, as after `nc -N`."""
    connection = connect(running)
    connection.sendall(sent)
    connection.shutdown(socket.SHUT_WR)
    return connection


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
@pytest.mark.parametrize("seconds", [0.0, 0.7])
def test_who_sends_no_more_after_a_request_is_answered(
    running: SimpleNamespace, version: bytes, seconds: float
) -> None:
    """At once, or after some bytes of the answer were sent ahead to see whether anybody is there."""
    connection = half_closed(running, WHOLE.replace(b"HTTP/1.1", b"HTTP/" + version, 1))
    assert running.networks.asked.acquire(timeout=60)
    time.sleep(seconds)
    running.networks.let_go.set()
    head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and json.loads(body)["readings"][0]["latex"] == "x"


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        (b"", []),
        (b"GET /v1/health HTTP/1.1\r\nHost: local", [(400, "bad_request")]),
        (WHOLE[:-5], [(400, "empty_body")]),
        (post("Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n", b"5\r\n[[[["), [(400, "empty_body")]),
        (NOTHING * 2, [(404, "not_found")] * 2),
        (NOTHING + b"GE", [(404, "not_found"), (400, "bad_request")]),
        (NOTHING + WHOLE[:-5], [(404, "not_found"), (400, "empty_body")]),
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk", "two", "one and a half", "one and half a body"],
)  # fmt: skip
def test_who_sends_no_more_is_answered_for_each_request(
    running: SimpleNamespace, sent: bytes, codes: list[tuple[int, str]]
) -> None:
    answers = received(half_closed(running, sent)).split(b"HTTP/1.1 ")
    assert answers.pop(0) == b""
    assert [error_of(b"HTTP/1.1 " + answer) for answer in answers] == codes


def test_who_sends_no_more_and_goes_is_not_read_for(running: SimpleNamespace) -> None:
    connection = half_closed(running, WHOLE)
    assert running.networks.asked.acquire(timeout=60)
    assert not running.networks.given_up.acquire(timeout=0.3)
    connection.close()
    assert running.networks.given_up.acquire(timeout=60)


def test_at_the_end_what_is_in_flight_is_finished(running: SimpleNamespace) -> None:
    connection = connect(running)
    connection.sendall(WHOLE)
    assert running.networks.asked.acquire(timeout=60)
    running.stop()
    while not running.networks.is_stopped:
        time.sleep(0.01)
    running.networks.let_go.set()
    head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and json.loads(body)["readings"][0]["latex"] == "x"
    running.thread.join(60)
    assert running.networks.is_closed


def test_at_the_end_what_does_not_finish_is_told_so(running: SimpleNamespace) -> None:
    reading, uploading = connect(running), connect(running)
    reading.sendall(WHOLE)
    assert running.networks.asked.acquire(timeout=60)
    running.stop()
    uploading.sendall(WHOLE[:-5])
    answer = received(reading)
    assert error_of(answer) == (503, "stopping") and b"retry-after: " in answer.lower()
    uploading.close()
    running.thread.join(60)
    assert running.networks.is_closed
