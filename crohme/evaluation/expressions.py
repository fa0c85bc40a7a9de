"""How well whole expressions are read: ExpRate, token errors, and what kind of error came first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from crohme.corpus.location import inkml_files
from crohme.notation import NotationError, SymbolTree, to_latex, without_limits
from crohme.parallel import recognize_files
from crohme.recognizer import BEAM, Recognition
from crohme.truth import truth_of
from inkml_parser import InkError, read

LENGTHS = ((1, 5), (6, 10), (11, 20), (21, 30), (31, None))
"""Groups by number of strokes, as published comparisons have them."""
KINDS = ("segmentation", "symbol", "relation")
RATES = (("exprate", 0), ("le1", 1), ("le2", 2), ("le3", 3))
"""Names of the figures, and how many token edits each allows."""


@dataclass(frozen=True)
class Outcome:
    """One file, read and compared with its truth.

    Args:
        file: str. Path below the folder.
        truth, read: str. LaTeX in the normal form; empty if there is none.
        confidence: float.
        errors: int or None. Token edit distance; None if there is no truth or no reading.
        kind: str or None. What is wrong, one of `KINDS`: the strokes of some symbol, else the class
            of some symbol, else only relations. None if all is right or cannot be told.
        strokes: int.
        alternatives: tuple of str. The further readings.
        problem: str or None. Why there is no truth or no reading.
    """

    file: str
    truth: str
    read: str
    confidence: float = 0.0
    errors: int | None = None
    kind: str | None = None
    strokes: int = 0
    alternatives: tuple[str, ...] = ()
    problem: str | None = None


def evaluate(
    folder: Path, bundle: str | Path, *, beam: int = BEAM, workers: int | None = None
) -> list[Outcome]:
    """Recognise every InkML file under a folder and compare it with its truth.

    Every file counts: one without usable truth, or that cannot be read, is an error with a
    `problem`. Limits over and under a sum count as its scripts, because truth files disagree
    about them.

    Raises:
        DataNotFound: No such folder, or no InkML in it.
        BundleError: See `crohme.bundle.load`.
    """
    files = inkml_files(folder)
    results = recognize_files(files, bundle, beam=beam, workers=workers)
    return [
        _outcome(path, path.relative_to(folder).as_posix(), found)
        for path, found in tqdm(results, desc="recognise", unit="file", total=len(files))
    ]


def summarize(outcomes: Sequence[Outcome], seed: int = 0) -> dict:
    """The figures: percentages of all outcomes, with 95 % bootstrap intervals.

    Args:
        outcomes: sequence of `Outcome`, at least one.
        seed: int. Of the bootstrap (2,000 samples; Efron, Annals of Statistics 7, 1979).

    Returns:
        dict, JSON-able: `n`; `exprate`, `le1`, `le2`, `le3`, each with its `_interval`; `top5`, the
        share whose truth is among the readings; `problems`, how many have no truth or no reading;
        `by_strokes`, ExpRate by length; `errors_by_kind`, counts of the wrong ones, those that
        cannot be told as `untold`.
    """
    errors = np.array([np.inf if o.errors is None else o.errors for o in outcomes])
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(errors), size=(2000, len(errors)))
    summary: dict = {"metric": "token edit distance on normal-form LaTeX", "n": len(outcomes)}
    for key, most in RATES:
        right = errors <= most
        low, high = np.percentile(100 * right[drawn].mean(axis=1), [2.5, 97.5])
        summary[key] = round(100 * float(right.mean()), 2)
        summary[f"{key}_interval"] = [round(float(low), 2), round(float(high), 2)]
    found = np.array([o.truth != "" and o.truth in (o.read, *o.alternatives) for o in outcomes])
    summary["top5"] = round(100 * float(found.mean()), 2)
    summary["problems"] = sum(o.problem is not None for o in outcomes)
    summary["by_strokes"] = _by_strokes(outcomes)
    wrong = [o for o in outcomes if o.errors != 0]
    summary["errors_by_kind"] = {kind or "untold": sum(o.kind == kind for o in wrong) for kind in (*KINDS, None)}
    return summary


def _by_strokes(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    groups = {}
    for low, high in LENGTHS:
        group = [o for o in outcomes if low <= o.strokes and (high is None or o.strokes <= high)]
        if group:
            rate = 100 * sum(o.errors == 0 for o in group) / len(group)
            groups[f"{low}+" if high is None else f"{low}-{high}"] = {"n": len(group), "exprate": round(rate, 2)}
    return groups


def _outcome(path: Path, name: str, found: Recognition | InkError | OSError) -> Outcome:
    try:
        ink = found.ink if isinstance(found, Recognition) else read(path)
        truth = without_limits(truth_of(ink))
    except (InkError, NotationError, OSError) as error:
        return Outcome(name, "", "", problem=_cause(error))
    told = to_latex(truth)
    if not isinstance(found, Recognition):
        return Outcome(name, " ".join(told), "", strokes=len(ink.strokes), problem=_cause(found))
    best = without_limits(found.best.tree)
    errors = Levenshtein.distance(told, to_latex(best))
    return Outcome(
        name,
        " ".join(told),
        found.latex,
        found.confidence,
        errors,
        _kind(truth, best) if errors else None,
        len(ink.strokes),
        tuple(reading.latex for reading in found.readings[1:]),
    )


def _cause(error: InkError | NotationError | OSError) -> str:
    """Without the name of the file."""
    if isinstance(error, InkError):
        return error.cause
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _kind(truth: SymbolTree, found: SymbolTree) -> str | None:
    written, seen = ({node.strokes: node.label for node in tree.nodes()} for tree in (truth, found))
    if () in written:  # the truth came from LaTeX
        return None
    if written.keys() != seen.keys():
        return "segmentation"
    return "symbol" if written != seen else "relation"
