"""Writes `crohme/expressions/stroke_limits.csv`: how long, curled and turned the strokes of each symbol are.

The limit of a class of `_MANY` strokes is what one stroke of a thousand exceeds, and a quarter more; rarer classes have
at least what one of a hundred strokes of all classes exceeds. The first row is for classes without one.

    python scripts/measure_strokes.py "$CROHME_DATA/train" > crohme/expressions/stroke_limits.csv
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a clone that is not installed

_MANY = 500
_FEW = 20
_MARGIN = 1.25


def main(folder: str) -> None:
    """Measure the InkML files of a folder."""
    import numpy as np
    from tqdm import tqdm

    from crohme.expressions.recognizer import prepare
    from crohme.expressions.stroke_limits import MEASURES, measures
    from crohme.notation import Alphabet
    from inkml_parser import InkError, read

    parts = defaultdict(list)
    alphabet = Alphabet.crohme()
    for path in tqdm(sorted(Path(folder).rglob("*.inkml"))):
        try:
            ink = read(path)
        except InkError as error:
            print(error, file=sys.stderr)
            continue
        found = measures(prepare(ink))
        for symbol in ink.symbols:
            parts[alphabet.canonical(symbol.label)].append(found[list(symbol.strokes)])
    of_label = {label: np.concatenate(own) for label, own in parts.items()}
    everything = np.concatenate(list(of_label.values()))
    rows = {"": np.percentile(everything, 99.9, axis=0)}
    for label, strokes in sorted(of_label.items()):
        if label in alphabet and len(strokes) >= _FEW:
            own = np.percentile(strokes, 99.9, axis=0)
            rows[label] = own if len(strokes) >= _MANY else np.maximum(own, np.percentile(everything, 99, axis=0))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("label", *MEASURES))
    for label, row in rows.items():
        writer.writerow((label, *(f"{value:.2f}" for value in row * _MARGIN)))


if __name__ == "__main__":
    main(sys.argv[1])
