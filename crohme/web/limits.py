"""How much one request, and all of them together, may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from crohme.ink.sources import MAX_STROKES


@dataclass(frozen=True)
class RequestLimits:
    """Caps that keep the server answering.

    Args:
        max_bytes: int. Body of a request. Defaults to 1 MiB, some 50,000 points as JSON.
        max_picture_bytes: int. The same of a picture; photographs of telephones have some 4 MiB.
        max_strokes: int. Defaults to what the recogniser takes.
        max_points: int. Of all strokes together. The longest expression of CROHME has 6,581.
        max_coordinate: float. Largest absolute value of X and Y in JSON.
        max_waiting: int. Requests in one queue; of one more, the last in order is answered 503.
        seconds: float. Time for a request to wait and be answered.
        body_seconds: float. Time for a body to arrive.
        header_seconds: float. Time for the head of a request to arrive.
        stop_seconds: float. Time to finish what has begun when the server is told to stop.
    """

    max_bytes: int = 1024 * 1024
    max_picture_bytes: int = 12 * 1024 * 1024
    max_strokes: int = MAX_STROKES
    max_points: int = 50_000
    max_coordinate: float = 1e6
    max_waiting: int = 128
    seconds: float = 30.0
    body_seconds: float = 30.0
    header_seconds: float = 10.0
    stop_seconds: float = 5.0
