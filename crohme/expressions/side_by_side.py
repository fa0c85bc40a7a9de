"""Several expressions read side by side: what all of them ask of the network next is answered at once.

Reading an expression is a generator that yields what it asks, is sent the answers, and returns what was read. One that
has ended makes room for the next.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from crohme.errors import let_go
from crohme.expressions.protocol import BatchedNetwork, ExpressionNetwork, Read
from crohme.types import Float32Array

T = TypeVar("T")
AT_ONCE = 16
"""Expressions: with more, their hypotheses no longer fit into the cache, and nothing is gained."""
_FEWEST = 4  # that begin at once, so that they are encoded at once
_AHEAD = 4 * AT_ONCE  # expressions that are begun while the first of them is not yet read
_MOST_CELLS = 100_000  # tokens times strokes that are read at once: what is seen of each stroke takes 136 bytes


class Encode(NamedTuple):
    """Strokes to encode, see `ExpressionNetwork.encode`."""

    ink: Float32Array


Request = Encode | Read[Any, Any]
Steps = Generator[Request, Any, T]
"""Asks the network, is sent what it answers, and returns what was read."""


class Outcome(NamedTuple, Generic[T]):
    """What has become of an expression.

    Args:
        found: what was read, or the exception that ended it.
        seconds: float. How long it took, and its share of what was done for several at once.
    """

    found: T | Exception
    seconds: float


def alone(network: ExpressionNetwork, steps: Steps[T]) -> T:
    """What one expression reads as, or raise what ends it."""
    (outcome,) = side_by_side(network, [steps])
    if isinstance(outcome.found, Exception):
        raise outcome.found
    return outcome.found


def side_by_side(
    network: ExpressionNetwork, readings: Iterable[Steps[T]], at_once: int = AT_ONCE
) -> Iterator[Outcome[T]]:
    """What becomes of each of some expressions, in their order; what ends one of them leaves the others alone.

    Args:
        network: ExpressionNetwork. What a `BatchedNetwork` is asked at once, others are asked one after the other.
        readings: iterable. Taken as there is room for them, a few ahead.
        at_once: int. The most that are read side by side.
    """
    batched = network if isinstance(network, BatchedNetwork) else None  # asked once: to ask takes microseconds
    waiting = iter(readings)
    begun, running = deque[_Reading[T]](), list[_Reading[T]]()
    while True:
        room = min(at_once - len(running), _AHEAD - len(begun))
        taken = 0
        if room >= _FEWEST or not running:
            for steps in islice(waiting, room):
                taken += 1
                one = _Reading(steps)
                one.go_on()
                begun.append(one)
                if one.request is not None:
                    running.append(one)
        while begun and (outcome := begun[0].outcome) is not None:
            begun.popleft()
            yield outcome
        if running:
            _answer(network, batched, running)
            running = [one for one in running if one.request is not None]
        elif taken < room:  # all that were begun may have ended at once, and others wait all the same
            return


@dataclass(eq=False)
class _Reading(Generic[T]):
    """An expression that is being read.

    `request` is what it asks, None once it has ended; then there is the `outcome`.
    """

    steps: Steps[T]
    request: Request | None = None
    outcome: Outcome[T] | None = None
    seconds: float = field(default=0.0)

    def go_on(self, answer: Any = None) -> None:
        """Go on to the next request, with the answer to this one; an exception is raised where it was asked."""
        began = time.perf_counter()
        ended: Any = None
        self.request = None
        try:
            self.request = self.steps.throw(answer) if isinstance(answer, Exception) else self.steps.send(answer)
        except StopIteration as stop:
            ended = stop.value
        except Exception as error:
            let_go(error)
            ended = error
        self.seconds += time.perf_counter() - began
        if self.request is None:
            self.outcome, ended = Outcome(ended, self.seconds), None  # else an error would hold itself


def _answer(network: ExpressionNetwork, batched: BatchedNetwork | None, running: Sequence[_Reading[Any]]) -> None:
    """Answer the requests, and go on."""
    for together in _groups(running):
        began = time.perf_counter()
        answers = _answers(network, batched, [one.request for one in together])
        share = (time.perf_counter() - began) / len(together)
        for one, answer in zip(together, answers, strict=True):
            one.seconds += share
            one.go_on(answer)


def _groups(running: Sequence[_Reading[Any]]) -> Iterator[list[_Reading[Any]]]:
    """Those that are answered together: they ask the same, and no more than fits into memory."""
    encoding = [one for one in running if isinstance(one.request, Encode)]
    if encoding:
        yield encoding
    group, cells = list[_Reading[Any]](), 0
    for one in running:
        if isinstance(one.request, Read):
            size = one.request.anchors.size
            if group and cells + size > _MOST_CELLS:
                yield group
                group, cells = [], 0
            group.append(one)
            cells += size
    if group:
        yield group


def _answers(network: ExpressionNetwork, batched: BatchedNetwork | None, requests: Sequence[Any]) -> Sequence[Any]:
    """An answer, or the exception that there is instead, to each of some requests of one kind."""
    if batched is not None:
        try:
            if isinstance(requests[0], Encode):
                return batched.encode_many([request.ink for request in requests])
            return batched.read_many(requests)
        except Exception as error:
            if len(requests) == 1:
                return [error]
            # So that it is clear whose fault it is.
            return [_answers(network, batched, [request])[0] for request in requests]
    return [_own_answer(network, request) for request in requests]


def _own_answer(network: ExpressionNetwork, request: Request) -> Any:
    try:
        return network.encode(request.ink) if isinstance(request, Encode) else network.read(*request)
    except Exception as error:
        return error
