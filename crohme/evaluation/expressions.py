"""How well whole expressions are read: ExpRate, token errors, and what kind of error came first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from crohme.corpus.location import inkml_files
from crohme.evaluation.groups import Group, by_strokes, by_tokens
from crohme.evaluation.intervals import percentiles, resampled_sums
from crohme.evaluation.outcomes import KINDS, NO_WRITER, Outcome, Unit, kind_of
from crohme.image_files import ImageError
from crohme.notation import NotationError, to_latex, without_limits
from crohme.parallel import Found, recognize_files
from crohme.recognizer import BEAM, Recognition
from crohme.truth import truth_expression
from inkml_parser import Ink, InkError, read

METRIC = "token edit distance on normal-form LaTeX"
RATES = (("exprate", 0), ("le1", 1), ("le2", 2), ("le3", 3))
"""Names of the figures, and how many errors each allows."""


def rate_name(most: int, unit: str = Unit.EDIT) -> str:
    """What a figure of `RATES` is called."""
    return f"≤ {most} {unit}{'s' if most > 1 else ''}" if most else "ExpRate"


def evaluate(
    folder: Path, bundle: str | Path, *, beam: int = BEAM, offline: bool = False, workers: int | None = None
) -> list[Outcome]:
    """Recognise every InkML file under a folder and compare it with its truth.

    Every file counts: one without usable truth, or that cannot be read, is an error with a
    `problem`. Limits over and under a sum count as its scripts, because truth files disagree
    about them.

    With `offline` each ink is drawn as `raster.render_ink` does, 256 pixels high with a pen of 3.4, and
    recognised from that picture. Its traced strokes are not those of the truth, so outcomes have no tree
    `found` and no `kind` then.

    Raises:
        DataNotFound: No such folder, or no InkML in it.
        BundleError: See `crohme.bundle.load`.
    """
    files = inkml_files(folder)
    results = recognize_files(files, bundle, beam=beam, offline=offline, workers=workers)
    return [
        _outcome(path, path.relative_to(folder).as_posix(), found, offline)
        for path, found in tqdm(results, desc="recognise", unit="file", total=len(files))
    ]


def summarize(
    outcomes: Sequence[Outcome], seed: int = 0, *, metric: str = METRIC, unit: Unit = Unit.EDIT
) -> dict[str, Any]:
    """The figures: percentages of all outcomes, with 95 % bootstrap intervals.

    Args:
        outcomes: sequence of `Outcome`, at least one.
        seed: int. Of the bootstrap.
        metric: str. What the errors of the outcomes are.
        unit: Unit. What they are counted in.

    Returns:
        dict, JSON-able: `metric`; `unit`; `n`; `exprate`, `le1`, `le2`, `le3`, each with its `_interval`; `top5`,
        the share whose truth is among the readings, where further readings are known; `problems`, how many
        have no truth or no reading; `by_strokes`, ExpRate by length, or without ink `by_tokens`;
        `errors_by_kind`, counts of the wrong ones, those that cannot be told as `untold`.
    """
    errors = np.array([np.inf if o.errors is None else o.errors for o in outcomes])
    right = np.stack([errors <= most for _, most in RATES], axis=1)
    drawn = 100 * resampled_sums(right, seed) / len(errors)
    summary: dict[str, Any] = {"metric": metric, "unit": str(unit), "n": len(outcomes)}
    for (key, _), hits, samples in zip(RATES, right.T, drawn.T, strict=True):
        summary[key] = round(100 * float(hits.mean()), 2)
        summary[f"{key}_interval"] = [round(end, 2) for end in percentiles(samples)]
    if all(o.alternatives is not None for o in outcomes):
        found = np.array([o.truth != "" and o.truth in (o.read, *(o.alternatives or ())) for o in outcomes])
        summary["top5"] = round(100 * float(found.mean()), 2)
    summary["problems"] = sum(o.problem is not None for o in outcomes)
    key, lengths = by_length(outcomes)
    summary[f"by_{key}"] = {group.name: {"n": group.n, "exprate": group.rate} for group in lengths}
    wrong = [o for o in outcomes if not o.is_right]
    summary["errors_by_kind"] = {kind or "untold": sum(o.kind == kind for o in wrong) for kind in (*KINDS, None)}
    return summary


def by_length(outcomes: Sequence[Outcome]) -> tuple[str, list[Group]]:
    """Groups by number of strokes, or by number of tokens where no outcome has ink; and by what."""
    if any(o.strokes for o in outcomes) or not any(o.truth for o in outcomes):
        return "strokes", by_strokes(outcomes)
    return "tokens", by_tokens(outcomes)


def _outcome(path: Path, name: str, result: Found, offline: bool = False) -> Outcome:
    ink = None
    try:
        ink = result.ink if isinstance(result, Recognition) and not offline else read(path)
        truth = truth_expression(ink)
    except (InkError, NotationError, OSError) as error:
        return Outcome(name, "", "", problem=_cause(error), ink=ink, **_written(ink))
    known: dict[str, Any] = {"ink": ink, "expected": truth.tree, **_written(ink)}
    if not isinstance(result, Recognition):
        return Outcome(name, truth.latex, "", problem=_cause(result), **known)
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
        found=None if offline else result.best.tree,
        **known,
    )


def _written(ink: Ink | None) -> dict[str, Any]:
    """What an ink tells of itself."""
    if ink is None:
        return {}
    return {"strokes": len(ink.strokes), "writer": ink.annotations.get("writer", "").strip() or NO_WRITER}


def _cause(error: InkError | ImageError | NotationError | OSError) -> str:
    """Without the name of the file."""
    if isinstance(error, InkError | ImageError):
        return error.cause
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

