"""Malformed requests of every route, against the application in this process.

Most are valid requests with a few bytes, values, headers, or the method or path changed. A failure is a 500, an error
that is no JSON, an answer without the security headers, or a hang.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from harness import main

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from crohme.ink.export import symbol_to_png  # noqa: E402
from crohme.web import solving  # noqa: E402
from crohme.web.app import create_app  # noqa: E402
from crohme.web.limits import RequestLimits  # noqa: E402
from crohme.web.middleware import HEADERS  # noqa: E402
from crohme.web.networks import Networks, choose_bundles  # noqa: E402
from crohme.web.server import hosts_of  # noqa: E402
from inkml_parser import Ink  # noqa: E402

ALLOWED = ()
LIMIT = 60.0
"""Seconds for one request: the server's own limit is 30."""
LIMITS = RequestLimits(max_bytes=50_000, max_picture_bytes=50_000, max_strokes=12, max_points=2000, body_seconds=1.0)
BUNDLES: list[str | Path] = []
"""Used in place of the shipped ones."""
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW", "")
PATHS = (
    "/", "/docs", "/openapi.json", "/static/main.js", "/static/../app.py", "/static/", "/v1/health", "/v1/bundles",
    "/v1", "/v1/recognize/", "//v1/recognize", "/v1/recognize\0", "/v1/%2e%2e/", "/é", "*",
)  # fmt: skip
TYPES = (
    "application/json", "application/inkml+xml", "text/xml", "image/png", "image/jpeg", "text/plain", "",
    "APPLICATION/JSON", "application/json; charset=utf-16", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded", "\xff",
)  # fmt: skip
HEADERS_TO_ADD = (
    ("content-encoding", "gzip"), ("content-encoding", ""), ("content-length", "1"), ("content-length", "999999999999"),
    ("content-length", "-1"), ("content-length", "x"), ("content-length", "²"), ("host", "evil.example"), ("host", ""),
    ("host", "[::1"), ("origin", "null"), ("range", "bytes=0-1"), ("range", "bytes=9-1,x"), ("if-none-match", "*"),
    ("if-modified-since", "yesterday"), ("accept", "text/html"), ("expect", "100-continue"), ("cookie", "a=" * 500),
)  # fmt: skip
QUERIES = (
    "top=1",
    "top=0",
    "top=",
    "top=1&top=2",
    "top=9999999999999999999999",
    "top=\0",
    "&&&",
    "=",
    "%zz",
    "top=1e3",
)
LATEX = (
    "1 + 1", "x ^ { 2 } = 4", r"\frac { 1 } { 0 }", r"\sqrt { - 1 }", r"\int x d x", r"\sum _ { i = 1 } ^ { 3 } i",
    "x + y = 3 , x - y = 1", r"\lim _ { x \rightarrow 0 } \frac { \sin x } { x }", "| x | = 1", "2 ^ { 1 0 0 }",
    "( ( 1 ) )", r"\forall x", "x !", "1 2 3 . 4 5", "x \\lt 3",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, "1", "", [], {}, 0, -1, 1e6, 1e7, -1e308, 10**30, [[]], [[[]]], {"x": 1}, "\ud800", "\0",
    [0, 0], [[0, 0]],
)  # fmt: skip
TOKENS = [token for latex in LATEX for token in latex.split()] + ["{", "}", "\\left", "$", "\\", "&", "%", "~", "'"]
EXTRA_BYTES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\\",
    b"NaN",
    b"1e999",
    b"\0",
    b"\xff",
    b"<",
    b"&a;",
    b"]]>",
    b"<!DOCTYPE",
)


