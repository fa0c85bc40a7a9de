"""What a reader process does: ink and pictures read, parsing and decoding included."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crohme import bundle
from crohme.expressions.fixed import FixedSymbol
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.side_by_side import Steps, side_by_side
from crohme.ink.symbol_pictures import read_image
from crohme.recognition import Recognition
from crohme.types import Image
from crohme.web.limits import RequestLimits
from inkml_parser import Ink, Limits, read

TOP = 10
"""The most readings that a client can ask for."""
_TRACE = re.compile(rb"<(?:[^\s<>:]+:)?trace[\s>]")
_STROKES_A_SECOND = 60.0
_PICTURE_SECONDS = 2.5  # long, for nobody knows before it is decoded


@dataclass(frozen=True)
class Inkml:
    """The bytes of an InkML file."""

    data: bytes


@dataclass(frozen=True)
class Picture:
    """The bytes of a picture file."""

    data: bytes


Source = Ink | Inkml | Picture
Pictures = tuple[Image, ...]
"""A picture of a symbol in each of the forms in which networks read it."""
Found = Recognition | Ink | Pictures | Exception


@dataclass(frozen=True)
class Expression:
    """To be read as an expression, which gives a `Recognition`.

    Args:
        source: Source.
        top: int. The most readings.
        fixed: tuple of FixedSymbol. What every reading has.
    """

    source: Source
    top: int = 5
    fixed: tuple[FixedSymbol, ...] = ()


@dataclass(frozen=True)
class Symbol:
    """To be made ready for the networks of symbols, which gives an `Ink`, or `Pictures` of a picture."""

    source: Inkml | Picture


def cost_of(task: Expression | Symbol) -> float:
    """Expected seconds, by what is known before anything is parsed."""
    match task.source:
        case Picture():
            return _PICTURE_SECONDS
        case Inkml(data):
            strokes = len(_TRACE.findall(data.replace(b"\0", b"")))  # in UTF-16, too
        case Ink() as ink:
            strokes = len(ink.strokes)
    return 0.05 + (strokes if isinstance(task, Expression) else strokes / 20) / _STROKES_A_SECOND


class Reader:
    """Reads what the server is sent, in a process of its own.

    Args:
        folder: path of a bundle of whole expressions.
        limits: RequestLimits.
        forms: sequence of dict. Of pictures of symbols, see `SymbolNetworks.forms`.
    """

    def __init__(self, folder: Path, limits: RequestLimits, forms: Sequence[Mapping[str, Any]] = ()) -> None:
        import crohme.ink.trace  # noqa: F401  # with OpenCV: when the server starts, not with the first picture

        self._recognizer = Recognizer(bundle.load(folder))
        self._limits, self._forms = limits, forms

    def __call__(self, tasks: Sequence[Expression | Symbol], cancelled: Callable[[int], bool]) -> list[Found]:
        """Do some tasks side by side.

        Args:
            tasks: sequence of Expression or Symbol.
            cancelled: function of a task's number, which tells whether it is cancelled.

        Returns:
            For each task what it gives; or an `InkError`, `ImageError` or `FixedSymbolError` if what was sent cannot
            be used, `Cancelled` if `cancelled` said so.
        """
        readings = [self._steps(task, partial(cancelled, number)) for number, task in enumerate(tasks)]
        return [outcome.found for outcome in side_by_side(self._recognizer.network, readings)]

    def _steps(self, task: Expression | Symbol, cancelled: Callable[[], bool]) -> Steps[Recognition | Ink | Pictures]:
        if isinstance(task, Symbol):
            if isinstance(task.source, Picture):
                return tuple(read_image(task.source.data, **form) for form in self._forms)
            return self._ink(task.source)
        ink = self._ink(task.source)
        return (yield from self._recognizer.steps(ink, top=task.top, fixed=task.fixed, cancelled=cancelled))

    def _ink(self, source: Source) -> Ink:
        from crohme.ink.trace import read_traced

        match source:
            case Ink():
                return source
            case Inkml(data):
                limits = self._limits
                caps = Limits(limits.max_bytes, limits.max_strokes, limits.max_points)
                return read(data, limits=caps)
            case Picture(data):
                return read_traced(data)


def start(folder: Path, limits: RequestLimits, forms: Sequence[Mapping[str, Any]] = ()) -> Reader:
    """What a reader process calls first."""
    return Reader(folder, limits, forms)
