"""What a server answers with: trained networks, each loaded once, and the solver; each behind its own queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from crohme import bundle
from crohme.bundle import Bundle, BundleError
from crohme.notation import SymbolTree
from crohme.raster import Image
from crohme.recognizer import DEFAULT_BUNDLE, Recognition, Recognizer
from crohme.solver import Solution, solve
from crohme.strokes import StrokeBatch
from crohme.symbol_recognizer import BOTH, SymbolRecognizer
from crohme.trace import read_traced
from crohme.web.batching import Batcher
from crohme.web.limits import RequestLimits
from inkml_parser import Ink

SYMBOLS_AT_ONCE = 32
MAX_PROBLEMS_WAITING = 8
"""A problem may take seconds, and a process of its own."""
TOP = 5


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
    """All that a server recognises with.

    Args:
        expressions: Bundle. Of whole expressions.
        symbols: sequence of Bundle. Of isolated symbols.
        limits: RequestLimits.

    Raises:
        BundleError: `expressions` is a bundle of another kind, or symbol bundles do not agree.
    """

    def __init__(self, expressions: Bundle, symbols: Sequence[Bundle], limits: RequestLimits) -> None:
        self.recognizer = Recognizer(expressions)
        self.bundles = (expressions, *symbols)
        symbol_networks = SymbolNetworks(symbols)
        capacity = limits.max_waiting
        self.expressions: Batcher[Ink, Recognition] = Batcher(
            self._read, largest=1, capacity=capacity, name="expressions"
        )
        # A picture of many pixels takes memory and seconds: one after the other.
        self.pictures: Batcher[bytes, Ink] = Batcher(
            lambda files: [read_traced(file, limits.max_pixels) for file in files],
            largest=1,
            capacity=capacity,
            name="pictures",
        )
        self.solver: Batcher[SymbolTree, Solution] = Batcher(
            lambda trees: [solve(tree) for tree in trees], largest=1, capacity=MAX_PROBLEMS_WAITING, name="solver"
        )
        self.symbols: Batcher[Ink | Image, tuple[SymbolGuess, ...]] = Batcher(
            symbol_networks.guess, largest=SYMBOLS_AT_ONCE, capacity=capacity, name="symbols"
        )

    def close(self) -> None:
        """Finish what is being worked on; turn away what waits."""
        for queue in self.queues.values():
            queue.close()

    @property
    def queues(self) -> dict[str, Batcher]:
        """All queues by name."""
        return {
            "expressions": self.expressions,
            "symbols": self.symbols,
            "pictures": self.pictures,
            "solver": self.solver,
        }

    def _read(self, inks: Sequence[Ink]) -> list[Recognition]:
        # The forward pass in numpy takes one expression at a time.
        return [self.recognizer.recognize(ink, top=TOP) for ink in inks]


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
