"""Tables of LaTeX, mutated: read or refused, no row lost, the same table always right against itself.

python scripts/fuzz/scores.py --seed 0 --count 20000
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from harness import main

from crohme.evaluation.scored import figures_of, graphs_of, outcomes_of
from crohme.evaluation.scoring import Level, ScoringError, score

ALLOWED = (ScoringError,)

LATEX = (
    r"x ^ { 2 } , y",
    r"\frac { 1 } { 2 }",
    r"\overline{x}",
    "a; b",
    r"\begin{matrix} a & b \\ c & d \end{matrix}",
    "2",
)
PIECES = (
    "\t", ",", ";", '"', "\n", "\r\n", "\r", "{", "}", "\\", "\ufeff", "file", "latex", "0.5", "\x00", "a", "b.inkml",
    " ", '","', "é", "truth", "%", "[", ":",
)  # fmt: skip


class Sample(NamedTuple):
    """The suffix of a table, its content, and the level at which it is scored."""

    suffix: str
    content: bytes
    level: Level


def make(rng: np.random.Generator) -> Sample:
    """A table in one of its forms, with some pieces put in or taken out."""
    suffixes = ("", ".inkml", ".png")
    rows = [
        (f"a{index}{suffixes[int(rng.integers(3))]}", LATEX[int(rng.integers(len(LATEX)))])
        for index in range(int(rng.integers(1, 7)))
    ]
    suffix, text = _written(int(rng.integers(6)), rows)
    for _ in range(int(rng.geometric(0.5)) - 1):
        place = int(rng.integers(len(text) + 1))
        piece = PIECES[int(rng.integers(len(PIECES)))]
        text = text[:place] + (piece if rng.random() < 0.6 else "") + text[place + int(rng.integers(4)) :]
    content = text.encode("utf-16" if rng.random() < 0.05 else "utf-8")
    if rng.random() < 0.05:
        place = int(rng.integers(len(content) + 1))
        content = content[:place] + rng.bytes(2) + content[place:]
    return Sample(suffix, content, Level.TOKENS if rng.random() < 0.5 else Level.SYMBOL)


def _written(form: int, rows: list[tuple[str, str]]) -> tuple[str, str]:
    quoted = [(name, '"' + latex.replace('"', '""') + '"') for name, latex in rows]
    objects = [f'{{"file": "{name}", "latex": "{latex.replace(chr(92), chr(92) * 2)}"}}' for name, latex in rows]
    return (
        (".csv", "file,latex\n" + "".join(f"{name},{latex}\n" for name, latex in quoted)),
        (".csv", "".join(f"{name};{latex}\r\n" for name, latex in quoted)),
        (".csv", "file,truth,read,confidence\n" + "".join(f"{name},{latex},{latex},0.5\n" for name, latex in quoted)),
        (".txt", "".join(f"{name}\t{latex}\n" for name, latex in rows)),
        (".json", f"[{', '.join(objects)}]"),
        (".jsonl", "\n".join(objects)),
    )[form]


def attempt(sample: Sample) -> str:
    """Score a table against itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{sample.suffix}"
        path.write_bytes(sample.content)
        scores = score(path, path, sample.level)
        outcomes = outcomes_of(scores)
        if len(sample.content) % 16 == 0:  # their bootstrap takes longer than all the rest
            figures_of(scores, outcomes)
            graphs_of(scores)
    if b"read" in sample.content.replace(b"\0", b""):  # in UTF-16, too
        return "two columns"  # of which one may have been changed
    wrong = [one for one in scores.files.values() if one.errors != 0]
    assert all(one.problem for one in wrong), "what is the same is wrong, and nobody says why"
    return "some refused" if wrong else "all right"


if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
