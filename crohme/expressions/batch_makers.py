"""Training batches that other machines make: those who ask for chunks by number, over connections with a shared secret.

What goes over a connection is JSON and `batch_bytes`, never a pickle. A chunk is the same whoever makes it, so a run is
the same, too; and when a machine is lost, the others make what it had.
"""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from crohme import __version__
from crohme.bundle.provenance import hash_of
from crohme.child_processes import WorkerLost
from crohme.datasets.registry import open_data_set
from crohme.errors import CrohmeError
from crohme.expressions.recipe import Recipe
from crohme.expressions.vocabulary import Vocabulary
from crohme.training.batch import Batch
from crohme.training.batch_bytes import from_bytes
from crohme.types import Arrays

log = logging.getLogger(__name__)
KEY = "CROHME_KEY"
"""Variable of the environment with the secret that all machines share."""
SHORTEST_KEY = 16
LONGEST_TEXT = 2**20
LONGEST_CHUNK = 2**30
AHEAD = 2
"""Chunks that are asked for and not yet taken, of each machine: the queue is no longer than that."""
_FAILURES = (OSError, EOFError, ValueError, AuthenticationError)
Address = tuple[str, int]


class MakersError(CrohmeError):
    """A machine does not make the batches that it is asked for."""


@dataclass(frozen=True)
class Order:
    """What batches are made of, and how; all of it but the data goes to the machines that make them.

    Args:
        seed, size: int. See `expressions.batches.chunk`.
        recipe: Recipe. Its files and folders lie under the same paths on each machine.
        vocabulary: Vocabulary.
        data_sha256: str. Of all that they are made of, see `data_hash`.
    """

    seed: int
    size: int
    recipe: Recipe
    vocabulary: Vocabulary
    data_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """What `json` can write."""
        return {
            "crohme": __version__, "seed": self.seed, "size": self.size, "recipe": asdict(self.recipe),
            "alphabet": self.vocabulary.alphabet.entries, "data_sha256": self.data_sha256,
        }  # fmt: skip


def data_hash(folder: Path, recipe: Recipe) -> str:
    """The sha256 of what a data set has to train on, and of what a recipe adds to it."""
    opened = open_data_set(folder)
    added = [*recipe.drawn_folders, *([Path(recipe.texts)] if recipe.texts else [])]
    return hash_of([*opened.files(opened.training_split()), *added])


def secret() -> bytes:
    """The secret of `$CROHME_KEY`.

    Raises:
        MakersError: There is none, or a short one.
    """
    key = os.environ.get(KEY, "")
    if len(key) < SHORTEST_KEY:
        raise MakersError(f"set ${KEY} to the same secret of {SHORTEST_KEY} characters or more on all machines")
    return key.encode("utf-8", "surrogateescape")


def ordered(
    makers: Sequence[Address], order: Order, first: int
) -> Generator[tuple[int, list[Batch[Arrays]]], None, None]:
    """Chunks of batches without end, as `expressions.batches.stream` gives them, made by other machines.

    Args:
        makers: sequence of (host, port). Each makes every so manieth chunk.
        order: Order.
        first: int. Number of the first chunk.

    Raises:
        MakersError: A machine refuses: it has another version, other data, another secret, or cannot make them.
        WorkerLost: All machines are gone.
    """
    key, left, due = secret(), list(makers), first
    while left:
        with ExitStack() as connections:
            try:
                feeds = []
                for at, address in enumerate(left):
                    feeds.append(_Feed(address, key, order, due + at, len(left)))
                    connections.callback(feeds[-1].close)
                for feed in cycle(feeds):
                    yield due, feed.next()
                    due += 1
            except _Lost as lost:
                log.warning("%s; the others make its batches", lost)
                left.remove(lost.address)
    raise WorkerLost("no machine is left that makes batches.")


class _Lost(Exception):
    def __init__(self, address: Address, cause: BaseException) -> None:
        super().__init__(f"{address[0]}:{address[1]} is lost: {str(cause) or type(cause).__name__}")
        self.address = address


class _Feed:
    """Every so manieth chunk, of one machine."""

    def __init__(self, address: Address, key: bytes, order: Order, first: int, stride: int) -> None:
        self._address, self._stride = address, stride
        self._asked: deque[int] = deque()
        try:
            self._connection: Connection[bytes, bytes] = Client(address, "AF_INET", authkey=key)
        except AuthenticationError:
            raise MakersError(f"{address[0]}:{address[1]} has another ${KEY}") from None
        except (OSError, EOFError) as error:
            raise _Lost(address, error) from None
        self._send({**order.to_dict(), "stride": stride})
        if (answer := self._received(LONGEST_TEXT))[:1] != b"+":
            raise MakersError(answer[1:500].decode("utf-8", "replace"), f"{address[0]}:{address[1]}")
        for number in range(first, first + AHEAD * stride, stride):
            self._ask(number)

    def close(self) -> None:
        self._connection.close()

    def next(self) -> list[Batch[Arrays]]:
        number = self._asked.popleft()
        answer = self._received(LONGEST_CHUNK)
        self._ask((self._asked[-1] if self._asked else number) + self._stride)
        try:
            return from_bytes(answer[1:])
        except ValueError as error:
            raise _Lost(self._address, error) from None

    def _ask(self, number: int) -> None:
        self._send({"chunk": number})
        self._asked.append(number)

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._connection.send_bytes(json.dumps(message).encode())
        except _FAILURES as error:
            raise _Lost(self._address, error) from None

    def _received(self, longest: int) -> bytes:
        """What begins with + where all is well, and is the cause else."""
        try:
            return self._connection.recv_bytes(longest)
        except _FAILURES as error:
            raise _Lost(self._address, error) from None
