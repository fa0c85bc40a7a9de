"""Evaluation of our recogniser on a folder: its reading of every file, and the first kind of error in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from crohme.datasets.location import inkml_files
from crohme.errors import cause_of
from crohme.evaluation.outcomes import NO_WRITER, Outcome, kind_of
from crohme.evaluation.read_before import ReadBefore
from crohme.evaluation.recognizers import Answer, AnyRecognizer, recognize_with
from crohme.ink.pictured import redrawn, with_picture
from crohme.ink.truth import truth_expression
from crohme.notation import Expression, NotationError, canonical_label, relabelled, to_latex, without_limits
from crohme.parallel import recognize_files
from crohme.recognition import Reading, Recognition, Symbols
from inkml_parser import Ink, InkError, read


def evaluate(
    folder: Path,
    bundle: str | Path | AnyRecognizer | ReadBefore,
    *,
    beam: int | None = None,
    symbols: Symbols | None = None,
    offline: bool = False,
    with_pictures: bool = False,
    files: Sequence[Path] | None = None,
    workers: int | None = None,
) -> list[Outcome]:
    """Recognise every InkML file under a folder and compare it with its truth.

    Every file counts: one without usable truth, or that cannot be read, is an error with a
    `problem`. Limits over and under a sum count as its scripts, because truth files disagree
    about them, and signs that CROHME has one class for count as one (`notation.LOOK_ALIKES`).

    With `offline` each ink is drawn as `raster.render_ink` does, 256 pixels high with a pen of 3.4, and
    recognised from that picture. Its traced strokes are not those of the truth, so outcomes have no tree
    `found` and no `kind` then.

    Args:
        folder: Path.
        bundle: name or folder of a bundle; or a recogniser of any kind, which works in this process; or what a batch
            has read.
        beam, symbols, workers: see `recognize_files`.
        offline: bool.
        with_pictures: bool. Whether to recognise each ink and such a picture of it together, see
            `crohme.ink.pictured.with_picture`. Not both this and `offline`.
        files: paths or None. Those of the files to read; None for all.

    Raises:
        DataNotFound: No such folder, or no InkML in it.
        BundleError: See `crohme.bundle.load`.
        RecognizerError: See `recognize_with`.
        BatchError: See `ReadBefore.answers`.
    """
    if offline and with_pictures:
        raise ValueError("a picture is recognised instead of ink (offline) or with it (with_pictures), not both")
    files = inkml_files(folder) if files is None else files
    results: Iterator[tuple[Path, Answer]]
    opened = redrawn if offline else with_picture if with_pictures else read
    if isinstance(bundle, ReadBefore):
        results = bundle.answers(files)
    elif isinstance(bundle, str | Path):
        results = recognize_files(files, bundle, beam=beam, symbols=symbols, opened=opened, workers=workers)
    else:
        results = recognize_with(bundle, files, beam=beam, symbols=symbols, opened=opened)
    return [
        _outcome(path, path.relative_to(folder).as_posix(), found, offline)
        for path, found in tqdm(results, desc="recognise", unit="file", total=len(files))
    ]


def _outcome(path: Path, name: str, result: Answer, offline: bool = False) -> Outcome:
    ink: Ink | None = None
    try:
        ink = read(path) if offline or not isinstance(result, Recognition) or result.ink is None else result.ink
        truth = truth_expression(ink)
    except (InkError, NotationError, OSError) as error:
        return Outcome(name, "", "", problem=cause_of(error), ink=ink, **_written(ink))
    known: dict[str, Any] = {"ink": ink, "expected": truth.tree, **_written(ink)}
    if isinstance(result, Expression):  # LaTeX alone, of someone else's recogniser
        found = None if offline else result.tree
        errors = Levenshtein.distance(truth.tokens, result.tokens)
        return Outcome(name, truth.latex, result.latex, None, errors, alternatives=None, found=found, **known)
    if not isinstance(result, Recognition):
        return Outcome(name, truth.latex, "", problem=cause_of(result), **known)
    result = replace(result, readings=tuple(map(_in_classes_of_crohme, result.readings)))
    best = without_limits(result.best.tree)
    errors = Levenshtein.distance(truth.tokens, to_latex(best))
    tree = None if offline or not errors else truth.tree
    return Outcome(
        name,
        truth.latex,
        result.latex,
        result.confidence,
        errors,
        None if tree is None else kind_of(without_limits(tree), best),
        alternatives=tuple(reading.latex for reading in result.readings[1:]),
        margin=_margin(result),
        found=None if offline else result.best.tree,
        **known,
    )


def _margin(result: Recognition) -> float | None:
    if len(result.readings) < 2 or not result.readings[1].confidence:
        return None
    return float(np.log(result.readings[0].confidence / result.readings[1].confidence))


def _in_classes_of_crohme(reading: Reading) -> Reading:
    """A reading with the labels that a truth has, see `truth_expression`."""
    tree = relabelled(reading.tree, canonical_label)
    return reading if tree == reading.tree else replace(reading, latex=" ".join(to_latex(tree)), tree=tree)


def _written(ink: Ink | None) -> dict[str, Any]:
    """What an ink tells of itself."""
    if ink is None:
        return {}
    return {"strokes": len(ink.strokes), "writer": ink.annotations.get("writer", "").strip() or NO_WRITER}
