"""What makes the bundle of a training run fit to ship: the bias of its tokens, its calibration, and its figures.

The bias is fitted on the validation split of a data set, the calibration on that, on what held-out writers of the
training split wrote, and on further folders that are given; the first of the test splits is measured only.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme import bundle
from crohme.bundle import Bundle
from crohme.datasets.crohme import Crohme
from crohme.datasets.location import DataNotFound, inkml_files
from crohme.datasets.registry import open_data_set
from crohme.evaluation import calibration
from crohme.evaluation.cross_fitting import SymbolLogits, biases_of_others, joined, read_by_others
from crohme.evaluation.expressions import evaluate
from crohme.evaluation.summary import summarize
from crohme.expressions.confidence import WIDEST_MARGIN
from crohme.expressions.data import find
from crohme.expressions.settings import BOTH, CALIBRATION, DECODING, INK, MARGIN, SOURCES, TRACED
from crohme.expressions.shapes import FILE as SHAPES
from crohme.expressions.vocabulary import vocabulary_of
from crohme.notation import CLASSES, Alphabet
from inkml_parser.files import read_regular

if TYPE_CHECKING:
    from crohme.evaluation.outcomes import Outcome

log = logging.getLogger(__name__)
STRENGTH = 2.0
"""How strongly the bias of the tokens is held near zero, see `token_bias.fit`."""
_FITTED_WITH = "token_bias_strength"  # among the figures of a bundle: the strength of its bias, None without one
_SEEN: Mapping[str, Mapping[str, Any]] = {INK: {}, TRACED: {"offline": True}, BOTH: {"with_pictures": True}}
"""How ink is evaluated as each kind of source."""
_UNCALIBRATED = dict.fromkeys(SOURCES, CALIBRATION[INK][1])
_ENOUGH = 200
"""Readings from which on the margin of the best one is calibrated, too."""
_FIGURES = ("n", "exprate", "le1", "le2", "le3", "top5")


def splits(data: Path) -> tuple[Path, ...]:
    """The folders that a bundle is measured on: first the validation split, on which it is calibrated, then a test.

    Raises:
        DataNotFound: The data set has no validation split in a folder of its own.
    """
    opened = open_data_set(data)
    if not opened.validation or not (opened.folder / opened.validation[0]).is_dir():
        raise DataNotFound(
            "has no validation split to calibrate on, as CROHME has test2013 (calibrate = false does without)", data
        )
    return tuple(opened.folder / name for name in (opened.validation[0], *opened.tests[:1]))


def ship(
    run: Path | None,
    folder: Path,
    data: Path,
    *,
    strength: float = STRENGTH,
    last: bool = False,
    also: Mapping[str, Path] | None = None,
    texts: Path | None = None,
    shapes: Path | None = None,
    calibrate_on: Sequence[Path] = (),
) -> dict[str, float]:
    """Write the bundle of a run, calibrate it and measure it.

    A network that knows more than CROHME's classes is held to these where it is measured on CROHME, but not where its
    confidence is calibrated: what users have read is not held to them.

    Args:
        run: Path or None. The folder of a training run; None calibrates and measures a bundle as it is.
        folder: Path. The bundle.
        data: Path. A data set, see `splits`.
        strength: float, above 0. See `STRENGTH`. The bias of a bundle as it is stays.
        last: bool. Whether to take the weights at the end of the run, not those that were best on validation.
        texts: Path or None. LaTeX that people wrote, see `language_training.language_of`. None for that of the run;
            where there is none either, a bundle keeps the model of language that it has.
        shapes: Path or None. What `shape_training.train` writes. None where a bundle keeps what it has.
        also: mapping of str → Path. More folders of InkML to measure, with all the classes of the bundle.
        calibrate_on: sequence of Path. Folders of InkML on which the confidence is calibrated, too.

    Returns:
        The figures, which the bundle has.

    Raises:
        DataNotFound: See `splits`; or there is no InkML in one of the further folders.
        CheckpointError: There is no run in the folder.
        BundleError: There is no such bundle, or no such network of shapes.
        OSError: The file of that cannot be read.
    """
    measured_on = splits(data)
    for further in (*calibrate_on, *(also or {}).values()):
        inkml_files(further)  # now, not after an hour
    is_crohme = isinstance(open_data_set(data), Crohme)
    if run is not None:
        log.info("fitting the bias of the tokens on %s", measured_on[0].name)
        _write_bundle(run, folder, measured_on[0], is_crohme, strength, last=last)
        texts = texts or _texts_of(run)
    shipped = bundle.load(folder)
    if texts is not None:
        log.info("counting what people write")
        weight = shipped.decoding["language_weight"] or DECODING["language_weight"][1]  # it knows all symbols now
        files = {**shipped.files, **_language_of(shipped, data, texts)}
        shipped = replace(shipped, files=files, decoding={**shipped.decoding, "language_weight": weight})
    if shapes is not None:
        shipped = replace(shipped, files={**shipped.files, SHAPES: read_regular(shapes)})
    younger = bundle.find(shipped.network).added_later
    decoding = dict(shipped.decoding) | {n: DECODING[n][1] for n in younger if n in DECODING}
    fitted_with = strength if run else shipped.metrics.get(_FITTED_WITH)
    held_out = _held_out(data)
    beside = [f"{len(held_out)} files of held-out writers"] if held_out else []
    sets = ", ".join([measured_on[0].name, *beside, *(folder.name for folder in calibrate_on)])
    log.info("calibrating the confidence on %s", sets)
    with TemporaryDirectory() as place:
        # Calibrated is what the scores say of all readings: neither an older calibration nor a refusal may lie between.
        # Beside the bundle, which is whole whenever this is stopped.
        unrefused = decoding | {"least_confidence": 0.0}
        raw = bundle.revise(replace(shipped, path=Path(place) / "raw"), decoding=unrefused, calibration=_UNCALIBRATED)
        calibrated = _calibrations(raw, measured_on[0], held_out, calibrate_on, is_crohme, fitted_with)
    fitted = bundle.revise(shipped, decoding=decoding, calibration={**shipped.calibration, **calibrated})
    log.info("measuring")
    figures = _measured(folder, measured_on, held_out, is_crohme, also or {})
    bundle.revise(fitted, metrics={_FITTED_WITH: fitted_with} | figures)
    return figures


def _write_bundle(run: Path, folder: Path, validation: Path, is_crohme: bool, strength: float, *, last: bool) -> None:
    """The weights of a run, with the bias of the tokens fitted."""
    from crohme.expressions import token_bias
    from crohme.expressions.run import Run
    from crohme.expressions.run_settings import stored_recipe, stored_settings, stored_vocabulary

    trained = Run(run, stored_settings(run), stored_recipe(run), stored_vocabulary(run))
    trained.restore()  # which leaves a run alone that is still going on
    trained.write_bundle(folder, {}, last=last)
    logits, truth = joined(_symbol_logits(folder, validation, is_crohme))
    trained.write_bundle(folder, {}, token_bias.fit(logits, truth, strength), last=last)


def _symbol_logits(folder: Path, validation: Path, is_crohme: bool) -> SymbolLogits:
    """What the network of a bundle says of the symbols of each file, teacher-forced."""
    from crohme.expressions import token_bias
    from crohme.expressions.corpus import load
    from crohme.expressions.recognizer import Recognizer

    recognizer = Recognizer.load(folder)
    vocabulary = recognizer.vocabulary
    allowed = np.zeros(len(vocabulary.tokens), np.float32)
    if is_crohme:  # classes that it does not have, or calls otherwise, stay as probable as they were
        held = vocabulary.restricted(CLASSES)
        allowed = held.token_bias.copy()
        allowed[[vocabulary.token_index[label] for label in held.spelt]] = -np.inf
    found: SymbolLogits = {}
    corpus = load(validation)
    for name, expression in zip(corpus.names, corpus.expressions, strict=True):
        logits, truth = token_bias.symbol_logits(recognizer.network, vocabulary, [expression])
        found.setdefault(name, []).append((logits + allowed, truth))
    return found


def _texts_of(run: Path) -> Path | None:
    from crohme.expressions.run_settings import stored_recipe

    texts = stored_recipe(run).texts
    return Path(texts) if texts else None


def _language_of(shipped: Bundle, data: Path, texts: Path) -> dict[str, bytes]:
    from crohme.expressions import language_model
    from crohme.expressions.data import find
    from crohme.expressions.language_training import language_of

    trees = (expression.tree for expression in find(data).train.expressions)
    return {language_model.FILE: language_of(trees, texts, vocabulary_of(shipped)).to_bytes()}


def _held_out(data: Path) -> list[Path]:
    """The files of the training split that held-out writers wrote."""
    opened = open_data_set(data)
    names = set(find(data).held_out.names)
    return [path for path in opened.files(opened.training_split()) if path.stem in names]


def _calibrations(
    raw: Bundle,
    validation: Path,
    held_out: Sequence[Path],
    further: Sequence[Path],
    is_crohme: bool,
    strength: float | None,
) -> dict[str, tuple[float, ...]]:
    """What fits the scores of a bundle, by kind of source; nothing where its readings say nothing of what is right.

    Each file of the validation split is read with the bias that the others give, where a bias was fitted: with this
    strength.
    """
    biases = biases_of_others(_symbol_logits(raw.path, validation, is_crohme), strength) if strength else []

    def read(folder: Path, files: Sequence[Path] | None, *, source: str, of: Path = validation) -> list[Outcome]:
        return evaluate(of, folder, files=files, **_SEEN[source])

    found: dict[str, tuple[float, ...]] = {}
    for source in SOURCES:
        outcomes = read_by_others(raw, validation, biases, partial(read, source=source))
        if held_out:
            outcomes += read(raw.path, held_out, source=source, of=validation.parent)
        for folder in further:
            outcomes += read(raw.path, None, source=source, of=folder)
        found |= _fitted(outcomes, source)
    return found


def _measured(
    folder: Path, measured_on: tuple[Path, ...], held_out: Sequence[Path], is_crohme: bool, also: Mapping[str, Path]
) -> dict[str, float]:
    is_held = is_crohme and vocabulary_of(bundle.load(folder)).alphabet != Alphabet.crohme()
    held = partial(evaluate, bundle=folder, symbols="crohme" if is_held else None)
    kinds = (("", INK), ("_offline", TRACED), ("_with_pictures", BOTH))
    sets = {place.name + end: held(place, **_SEEN[source]) for end, source in kinds for place in measured_on}
    if held_out:
        sets["held_out"] = held(measured_on[0].parent, files=held_out)
    if is_held:
        sets[f"{measured_on[0].name}_all"] = evaluate(measured_on[0], folder)
    sets |= {name: evaluate(place, folder) for name, place in also.items()}
    figures: dict[str, float] = {}
    for name, found in sets.items():
        summary = summarize(found)
        figures |= {f"{name}_{key}": summary[key] for key in _FIGURES}
        read = [o for o in found if o.confidence is not None]
        if read:
            error = calibration.expected_error([o.confidence or 0.0 for o in read], [o.is_right for o in read])
            figures[f"{name}_calibration_error"] = round(error, 4)
    return figures


def _fitted(outcomes: list[Outcome], source: str) -> dict[str, tuple[float, ...]]:
    """The calibration of one kind of source; none where the readings say nothing of what is right."""
    read = [o for o in outcomes if o.read and o.confidence is not None]
    compared = [o for o in read if o.margin is not None]
    margins = [min(o.margin or 0.0, WIDEST_MARGIN) ** 2 for o in compared]
    try:
        line = calibration.fit([o.confidence or 0.0 for o in read], [o.is_right for o in read])
        if not CALIBRATION[source][0].check(line):
            raise ValueError("it says nothing of what is right")
    except ValueError as error:
        log.warning("the confidence of %s stays as it is: %s", source, error)
        return {}
    margin = source + MARGIN
    if len(compared) >= _ENOUGH and len({o.is_right for o in compared}) == 2:
        plane = calibration.fit([o.confidence or 0.0 for o in compared], [o.is_right for o in compared], margins)
        if CALIBRATION[margin][0].check(plane):
            return {source: line, margin: plane}
    return {source: line, margin: CALIBRATION[margin][1]}  # not that of an older line