@dataclass(frozen=True)
class Call:
    """A request: how it is addressed, its headers, and its body in the parts in which it arrives."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    parts: tuple[bytes, ...]
    is_broken_off: bool


def make(rng: np.random.Generator) -> Call:
    """A valid request, changed here and there."""
    path = f"/v1/{rng.choice(['recognize', 'recognize', 'symbol', 'symbol', 'solve', 'plot'])}"
    kind, body = _body(rng, path)
    method, query = "POST", ""
    headers = [("host", "localhost"), ("content-type", kind)]
    if rng.random() < 0.4:
        body = _mutated(rng, body)
    if rng.random() < 0.08:
        headers[1] = ("content-type", str(rng.choice(TYPES)))
    if rng.random() < 0.08:
        headers.append(HEADERS_TO_ADD[rng.integers(len(HEADERS_TO_ADD))])
    if rng.random() < 0.05:
        path = str(rng.choice(PATHS))
    if rng.random() < 0.05:
        method = str(rng.choice(METHODS))
    if rng.random() < 0.05:
        query = str(rng.choice(QUERIES))
    cuts = sorted(rng.integers(0, len(body) + 1, rng.integers(0, 3)).tolist())
    parts = tuple(body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True))
    return Call(method, path, query, tuple(headers), parts, bool(rng.random() < 0.02))


def attempt(call: Call) -> str | None:
    """Make the call; the outcome is its status."""
    status, headers, body = asyncio.run(_answer(call))
    if status == 0:
        assert call.is_broken_off, "no answer"
        return "gone"
    assert status != 500, body
    for name, value in HEADERS.items():
        assert headers.get(name.lower()) == value, f"{status} without {name}"
    if status >= 400 and call.method != "HEAD":
        error = json.loads(body)["error"]
        assert error.keys() == {"code", "message"}, error
        assert "Traceback" not in error["message"] and '.py"' not in error["message"], error
    if status == 503:
        assert int(headers["retry-after"]) > 0
    return str(status)


async def _answer(call: Call) -> tuple[int, dict[str, str], bytes]:
    parts = list(call.parts)
    status, headers, body = 0, {}, b""
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts) or call.is_broken_off}
        if not call.is_broken_off:
            await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            body += message.get("body", b"")

    scope = {
        "type": "http", "method": call.method, "path": call.path, "raw_path": call.path.encode(), "root_path": "",
        "scheme": "http", "query_string": call.query.encode(), "server": ("localhost", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in call.headers],
        "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    await _app()(scope, receive, send)
    over.set()
    return status, headers, body


def _body(rng: np.random.Generator, path: str) -> tuple[str, bytes]:
    """Content type and content of a valid body."""
    strokes = [rng.normal(0, 20, (rng.integers(2, 9), 2)).round(1).tolist() for _ in range(rng.integers(1, 4))]
    kind = rng.random()
    if path in ("/v1/solve", "/v1/plot") and kind < 0.7:
        latex = str(rng.choice(LATEX)).split()
        if rng.random() < 0.5:
            for _ in range(rng.integers(1, 3)):
                latex.insert(
                    rng.integers(len(latex) + 1), str(rng.choice(TOKENS)) * int(rng.choice([1, 1, 1, 40, 300]))
                )
        value: Any = {"latex": " ".join(latex)}
        if rng.random() < 0.5:
            lines = [str(rng.choice(["a = 3", "f ( x ) = a x", "a =", "x", *LATEX])) for _ in range(rng.integers(1, 4))]
            more = {"definitions": lines, "angle": str(rng.choice(["degrees", "radians", ""]))}
            range_ = {"low": float(rng.normal(0, 10)), "high": float(rng.choice([0, 10, 1e6, 1e7]))}
            value |= more | ({"steps": True} if path == "/v1/solve" else range_)
            value = _changed(rng, value) if rng.random() < 0.3 else value
        return "application/json", json.dumps(value).encode()
    if kind < 0.85:
        value = {"strokes": strokes}
        if rng.random() < 0.5:
            value = _changed(rng, value)
        return "application/json", json.dumps(value).encode()
    if kind < 0.95 or path in ("/v1/solve", "/v1/plot"):
        traces = "".join(f"<trace>{', '.join(f'{x} {y}' for x, y in stroke)}</trace>" for stroke in strokes)
        return "application/inkml+xml", f'<ink xmlns="http://www.w3.org/2003/InkML">{traces}</ink>'.encode()
    return "image/png", symbol_to_png(Ink.from_arrays(strokes))


def _changed(rng: np.random.Generator, value: Any) -> Any:
    """A JSON value of which some part is another."""
    if rng.random() < 0.2 or not isinstance(value, list | dict) or not value:
        return VALUES[rng.integers(len(VALUES))]
    value = value.copy()
    key = str(rng.choice(list(value))) if isinstance(value, dict) else int(rng.integers(len(value)))
    what = rng.random()
    if what < 0.1 and isinstance(value, list):
        return value * int(rng.choice([2, 20, 300]))
    if what < 0.2 and isinstance(value, dict):
        value[str(rng.choice(["latex", "top", "Strokes", ""]))] = VALUES[rng.integers(len(VALUES))]
        return value
    value[key] = _changed(rng, value[key])
    return value


def _mutated(rng: np.random.Generator, body: bytes) -> bytes:
    """Bytes with some taken out, put in, doubled or cut off."""
    for _ in range(rng.integers(1, 4)):
        at, to = sorted(rng.integers(0, len(body) + 1, 2).tolist())
        what = rng.integers(5)
        if what == 0:
            body = body[:at] + EXTRA_BYTES[rng.integers(len(EXTRA_BYTES))] * int(rng.choice([1, 1, 2000])) + body[at:]
        elif what == 1:
            body = body[:at] + body[min(to, at + 8) :]
        elif what == 2:
            body = body[:to] + body[at:]
        elif what == 3:
            body = body[:at]
        else:
            body = body[:at] + rng.bytes(1) + body[at + 1 :]
        body = body[:200_000]
    return body


@cache
def _app() -> Any:
    solving.QUICK_SECONDS, solving.SECONDS = (0.2,), 0.4  # what takes longer tells no more
    networks = Networks(*choose_bundles(BUNDLES), LIMITS)
    atexit.register(networks.close)
    return create_app(networks, LIMITS, hosts=hosts_of("127.0.0.1"))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    raise SystemExit(main(__doc__, make, attempt, ALLOWED, limit=LIMIT))
