"""The parts of a recogniser of expressions, of a bundle or of a network alone, and whether their answers make sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crohme.bundle import Bundle, BundleError, find
from crohme.expressions import language_model, shapes
from crohme.expressions.description import ExpressionArchitecture
from crohme.expressions.features import EARLIER_PAIR_FEATURES, resampled, to_unit_scale
from crohme.expressions.language_model import LanguageModel
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.settings import Decoding, Preprocessing
from crohme.expressions.shapes import ShapeNetwork
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.notation import Alphabet

_PLUS = tuple(np.array(stroke, np.float64) for stroke in ([[0, 5], [10, 5]], [[5, 0], [5, 10]]))
_LARGEST_LOGIT = 1e6
_LEAST_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Parts:
    """What a recogniser of expressions reads with.

    Args:
        network: ExpressionNetwork.
        vocabulary: Vocabulary. What it writes.
        language: LanguageModel or None.
        shapes: ShapeNetwork or None.
        decoding: Decoding. The constants of its search.
        calibration: mapping. As `confidence.Calibration.of` takes it.
    """

    network: ExpressionNetwork
    vocabulary: Vocabulary
    language: LanguageModel | None = None
    shapes: ShapeNetwork | None = None
    decoding: Decoding = field(default_factory=Decoding)
    calibration: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, trained: Bundle | ExpressionNetwork) -> Parts:
        """What a bundle holds; or a network alone, with the usual constants.

        Raises:
            BundleError: It does not read whole expressions, or not with these tokens and features; or its answers are
                no numbers, or the same for all strokes.
        """
        if isinstance(trained, Bundle):
            parts = _of_bundle(trained)
            _check_answers(parts, trained)
        else:
            parts = cls(trained, Vocabulary(Alphabet(trained.alphabet)))
            _check_answers(parts, None)
        return parts


def senseless(of: Bundle | None, file: str = "weights.npz", how: str = "are not numbers") -> BundleError:
    """The error of a network whose answers mean nothing; `of` is None for one without a bundle."""
    if of is None:
        return BundleError(f"the network makes no sense: its answers {how}")
    return BundleError(f"{file} makes no sense: its answers {how}", of.path)


def _of_bundle(trained: Bundle) -> Parts:
    described = find(trained.network)
    if not isinstance(described, ExpressionArchitecture):
        raise BundleError(f"{trained.network} does not read whole expressions", trained.path)
    vocabulary = vocabulary_of(trained)
    for name, value in vocabulary.dimensions().items():
        given = trained.arguments.get(name, value)
        # Networks of earlier versions read the first pair features only.
        if given != value and not (name == "pair_features" and given == EARLIER_PAIR_FEATURES):
            raise BundleError(f"made for {name} {given}, not {value}", trained.path)
    preprocessing = Preprocessing(**trained.preprocessing)
    language, looks = (trained.files.get(file) for file in (language_model.FILE, shapes.FILE))
    return Parts(
        described.forward(trained.weights, trained.arguments, preprocessing),
        vocabulary,
        None if language is None else LanguageModel.from_bytes(language),
        None if looks is None else ShapeNetwork.from_bytes(looks),
        Decoding(**trained.decoding),
        trained.calibration,
    )


def _check_answers(parts: Parts, of: Bundle | None) -> None:
    """Raise BundleError if the answers are not numbers, or the same for all strokes, as of no trained network."""
    network, plus = parts.network, resampled(_PLUS)
    with np.errstate(all="ignore"):
        memory = network.encode(to_unit_scale(plus))
        none = np.zeros((1, 1), np.int64)
        nowhere = np.zeros((1, 1, len(_PLUS)), np.float32)
        token, pointer, _ = network.read(memory, network.start(), none, nowhere, nowhere, none, none)
        classes = network.classify(memory)
        answers = (classes, network.relate(memory), token, pointer)
        looks = np.zeros(0) if parts.shapes is None else parts.shapes.look([np.array(_PLUS)]).classes
    if not all((np.abs(answer) < _LARGEST_LOGIT).all() for answer in answers):
        raise senseless(of)
    if np.ptp(classes, axis=0).max() < _LEAST_DIFFERENCE:
        raise senseless(of, how="do not depend on the ink")
    if not np.isfinite(looks).all():
        raise senseless(of, shapes.FILE)
