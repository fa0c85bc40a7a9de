"""Train the network that tells which symbols of one writer look alike: `python scripts/train_shapes.py DIR …`.

    python scripts/train_shapes.py /data/crohme /data/unipen /data/detexify --out runs/shapes --minutes 80
    python scripts/train_shapes.py /data/crohme /data/unipen /data/detexify --out runs/shapes --resume
    python scripts/ship_expressions.py --data /data/crohme --bundle models/math --shapes runs/shapes/shapes.bin

See `crohme.expressions.shapes` for what it is, and `appearance` for what it is for.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.expressions.shape_training import train  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, metavar="DIR", help="data sets of symbols or of expressions")
    parser.add_argument("--out", type=Path, default=Path("runs/shapes"), metavar="RUN", help="folder of the run")
    parser.add_argument("--minutes", type=float, help="how long")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument("--start", type=Path, metavar="RUN", help="another run whose weights to begin with")
    args = parser.parse_args()
    if not args.resume and args.minutes is None:
        parser.error("--minutes is needed, but for --resume")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    print(train(args.data, args.out, minutes=args.minutes, resume=args.resume, start=args.start))


if __name__ == "__main__":
    main()
