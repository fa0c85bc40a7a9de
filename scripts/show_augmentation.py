"""Draw a sheet of training expressions as augmentation makes them: `python scripts/show_augmentation.py`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.augment.texts import read_texts, strokes_of, text_files  # noqa: E402
from crohme.datasets.crohme import crohme_folder  # noqa: E402
from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.evaluation.sheets import draw_expressions  # noqa: E402
from crohme.expressions.batches import training_pools  # noqa: E402
from crohme.expressions.recipe import Recipe, sample  # noqa: E402
from crohme.notation import Alphabet  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("runs/augmentation.png"), help="PNG to write")
    parser.add_argument("--count", type=int, default=28, help="how many expressions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--typeset", type=float, default=0.0, help="share that is typeset: from --texts, else own LaTeX"
    )
    parser.add_argument("--texts", type=Path, help="text file of LaTeX, or a folder of .txt files")
    args = parser.parse_args()
    pools = training_pools(crohme_folder() or sample_folder())
    recipe = Recipe(typeset_own=args.typeset)
    if args.texts:
        texts, files = read_texts(text_files(args.texts), strokes_of(pools.written), Alphabet.crohme())
        for file in files:
            print(
                f"{file.path}: {file.kept} kept, {file.dropped.total()} not:",
                *map(_counted, file.dropped.most_common(12)),
            )
        pools, recipe = pools._replace(texts=texts), Recipe(typeset=args.typeset, texts=str(args.texts))
    rng = np.random.default_rng(args.seed)
    draw_expressions([sample(pools, recipe, rng) for _ in range(args.count)], args.output)
    print(args.output)


def _counted(cause: tuple[str, int]) -> str:
    return f"{cause[0]} ({cause[1]})"


if __name__ == "__main__":
    main()
