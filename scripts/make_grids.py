"""Matrices in the ink of held-out writers, as InkML with truth: `python scripts/make_grids.py DIR`.

    python scripts/make_grids.py runs/grids
    python crohme.py evaluate expressions --data runs/grids --bundle math --report runs/grids/report

From 2 by 2 to 4 by 4; most cells hold a digit or a letter, some a sign, a factor or a script; the brackets are square,
round or upright. The symbols of one matrix are by one writer, where he wrote them, and their places are drawn as
training draws them (`crohme.augment.typeset`): how people write whole matrices is not measured so.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.augment.ink import NoInk  # noqa: E402
from crohme.augment.one_hand import OneHand  # noqa: E402
from crohme.augment.pool import Pool  # noqa: E402
from crohme.augment.typeset import typeset  # noqa: E402
from crohme.datasets.crohme import crohme_folder  # noqa: E402
from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.expressions.data import find  # noqa: E402
from crohme.ink.expression import Expression  # noqa: E402
from crohme.ink.truth import labelled  # noqa: E402
from crohme.notation import Alphabet, from_latex  # noqa: E402
from inkml_parser import Ink, write  # noqa: E402

LETTERS = "a b c d m n p q x y z \\alpha \\beta".split()
BRACKETS = (("[", "]"), ("(", ")"), ("|", "|"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the files go")
    parser.add_argument("--number", type=int, default=200, help="of matrices (200)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    corpus = find(crohme_folder() or sample_folder()).held_out
    if not len(corpus.expressions):
        raise SystemExit("no held-out writers there: set CROHME_DATA")
    pool = Pool(corpus.expressions, corpus.writers)
    rng = np.random.default_rng(args.seed)
    args.folder.mkdir(parents=True, exist_ok=True)
    for number in range(args.number):
        size = (2 + number % 3, 2 + number // 3 % 3)
        made = drawn(size, pool, rng)
        ink = Ink.from_arrays([np.round(stroke * 100, 1) for stroke in made.points])
        write(labelled(ink, made.tree), args.folder / f"{size[0]}x{size[1]}_{number:03}.inkml")
    print(f"{args.number} matrices written to {args.folder}")


def drawn(size: tuple[int, int], pool: Pool, rng: np.random.Generator) -> Expression:
    """A matrix of so many lines and columns."""
    while True:
        lines = [" & ".join(cell(rng) for _ in range(size[1])) for _ in range(size[0])]
        opening, closing = BRACKETS[rng.integers(len(BRACKETS))]
        grid = " \\\\ ".join(lines)
        latex = f"{opening} \\begin{{matrix}} {grid} \\end{{matrix}} {closing}"
        try:
            return typeset(from_latex(latex, Alphabet.whole()), OneHand(pool, rng), rng)
        except NoInk:
            continue


def cell(rng: np.random.Generator) -> str:
    """What stands in a cell."""
    digit, letter, kind = str(rng.integers(10)), LETTERS[rng.integers(len(LETTERS))], rng.random()
    if kind < 0.45:
        return digit
    if kind < 0.7:
        return letter
    if kind < 0.8:
        return f"- {rng.integers(1, 10)}"
    if kind < 0.9:
        return f"{rng.integers(2, 10)} {letter}"
    return f"{letter} _ {{ {rng.integers(1, 4)} }}" if kind < 0.95 else f"{letter} ^ {{ 2 }}"


if __name__ == "__main__":
    main()
