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
from crohme.bundle import Bundle, BundleError, Reads
from crohme.datasets.location import real_path
from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.description import described
from crohme.symbols.inputs import picture_form
from crohme.symbols.recognizer import BOTH, SymbolRecognizer
from crohme.web import reader
from crohme.web.batching import Batcher
from crohme.web.limits import RequestLimits
from crohme.web.pool import Pool
from crohme.web.reader import TOP, Expression, Pictures, Symbol
from crohme.web.solving import Solver
from crohme.web.worker import ProcessWorker
from inkml_parser import Ink

SYMBOLS_AT_ONCE = 32
EXPRESSIONS_AT_ONCE = 8


@dataclass(frozen=True)
class SymbolGuess:
    """What one network, or the mean of all, says of a symbol.

    Args:
        network: str. As a bundle has it, or `both` for the mean.
        title: str. For people.
        candidates: tuple of (label, probability), best first.
    """

    network: str
    title: str
    candidates: tuple[tuple[str, float], ...]


class SymbolNetworks:
    """The networks of isolated symbols, side by side. Built when first used: some need Keras.

    `forms` are the forms in which they read pictures, see `SymbolRecognizer.picture_form`; a picture to be read comes
    in each of them.

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
        found = [picture_form(one.arguments, one.preprocessing) for one in self.bundles if one.reads is Reads.PICTURES]
        self.forms = [form for i, form in enumerate(found) if form not in found[:i]]

    @cached_property
    def _recognizers(self) -> dict[str, SymbolRecognizer]:
        if not self.bundles:
            raise BundleError("no bundle of isolated symbols")
        return {part.network: SymbolRecognizer([part]) for part in self.bundles}

    def guess(self, items: Sequence[Ink | Pictures]) -> list[tuple[SymbolGuess, ...]]:
        """The guesses of each network on each item, all items at once. Pictures are for those that read pictures.

        Raises:
            BundleError: There is no network, or none for pictures.
        """
        guesses: list[tuple[SymbolGuess, ...]] = [()] * len(items)
        for is_picture in (False, True):
            chosen = [i for i, item in enumerate(items) if isinstance(item, tuple) is is_picture]
            if chosen:
                for i, guess in zip(chosen, self._guess_alike([items[i] for i in chosen], is_picture), strict=True):
                    guesses[i] = guess
        return guesses

    def _guess_alike(self, items: Sequence[Any], is_picture: bool) -> list[tuple[SymbolGuess, ...]]:
        if is_picture:
            if self._recognizers and not self.forms:
                raise BundleError("no bundle of isolated symbols that reads pictures")
            drawn = [np.stack(pictures) for pictures in zip(*items, strict=True)]
            answers = {
                name: one.from_pictures(drawn[self.forms.index(one.picture_form)])
                for name, one in self._recognizers.items()
                if one.picture_form
            }
        else:
            strokes = StrokeBatch.from_symbols([ink.strokes for ink in items])
            answers = {name: one.from_strokes(strokes) for name, one in self._recognizers.items()}
        if len(answers) > 1:
            answers["both"] = np.mean(list(answers.values()), axis=0)
        return [
            tuple(SymbolGuess(name, _title(name), self._best(values[i])) for name, values in answers.items())
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
        arguments = (real_path(expressions.path), limits, symbol_networks.forms)
        workers = [ProcessWorker(reader.start, arguments) for _ in range(count)]
        self.readers = Pool(workers, capacity=capacity, seconds=seconds, name="reader", at_once=EXPRESSIONS_AT_ONCE)
        self.symbols: Batcher[Ink | Pictures, tuple[SymbolGuess, ...]] = Batcher(
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
    def queues(self) -> dict[str, Pool | Batcher[Ink | Pictures, tuple[SymbolGuess, ...]]]:
        """All queues by name."""
        return {"readers": self.readers, "symbols": self.symbols, "solver": self.solver.pool}


def choose_bundles(chosen: Iterable[str | Path]) -> tuple[Bundle, list[Bundle]]:
    """The bundles of a server: those that were asked for, and for all else the shipped ones.

    Args:
        chosen: names or folders. Each takes the place of the shipped bundle of its network. Those of isolated symbols
            with other classes than the shipped ones take the place of all of these.

    Returns:
        The bundle of whole expressions, and those of isolated symbols, perhaps none.

    Raises:
        BundleError: See `bundle.load`; two bundles of one network; or there is no bundle of whole expressions.
    """
    expressions: Bundle | None = None
    symbols: dict[str, Bundle] = {}
    for found in map(bundle.load, chosen):
        before = expressions if found.reads is Reads.EXPRESSIONS else symbols.get(found.network)
        if before is not None:
            raise BundleError(f"{before.path} and {found.path} are for the same: {found.reads}")
        if found.reads is Reads.EXPRESSIONS:
            expressions = found
        else:
            symbols[found.network] = found
    classes = {one.vocabulary for one in symbols.values()}
    for shipped in map(bundle.load, sorted(set(BOTH).intersection(bundle.names()))):
        if not classes or shipped.vocabulary in classes:
            symbols.setdefault(shipped.network, shipped)
    in_order = sorted(symbols.values(), key=lambda one: (one.reads is Reads.PICTURES, one.network))
    return expressions or bundle.load(DEFAULT_BUNDLE), in_order


def _title(network: str) -> str:
    """What people call a network's answer."""
    if network == "both":
        return "The mean of all"
    known = described(network)
    return f"{known.title}: {'the picture' if known.reads_pictures else 'the strokes'}"


def _cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
