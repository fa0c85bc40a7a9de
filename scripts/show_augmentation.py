"""Draw a sheet of training expressions as augmentation makes them: `python scripts/show_augmentation.py`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.corpus.location import TRAIN, crohme_folder, sample_folder  # noqa: E402
from crohme.evaluation.sheets import draw_expressions  # noqa: E402
from crohme.training.batches import Recipe, sample, training_pools  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("runs/augmentation.png"), help="PNG to write")
    parser.add_argument("--count", type=int, default=28, help="how many expressions")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    pools = training_pools((crohme_folder() or sample_folder()) / TRAIN)
    rng = np.random.default_rng(args.seed)
    draw_expressions([sample(pools, Recipe(), rng) for _ in range(args.count)], args.output)
    print(args.output)


if __name__ == "__main__":
    main()
