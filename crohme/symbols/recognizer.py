"""Recognition of isolated symbols: the online network, the offline one, or both together.

The networks that are shipped need no deep-learning library; see `crohme.symbols.forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from crohme import bundle
from crohme.bundle import Bundle, BundleError, Reads
from crohme.errors import let_go
from crohme.ink.image_files import ImageError, libraries, naming
from crohme.ink.raster import SIZE
from crohme.ink.sources import Source, ink_of, is_picture, opened
from crohme.ink.strokes import StrokeBatch
from crohme.notation import Alphabet, Node, SymbolTree
from crohme.recognition import Reading, Recognition, RecognizedSymbol, Symbols, labels_of
from crohme.symbols.description import described
from crohme.symbols.forward import Forward, forward_pass
from crohme.symbols.inputs import from_strokes, picture_form
from crohme.types import Float32Array, Images, Int64Array
from inkml_parser import Ink, InkError


class Pictures(Protocol):
    """Pictures that need not all be in memory."""

    def __len__(self) -> int: ...

    def __getitem__(self, indices: int | np.integer | Int64Array) -> Images: ...


BOTH = ("symbol-lstm", "symbol-cnn")
_UNLIKE = ([[[0, 0], [0, 9]]], [[[0, 0], [9, 0]], [[5, 5], [5, 9]]], [[[0, 0], [9, 0], [0, 9], [9, 9]]])
_LEAST_DIFFERENCE = 1e-6
_SOURCES_AT_ONCE = 64
_CHUNK = 512  # pictures of the usual size at once; fewer of larger ones


class SymbolRecognizer:
    """Recognises single symbols from strokes or pictures.

    `classes` are its labels; `picture_form` is how pictures are made for its offline networks, see
    `crohme.ink.raster.render`, and `picture_size` the side of these; None if it has no such network.

    Args:
        bundles: sequence of Bundle. Of symbol networks with one vocabulary; their probabilities
            are averaged.

    Raises:
        BundleError: A bundle of another kind, bundles with different vocabularies, or that read
            pictures of different sizes; weights that are not those of the network.
        MissingExtra: A network that runs in Keras, which is not installed.

    Example:
        >>> recognizer = SymbolRecognizer.load("both")
        >>> print(recognizer.recognize([np.array([[0, 0], [0, 10]]), np.array([[-5, 5], [5, 5]])]))
        +
    """

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        for part in bundles:
            if part.reads is Reads.EXPRESSIONS:
                raise BundleError(f"{part.network} does not recognise isolated symbols", part.path)
            if part.vocabulary != bundles[0].vocabulary:
                raise BundleError(f"{part.path} and {bundles[0].path} have different classes")
        forms = [picture_form(p.arguments, p.preprocessing) for p in bundles if p.reads is Reads.PICTURES]
        for other in forms[1:]:
            if differing := [name for name, value in forms[0].items() if other[name] != value]:
                raise BundleError(f"networks for pictures of different {' and '.join(differing)} cannot be combined")
        self.classes = bundles[0].vocabulary
        self.picture_form = forms[0] if forms else {}
        self.picture_size: int | None = self.picture_form.get("size")
        self._networks = [(part, forward_pass(part)) for part in bundles]
        for part, network in self._networks:
            _check_answers(part, network)

    @classmethod
    def load(cls, name_or_folder: str | Path = "both") -> SymbolRecognizer:
        """Load by the name of a bundle, the folder of one, or `both` for the two that are shipped.

        Raises:
            BundleError: See `crohme.bundle.load`, and the class.
            MissingExtra: See the class.
        """
        names = BOTH if name_or_folder == "both" else (name_or_folder,)
        return cls([bundle.load(name) for name in names])

    def recognize(self, source: Source, top: int = 5, symbols: Symbols | None = None) -> Recognition:
        """Recognise one symbol: a reading for each of the most probable labels.

        Args:
            source: see `crohme.ink.sources.Source`. All strokes together are taken for one symbol. A picture is
                read by the offline network alone; the answer has no ink then, and its symbols no strokes.
            top: int. How many readings.
            symbols: Symbols or None. The labels to choose from: `"digits"`, `"crohme"`, a list of labels, an
                Alphabet; None for all classes. Confidences are probabilities among these labels.

        Raises:
            InkError: InkML or strokes that cannot be used.
            ImageError: A picture that cannot be read, or no offline network to read it.
            AlphabetError: Symbols that the networks do not know, see `crohme.recognition.labels_of`.
        """
        return self.recognize_batch([source], top, symbols)[0]

    def recognize_batch(
        self, sources: Sequence[Source], top: int = 5, symbols: Symbols | None = None
    ) -> list[Recognition]:
        """Like `recognize` for many sources, but faster."""
        return self._answers([_load(source, self.picture_form) for source in sources], top, symbols)

    def recognize_many(
        self, sources: Iterable[Source], top: int = 5, symbols: Symbols | None = None
    ) -> Iterator[Recognition | InkError | ImageError | OSError]:
        """The answer for each source, in their order; the error instead where one cannot be read.

        Args:
            sources: iterable of sources, each as for `recognize`. Taken some at a time.
            top, symbols: see `recognize`.

        Raises:
            AlphabetError: See `recognize`.
        """
        for chunk in _chunks(sources, _SOURCES_AT_ONCE):
            loaded = [self._try_load(source) for source in chunk]
            answers = iter(self._answers([item for item in loaded if not isinstance(item, Exception)], top, symbols))
            yield from (item if isinstance(item, Exception) else next(answers) for item in loaded)

    async def recognize_async(self, source: Source, top: int = 5, symbols: Symbols | None = None) -> Recognition:
        """`recognize` in a thread."""
        import asyncio  # here: it takes a tenth of the time that loading takes

        return await asyncio.to_thread(self.recognize, source, top, symbols)

    def _try_load(self, source: Source) -> Ink | np.ndarray | InkError | ImageError | OSError:
        try:
            loaded = _load(source, self.picture_form)
            if isinstance(loaded, np.ndarray):
                self._offline()
            return loaded
        except (InkError, ImageError, OSError) as error:
            let_go(error)
            return error

    def _answers(self, loaded: Sequence[Ink | np.ndarray], top: int, symbols: Symbols | None) -> list[Recognition]:
        is_picture = np.array([isinstance(item, np.ndarray) for item in loaded], dtype=bool)
        probabilities = np.zeros((len(loaded), len(self.classes)))
        if is_picture.any():
            pictures = np.stack([item for item in loaded if isinstance(item, np.ndarray)])
            probabilities[is_picture] = self.from_pictures(pictures)
        if not is_picture.all():
            strokes = StrokeBatch.from_symbols([list(item.strokes) for item in loaded if isinstance(item, Ink)])
            probabilities[~is_picture] = self.from_strokes(strokes)
        chosen = np.arange(len(self.classes))
        if symbols is not None:
            labels = labels_of(symbols, Alphabet(self.classes))
            chosen = np.array([i for i, label in enumerate(self.classes) if label in labels])
            of_these = probabilities[:, chosen]
            # Of labels that are all impossible, none is more likely than another.
            probabilities[:, chosen] = (of_these + 1e-30) / (of_these + 1e-30).sum(axis=1, keepdims=True)
        ranked = chosen[np.argsort(-probabilities[:, chosen], axis=1, kind="stable")[:, :top]]
        return [
            self._answer(item if isinstance(item, Ink) else None, labels, row)
            for item, labels, row in zip(loaded, ranked, probabilities, strict=True)
        ]

    def _answer(self, ink: Ink | None, labels: np.ndarray, probabilities: np.ndarray) -> Recognition:
        strokes = () if ink is None else tuple(range(len(ink.strokes)))
        readings = []
        for number in labels:
            node, confidence = Node(self.classes[number], strokes), float(probabilities[number])
            symbol = RecognizedSymbol.of(node, ink, confidence)
            readings.append(Reading(node.label, confidence, SymbolTree((node,)), (symbol,)))
        return Recognition(ink, tuple(readings))

    def from_strokes(self, strokes: StrokeBatch) -> Float32Array:
        """`(N, classes)` probabilities of N symbols, averaged over the networks."""
        answers = []
        for part, network in self._networks:
            to_input = from_strokes(part.network, part.arguments, part.preprocessing)

            def inputs(chosen: Int64Array, to_input: Callable[[StrokeBatch], np.ndarray] = to_input) -> np.ndarray:
                return to_input(strokes.take(chosen))

            answers.append(self._predict(network, len(strokes), inputs))
        return _mean(answers)

    def from_pictures(self, pictures: Pictures) -> Float32Array:
        """`(N, classes)` probabilities of N pictures, averaged over the offline networks.

        Args:
            pictures: `(N, picture_size, picture_size)` uint8 in their normal form, or whatever has a
                length and gives such an array for some indices.

        Raises:
            ImageError: There is no offline network among the recogniser's.
        """
        answers = [self._predict(one, len(pictures), lambda chosen: pictures[chosen]) for one in self._offline()]
        return _mean(answers)

    def _offline(self) -> list[Forward]:
        offline = [network for part, network in self._networks if part.reads is Reads.PICTURES]
        if not offline:
            raise ImageError("this recogniser reads ink, not pictures; symbol-cnn reads both")
        return offline

    def _predict(self, network: Forward, count: int, inputs: Callable[[Int64Array], np.ndarray]) -> Float32Array:
        at_once = max(1, _CHUNK * SIZE**2 // (self.picture_size or SIZE) ** 2)
        chunks = [np.arange(at, min(at + at_once, count)) for at in range(0, count, at_once)]
        answers = np.concatenate([network(inputs(chunk)) for chunk in chunks])
        if not np.isfinite(answers).all():
            raise BundleError("the answers of the network are not numbers: its weights make no sense")
        return answers


def _check_answers(part: Bundle, network: Forward) -> None:
    """Raise BundleError if a network in numpy answers alike whatever it is shown, as no trained one does."""
    if described(part.network).twin is not None:
        to_input = from_strokes(part.network, part.arguments, part.preprocessing)
        with np.errstate(all="ignore"):
            answers = network(to_input(StrokeBatch.from_symbols(_UNLIKE)))
        if not np.isfinite(answers).all():
            raise BundleError("weights.npz makes no sense: its answers are not numbers", part.path)
        if np.ptp(answers, axis=0).max() < _LEAST_DIFFERENCE:
            raise BundleError("weights.npz makes no sense: its answers do not depend on the ink", part.path)


def _mean(answers: Sequence[Float32Array]) -> Float32Array:
    mean: Float32Array = np.mean(answers, axis=0)
    return mean


def _load(source: Source, form: Mapping[str, Any]) -> Ink | np.ndarray:
    """Ink, or a picture as an array."""
    source = opened(source)
    if not is_picture(source):
        return ink_of(source)
    with naming(b"" if isinstance(source, bytes) else str(source)), libraries():
        from crohme.ink.symbol_pictures import read_image  # with OpenCV, which ink does without
    return read_image(source, **form)  # type: ignore[arg-type]


def _chunks(sources: Iterable[Source], size: int) -> Iterator[list[Source]]:
    iterator = iter(sources)
    while chunk := list(islice(iterator, size)):
        yield chunk
