"""What a server answers with: trained networks, each loaded once, and the solver; each behind its own queue."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from crohme import bundle
from crohme.bundle import Bundle, BundleError
from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.recognizer import BOTH, SymbolRecognizer
from crohme.types import Image
from crohme.web import reader
from crohme.web.batching import Batcher
from crohme.web.limits import RequestLimits
from crohme.web.pool import Pool
from crohme.web.reader import TOP, Expression, Symbol
from crohme.web.solving import Solver
from crohme.web.worker import ProcessWorker
from inkml_parser import Ink

SYMBOLS_AT_ONCE = 32


@dataclass(frozen=True)
class SymbolGuess:
    """What one network, or the mean of several, says of a symbol.

    Args:
        network: str. `symbol_lstm`, `symbol_cnn` or `both`.
        candidates: tuple of (label, probability), best first.
    """

    network: str
    candidates: tuple[tuple[str, float], ...]


class SymbolNetworks:
    """The networks of isolated symbols, side by side. Built when first used: some need Keras.

    Args:
        bundles: sequence of Bundle. Of symbol networks with one vocabulary; may be empty.

    Raises:
        BundleError: Bundles with different vocabularies.
    """

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        self.bundles = tuple(bundles)
        for other in self.bundles[1:]:
            if other.vocabulary != self.bundles[0].vocabulary:
                raise BundleError(f"{other.path} and {self.bundles[0].path} have different classes")

    @cached_property
    def _recognizers(self) -> dict[str, SymbolRecognizer]:
        if not self.bundles:
            raise BundleError("no bundle of isolated symbols")
        return {part.network: SymbolRecognizer([part]) for part in self.bundles}

    def guess(self, items: Sequence[Ink | Image]) -> list[tuple[SymbolGuess, ...]]:
        """The guesses of each network on each item, all items at once. Pictures are for the CNN alone.

        Raises:
            BundleError: There is no network, or none for pictures.
        """
        guesses: list[tuple[SymbolGuess, ...]] = [()] * len(items)
        for is_picture in (False, True):
            chosen = [i for i, item in enumerate(items) if isinstance(item, np.ndarray) is is_picture]
            if chosen:
                for i, guess in zip(chosen, self._guess_alike([items[i] for i in chosen], is_picture), strict=True):
                    guesses[i] = guess
        return guesses

    def _guess_alike(self, items: Sequence[Any], is_picture: bool) -> list[tuple[SymbolGuess, ...]]:
        if is_picture:
            if "symbol_cnn" not in self._recognizers:
                raise BundleError("no bundle of isolated symbols that reads pictures")
            answers = {"symbol_cnn": self._recognizers["symbol_cnn"].from_pictures(np.stack(items))}
        else:
            strokes = StrokeBatch.from_symbols([ink.strokes for ink in items])
            answers = {name: one.from_strokes(strokes) for name, one in self._recognizers.items()}
            if len(answers) > 1:
                answers["both"] = np.mean(list(answers.values()), axis=0)
        return [
            tuple(SymbolGuess(name, self._best(probabilities[i])) for name, probabilities in answers.items())
            for i in range(len(items))
        ]

    def _best(self, probabilities: np.ndarray) -> tuple[tuple[str, float], ...]:
        classes = self.bundles[0].vocabulary
        ranked = np.argsort(-probabilities, kind="stable")[:TOP]
        return tuple((classes[label], float(probabilities[label])) for label in ranked)


class Networks:
    """All that a server recognises with: readers, symbol networks and the solver, each behind its own queue.

    Args:
        expressions: Bundle. Of whole expressions.
        symbols: sequence of Bundle. Of isolated symbols.
        limits: RequestLimits.
        readers: int or None. Processes that read ink and pictures, at least two. None for one per core.

    Raises:
        BundleError: `expressions` is a bundle of another kind, or symbol bundles do not agree.
    """

    def __init__(
        self, expressions: Bundle, symbols: Sequence[Bundle], limits: RequestLimits, readers: int | None = None
    ) -> None:
        Recognizer(expressions)  # raises here what each reader would raise
        self.bundles = (expressions, *symbols)
        symbol_networks = SymbolNetworks(symbols)
        capacity, seconds = limits.max_waiting, limits.seconds
        count = max(readers or _cores(), 2)  # even on one core: one is kept for what is quick
        workers = [ProcessWorker(reader.start, (expressions.path.resolve(), limits)) for _ in range(count)]
        self.readers = Pool(workers, capacity=capacity, seconds=seconds, name="reader")
        self.symbols: Batcher[Ink | Image, tuple[SymbolGuess, ...]] = Batcher(
            symbol_networks.guess, largest=SYMBOLS_AT_ONCE, capacity=capacity, name="symbols"
        )
        self.solver = Solver(_cores() + 1, capacity=capacity, seconds=seconds)

    async def read(self, task: Expression | Symbol, *, client: Hashable, seconds: float) -> Any:
        """What a reader process makes of a task, see `Reader`.

        Raises:
            InkError, ImageError: What was sent cannot be used.
            ApiError: See `Pool.submit`.
        """
        return await self.readers.submit(task, cost=reader.cost_of(task), client=client, seconds=seconds)

    def stop(self) -> None:
        """Turn away what waits and what comes; what has begun goes on."""
        for queue in self.queues.values():
            queue.stop()

    def close(self) -> None:
        """Break off what has begun, and end all processes."""
        self.stop()
        for queue in self.queues.values():
            queue.close()

    @property
    def queues(self) -> dict[str, Pool | Batcher]:
        """All queues by name."""
        return {"readers": self.readers, "symbols": self.symbols, "solver": self.solver.pool}


def choose_bundles(chosen: Iterable[str | Path]) -> tuple[Bundle, list[Bundle]]:
    """The bundles of a server: those that were asked for, and for all else the shipped ones.

    Args:
        chosen: names or folders. Each takes the place of the shipped bundle of its network.

    Returns:
        The bundle of whole expressions, and those of isolated symbols, perhaps none.

    Raises:
        BundleError: See `bundle.load`; or there is no bundle of whole expressions.
    """
    by_network = {found.network: found for found in map(bundle.load, chosen)}
    shipped = set(bundle.names())
    for name in BOTH:
        if name in shipped:
            by_network.setdefault(name.replace("-", "_"), bundle.load(name))
    expressions = by_network.pop("stroke_transformer", None) or bundle.load(DEFAULT_BUNDLE)
    return expressions, [by_network[network] for network in sorted(by_network, reverse=True)]


def _cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
