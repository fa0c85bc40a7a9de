"""What a user imports: whole handwritten expressions in, LaTeX out. Loads no deep-learning library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from crohme import bundle
from crohme.bundle import Bundle
from crohme.expressions.bundled import Parts, senseless
from crohme.expressions.confidence import Calibration
from crohme.expressions.engines import use
from crohme.expressions.features import resampled, to_unit_scale
from crohme.expressions.fixed import FixedSymbol, FixedSymbolError, checked
from crohme.expressions.judging import judged, recognition
from crohme.expressions.opinion_pool import Searched, pooled
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.ranking import best_readings
from crohme.expressions.rescoring import ClassScores
from crohme.expressions.session import Session
from crohme.expressions.settings import BOTH, INK, SOURCES, TRACED, Decoding
from crohme.expressions.side_by_side import Encode, Outcome, Steps, alone, side_by_side
from crohme.expressions.trails import Trail
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.image_files import ImageError
from crohme.ink.pictured import ink_or_picture
from crohme.ink.sources import NothingToRecognize, Source
from crohme.ink.tracings import InkAndTracings, is_traced
from crohme.notation import SymbolTree
from crohme.recognition import Recognition, Symbols, labels_of
from inkml_parser import Ink, InkError
from inkml_parser.sequences import normalise

DEFAULT_BUNDLE = "math"
_LONGEST = 115  # strokes: those of CROHME's longest expression


class NoReading(NothingToRecognize):
    """Ink whose best reading has a confidence that would be shown as 0.000."""


class Recognizer:
    """Recognises whole expressions.

    `bundle` is what it was made of, None of a network that is none of ours; `decoding` are the constants of its search.

    Args:
        trained: Bundle; or a network, any object of `crohme.expressions.protocol.ExpressionNetwork`.
        decoding: Decoding or None. None for that of the bundle; of a network, for the usual one.
        engine: str or None. What computes a bundle: `"numpy"`, or `"compiled"`, kernels in C, compiled here when first
            asked for; None for that of the environment's `CROHME_ENGINE`, or numpy.

    Raises:
        BundleError: A bundle of isolated symbols, or with a vocabulary that is none; a network whose answers are no
            numbers.
        EngineError: No such engine, or it cannot be had here.

    Example:
        >>> recognizer = crohme.load()
        >>> print(recognizer.recognize("formula.inkml"))
        x ^ { 2 } + 1
    """

    def __init__(
        self, trained: Bundle | ExpressionNetwork, decoding: Decoding | None = None, *, engine: str | None = None
    ) -> None:
        self.bundle = trained if isinstance(trained, Bundle) else None
        parts = Parts.of(trained)
        self.network, self.vocabulary = parts.network, parts.vocabulary
        self.language, self.shapes = parts.language, parts.shapes
        self.decoding = decoding or parts.decoding
        self._calibrations = {source: Calibration.of(parts.calibration, source) for source in SOURCES}
        if self.bundle is not None:
            use(engine, self.network)

    @classmethod
    def load(cls, name_or_folder: str | Path = DEFAULT_BUNDLE, *, engine: str | None = None) -> Recognizer:
        """Load by the name of a bundle, or the folder of one.

        Args:
            name_or_folder: str or Path.
            engine: str or None. See `Recognizer`.

        Raises:
            BundleError: See `crohme.bundle.load`.
            EngineError: See `Recognizer`.
        """
        return cls(bundle.load(name_or_folder), engine=engine)

    def recognize(
        self,
        source: Source,
        *,
        top: int = 5,
        beam: int | None = None,
        symbols: Symbols | None = None,
        fixed: Iterable[FixedSymbol] = (),
        cancelled: Callable[[], bool] | None = None,
    ) -> Recognition:
        """Recognise one expression.

        The confidence of a reading is calibrated: the share of such readings that are right; strokes that it leaves
        unread, or that are more tangled than those of their symbol ever are, lower it by their share of the ink, and
        so do signs outside the alphabet, which are written `?`, dots as large as the other strokes, zigzags, spirals,
        hatching, strokes that were joined into one, and pictures with something beside the writing that may be none;
        a symbol alone is no surer than its class by the shape of its strokes; see
        `crohme.expressions.unread`. That of a symbol is the mean of two probabilities, that of its token and strokes in
        the decoder, given what was read before, and that of its class by the shape of its strokes; but it is no less
        than the confidence of the whole reading.

        Args:
            source: path, bytes or binary file of InkML, or of a picture, PNG, JPEG or the like, which is traced; Ink;
                or strokes, `(n, 2)` or `(n, 3)` arrays of X, Y (down) and perhaps time.
            top: int. The most readings to give.
            beam: int or None. Hypotheses kept while searching; 1 is greedy, in one direction, and fastest. None for
                that of `decoding`.
            symbols: Symbols or None. What the answer may consist of: `"digits"`, `"crohme"`, a list of labels, an
                Alphabet; None for all that the network knows. Probabilities are those among these symbols, and
                there is an answer however small its confidence. Grids need `GRID` among them.
            fixed: iterable of FixedSymbol. What is known of some strokes; every reading agrees with it, and there is an
                answer however small its confidence. Strokes of a picture are those of the answer without it.
            cancelled: function or None. Asked before each step of the search, a few hundredths of a second apart.

        Returns:
            Recognition.

        Raises:
            InkError: InkML or strokes that cannot be used; `OversizedInk` for more than
                `MAX_STROKES` strokes, `NothingToRecognize` for ink in a single place, `NoReading` where the
                best reading has a confidence of 0.000.
            ImageError: A picture that cannot be used, see `crohme.ink.trace.read_traced`.
            AlphabetError: Symbols that the network does not know, see `crohme.recognition.labels_of`.
            FixedSymbolError: See `crohme.expressions.fixed.checked`; or no reading agrees with what is fixed.
            Cancelled: `cancelled` said so.
            BundleError: The weights make no sense: what they answer is no number.
        """
        steps = self.steps(source, top=top, beam=beam, symbols=symbols, fixed=fixed, cancelled=cancelled)
        return alone(self.network, steps)

    def steps(
        self,
        source: Source,
        *,
        top: int = 5,
        beam: int | None = None,
        symbols: Symbols | None = None,
        fixed: Iterable[FixedSymbol] = (),
        cancelled: Callable[[], bool] | None = None,
    ) -> Steps[Recognition]:
        """`recognize` in steps, which `side_by_side` takes beside those of other expressions."""
        ink, known = ink_or_picture(source), tuple(fixed)
        if known and ink is not source and isinstance(ink, InkAndTracings):
            # Whoever names strokes of a picture has them from an answer, which may be about another of its tracings.
            with suppress(NothingToRecognize):
                answer = yield from self._read(ink, 1, beam, symbols, cancelled)
                ink = answer.ink or ink
        return (yield from self._read(ink, top, beam, symbols, cancelled, fixed=known))

    def session(
        self,
        strokes: Sequence[ArrayLike] = (),
        *,
        top: int = 5,
        beam: int | None = None,
        symbols: Symbols | None = None,
    ) -> Session:
        """An expression that is written stroke by stroke, and read after each.

        Args:
            strokes: sequence of strokes, see `Session.add`. What is there already.
            top, beam, symbols: see `recognize`.

        Raises:
            InkError: A stroke that cannot be used.
            AlphabetError: See `recognize`.
        """
        if symbols is not None:
            labels_of(symbols, self.vocabulary.alphabet)
        trail = Trail()

        def read(ink: Ink, draft: SymbolTree | None) -> Recognition:
            return alone(self.network, self._read(ink, top, beam, symbols, draft=draft, trail=trail))

        return Session(read, strokes)

    def _read(
        self,
        ink: Ink,
        top: int,
        beam: int | None,
        symbols: Symbols | None,
        cancelled: Callable[[], bool] | None = None,
        draft: SymbolTree | None = None,
        trail: Trail | None = None,
        fixed: Iterable[FixedSymbol] = (),
    ) -> Steps[Recognition]:
        """`recognize` of what `sources.check_ink` lets pass; for `draft` and `trail` see `decoding.decode`."""
        vocabulary = self.vocabulary
        if symbols is not None:
            vocabulary = vocabulary.restricted(labels_of(symbols, vocabulary.alphabet))
        known = checked(fixed, len(ink.strokes), vocabulary.alphabet)
        # What is fixed names strokes of this ink.
        tracings = ink.tracings if isinstance(ink, InkAndTracings) and not known else ()
        width = max(self.decoding.beam if beam is None else beam, 1)
        search = partial(self._search, vocabulary=vocabulary, beam=width, cancelled=cancelled)
        searched = [(yield from search(ink, draft=draft, trail=trail, fixed=known))]
        for traced in tracings:
            searched.append((yield from search(traced)))
        found = pooled(searched)
        if not found.candidates and known:
            raise FixedSymbolError("no reading has all fixed symbols")
        if not found.candidates:
            raise NothingToRecognize("no reading was found")
        source = TRACED if is_traced(ink) else BOTH if tracings else INK
        ranked = judged(found, self._calibrations[source])
        if symbols is None and not known and ranked[0].confidence < self.decoding.least_confidence:
            raise _no_reading(ranked[0].strokes_unread, len(found.strokes))
        return recognition(ranked, found.ink, found.classes, known, top)

    def _search(
        self,
        ink: Ink,
        *,
        vocabulary: Vocabulary,
        beam: int,
        cancelled: Callable[[], bool] | None,
        draft: SymbolTree | None = None,
        trail: Trail | None = None,
        fixed: Sequence[FixedSymbol] = (),
    ) -> Steps[Searched]:
        """What the search finds in an ink."""
        strokes = normalise(ink.strokes)
        evenly_spaced = resampled(strokes)
        points = to_unit_scale(evenly_spaced)
        memory = yield Encode(points)
        classes = ClassScores(self.network, memory, vocabulary)
        candidates = yield from best_readings(
            self.network, memory, points, vocabulary, classes, self.decoding, beam,
            cancelled=cancelled, draft=draft, trail=trail, fixed=fixed, language=self.language,
            shapes=None if is_traced(ink) else self.shapes,
        )  # fmt: skip
        if not np.isfinite([candidate.score for candidate in candidates]).all():
            raise senseless(self.bundle)
        return Searched(ink, strokes, evenly_spaced, points, classes, candidates)

    def recognize_many(
        self,
        sources: Iterable[Source | Callable[[], Source]],
        *,
        top: int = 5,
        beam: int | None = None,
        symbols: Symbols | None = None,
    ) -> Iterator[Recognition | InkError | ImageError | OSError]:
        """The answer for each source, in their order; the error instead where one cannot be read.

        Several are read side by side in this process, which is faster than one after the other: up to 64 sources are
        taken ahead of the answers. `crohme.parallel.recognize_files` reads files on all cores.

        Args:
            sources: iterable of sources, each as for `recognize`, or a function that gives one, or raises.
            top, beam, symbols: see `recognize`.

        Raises:
            AlphabetError, BundleError: See `recognize`.
        """
        for found, _ in self.outcomes(sources, top=top, beam=beam, symbols=symbols):
            if isinstance(found, Exception) and not isinstance(found, InkError | ImageError | OSError):
                raise found
            yield found

    def outcomes(
        self,
        sources: Iterable[Source | Callable[[], Source]],
        *,
        top: int = 5,
        beam: int | None = None,
        symbols: Symbols | None = None,
    ) -> Iterator[Outcome[Recognition]]:
        """What becomes of each source, in their order: its answer, or whatever exception ended it.

        Args:
            sources, top, beam, symbols: see `recognize_many`.

        Raises:
            AlphabetError: See `recognize`.
        """
        if symbols is not None:
            labels_of(symbols, self.vocabulary.alphabet)

        def steps(source: Source | Callable[[], Source]) -> Steps[Recognition]:
            given = source() if callable(source) else source
            return (yield from self.steps(given, top=top, beam=beam, symbols=symbols))

        return side_by_side(self.network, map(steps, sources))

    async def recognize_async(
        self, source: Source, *, top: int = 5, beam: int | None = None, symbols: Symbols | None = None
    ) -> Recognition:
        """`recognize` in a thread, which stops when the awaiting task is cancelled."""
        import asyncio  # here: it takes a tenth of the time that loading takes

        stopped = threading.Event()
        try:
            return await asyncio.to_thread(
                self.recognize, source, top=top, beam=beam, symbols=symbols, cancelled=stopped.is_set
            )
        finally:
            stopped.set()


def prepare(ink: Ink) -> np.ndarray:
    """Ink as the network takes it: `(n, POINTS, 2)` float32 in the unit of `features.to_unit_scale`."""
    return to_unit_scale(resampled(normalise(ink.strokes)))


def _no_reading(unread: int, strokes: int) -> NoReading:
    if strokes > _LONGEST:
        return NoReading(f"no reading: {strokes} strokes are more than one expression has; read each by itself")
    return NoReading(f"no reading: {unread} of {strokes} strokes stay unread" if unread else "no reading")
