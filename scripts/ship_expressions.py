"""Make the shipped bundle of a training run: `python scripts/ship_expressions.py --data CROHME --run runs/expressions`.

`train expressions` does the same in the end where the setting `calibrate` says so. This is for a run that was trained
without it, for more sets to measure, and, without `--run`, for a bundle that is to be calibrated and measured anew:

    python scripts/ship_expressions.py --data CROHME --run runs/math --bundle models/math --also expressmatch=FOLDER
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.evaluation.shipping import STRENGTH, ship  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="CROHME folder, with test2013 and test2014")
    parser.add_argument("--run", type=Path, help="folder of the training run; without it the weights stay as they are")
    parser.add_argument("--bundle", type=Path, default=Path("models/expressions"), help="folder to write")
    parser.add_argument(
        "--strength", type=float, default=STRENGTH, help=f"of what keeps the bias of the tokens small ({STRENGTH:g})"
    )
    parser.add_argument(
        "--also", action="append", default=[], metavar="NAME=DIR", help="InkML to measure with the whole alphabet, too"
    )
    parser.add_argument(
        "--texts", type=Path, help="LaTeX that people wrote, a file or a folder of .txt, to rank with (that of the run)"
    )
    parser.add_argument("--shapes", type=Path, metavar="FILE", help="what scripts/train_shapes.py wrote")
    parser.add_argument(
        "--calibrate-on", action="append", default=[], metavar="DIR", type=Path,
        help="InkML to calibrate the confidence on, beside test2013 and the held-out writers",
    )  # fmt: skip
    parser.add_argument("--last", action="store_true", help="the weights at the end, not those best on validation")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    also = {name: Path(place) for name, _, place in (text.partition("=") for text in args.also)}
    figures = ship(
        args.run, args.bundle, args.data, strength=args.strength, last=args.last, also=also, texts=args.texts,
        shapes=args.shapes, calibrate_on=args.calibrate_on,
    )  # fmt: skip
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
