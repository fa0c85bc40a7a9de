"""Exported networks held against those in numpy, before anybody gets them."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np

from crohme.bundle import Bundle
from crohme.errors import CrohmeError
from crohme.export.samples import expressions, symbols
from crohme.expressions.protocol import ExpressionNetwork, HypothesesState
from crohme.expressions.recognizer import Recognizer
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.forward import forward_pass
from crohme.symbols.inputs import from_strokes

FARTHEST = 0.01
"""The most by which a logit or a probability may differ."""
_BEAM = 2


class ExportError(CrohmeError):
    """A bundle that cannot be written in a format, or that answers differently once it is."""


@dataclass(frozen=True, eq=False)
class _Both:
    """What both networks keep, for the first and the second."""

    first: Any
    second: Any

    def __len__(self) -> int:
        return len(self.first)

    def select(self, hypotheses: Any) -> _Both:
        return _Both(self.first.select(hypotheses), self.second.select(hypotheses))


class _Compared:
    """A network that asks another one, too, and raises ExportError where its answer is another."""

    def __init__(self, network: ExpressionNetwork, exported: Any) -> None:
        self._network, self._exported = network, exported

    def encode(self, ink: Any) -> Sized:
        return _Both(self._network.encode(ink), self._exported.encode(ink))

    def classify(self, memory: Any) -> Any:
        answers = self._network.classify(memory.first), self._exported.classify(memory.second)
        return _alike("classes of strokes", *answers)

    def relate(self, memory: Any) -> Any:
        answers = self._network.relate(memory.first), self._exported.relate(memory.second)
        return _alike("relations of strokes", *answers)

    def start(self, hypotheses: int = 1) -> HypothesesState:
        return _Both(self._network.start(hypotheses), self._exported.start(hypotheses))

    def read(self, memory: Any, state: Any, *step: Any) -> Any:
        tokens, pointers, first = self._network.read(memory.first, state.first, *step)
        own_tokens, own_pointers, second = self._exported.read(memory.second, state.second, *step)
        _alike("tokens", tokens, own_tokens)
        _alike("strokes of symbols", pointers, own_pointers)
        return tokens, pointers, _Both(first, second)


def check_expressions(trained: Bundle, exported: Any) -> None:
    """Read ten expressions and compare every answer of the network on the way.

    Args:
        trained: Bundle.
        exported: ExpressionNetwork, without its alphabet.

    Raises:
        ExportError: One differs by more than `FARTHEST`.
    """
    recognizer = Recognizer(trained, engine="numpy")
    compared: Any = _Compared(recognizer.network, exported)
    compared.alphabet = recognizer.vocabulary.alphabet.entries
    constants = recognizer.decoding
    both = Recognizer(compared, constants)
    for ink in expressions():
        both.recognize(ink, beam=_BEAM, symbols=both.vocabulary.alphabet)


def check_symbols(trained: Bundle, exported: Callable[[np.ndarray], np.ndarray]) -> None:
    """Compare the probabilities of some symbols.

    Raises:
        ExportError: One differs by more than `FARTHEST`.
    """
    strokes = StrokeBatch.from_symbols([list(ink.strokes) for ink in symbols()])
    inputs = from_strokes(trained.network, trained.arguments, trained.preprocessing)(strokes)
    _alike("probabilities", forward_pass(trained)(inputs), exported(inputs))


def _alike(what: str, expected: np.ndarray, found: np.ndarray) -> np.ndarray:
    if expected.shape != found.shape:
        raise ExportError(f"the exported network gives {what} of shape {found.shape}, not {expected.shape}")
    difference = float(np.abs(expected - found).max(initial=0))
    if not difference <= FARTHEST:
        raise ExportError(f"the exported network gives other {what}: they differ by {difference:.3g}")
    return expected
