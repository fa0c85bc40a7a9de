"""A machine that makes training batches for others, see `expressions.batch_makers`."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

from crohme import __version__
from crohme.child_processes import worker_pool
from crohme.errors import CrohmeError
from crohme.expressions import batches
from crohme.expressions.batch_makers import AHEAD, LONGEST_TEXT, Address, data_hash
from crohme.expressions.recipe import Recipe
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet
from crohme.training.batch_bytes import to_bytes
from crohme.training.experiment import take

log = logging.getLogger(__name__)


class BatchServer:
    """Makes chunks of batches for whoever knows the secret.

    It holds as many as its processes make ahead, and those that were asked for last: several machines that train one
    network ask for the same ones.

    Args:
        folder: Path. The data set.
        address: (host, port). Where it listens; port 0 is one that is free, see `address`.
        key: bytes. The secret.
        workers: int. Processes.
    """

    def __init__(self, folder: Path, address: Address, key: bytes, workers: int) -> None:
        self._folder, self._key, self._workers = folder, key, workers
        self._listener = Listener(address, "AF_INET", backlog=16)
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._pools = ExitStack()
        self._order: dict[str, Any] | None = None
        self._made: OrderedDict[int, Future[bytes]] = OrderedDict()

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._listener.address
        return host, port

    def serve(self) -> None:
        """Answer until the process is interrupted, which ends what it has started."""
        with closing(self._listener), self._pools:
            while True:
                connection = self._listener.accept()
                threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: Connection[bytes, bytes]) -> None:
        with closing(connection):
            try:
                deliver_challenge(connection, self._key)
                answer_challenge(connection, self._key)
                order = json.loads(connection.recv_bytes(LONGEST_TEXT))
                stride = int(order.pop("stride"))
                self._begin(order)
                connection.send_bytes(b"+")
                while True:
                    number = int(json.loads(connection.recv_bytes(LONGEST_TEXT))["chunk"])
                    connection.send_bytes(b"+" + self._chunk(order, number, stride))
            except BrokenProcessPool:
                log.warning("a process that made batches has ended: there may be too little memory")
                self._order = None  # whoever comes next has new ones
            except AuthenticationError:
                log.warning("refused a connection with another secret")
            except (OSError, EOFError):  # whoever asked is gone
                pass
            except Exception as error:  # told to whoever asked; the others are served on
                cause = str(error) if isinstance(error, CrohmeError) else f"{type(error).__name__}: {error}"
                log.warning("%s", cause)
                try:
                    connection.send_bytes(b"-" + cause.encode("utf-8", "replace"))
                except OSError:
                    pass

    def _begin(self, order: dict[str, Any]) -> None:
        """Start processes that make what is asked for, unless they run."""
        if order["crohme"] != __version__:
            raise CrohmeError(f"it has another version, {__version__}")
        with self._lock:
            if order == self._order:
                return
            recipe: Recipe = take({"recipe": order["recipe"]}, {"recipe": Recipe()}, "order")["recipe"]
            if data_hash(self._folder, recipe) != order["data_sha256"]:
                raise CrohmeError("it has other data, or other texts or drawings")
            vocabulary = Vocabulary(Alphabet(order["alphabet"]))
            self._pools.close()
            self._made.clear()
            self._pool = self._pools.enter_context(
                worker_pool(self._workers, batches.prepare, (self._folder, recipe, vocabulary))
            )
            self._order = order
            log.info("making batches of %d expressions, seed %d", order["size"], order["seed"])

    def _chunk(self, order: dict[str, Any], number: int, stride: int) -> bytes:
        with self._lock:
            if order != self._order or self._pool is None:
                raise CrohmeError("it makes other batches now")
            for ahead in range(number, number + (AHEAD + self._workers) * stride, stride):
                if ahead not in self._made:
                    self._made[ahead] = self._pool.submit(_packed, order["seed"], ahead, order["size"])
                self._made.move_to_end(ahead)
            while len(self._made) > 2 * (AHEAD + self._workers):
                self._made.popitem(last=False)[1].cancel()
            made = self._made[number]
        return made.result()


def _packed(seed: int, number: int, size: int) -> bytes:
    return to_bytes(batches.make(seed, number, size))
