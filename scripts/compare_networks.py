"""Train the networks of isolated symbols for the same time each and write one table of what they are worth.

    python scripts/compare_networks.py --data /data/crohme --classes 82 --minutes 60
    python scripts/compare_networks.py --data data/sample --minutes 0.1 --out runs/dry-run    (does it all work?)

Each network's run is kept in --out; the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.cli.arguments import positive_int, positive_number  # noqa: E402  (a clone need not be installed)
from crohme.deep_learning import load_keras  # noqa: E402


def main() -> None:
    load_keras()
    from crohme.datasets.crohme import crohme_folder
    from crohme.datasets.location import sample_folder
    from crohme.evaluation import network_comparison as comparison

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="CROHME, or a set laid out like data/sample")
    parser.add_argument("--classes", type=int, choices=[82, 101], default=82, help="82 takes no account of case (82)")
    parser.add_argument("--minutes", type=positive_number, default=60.0, metavar="M", help="training of each (60)")
    parser.add_argument("--size", type=positive_int, default=45, metavar="PIXELS", help="side of the pictures (45)")
    parser.add_argument(
        "--networks", nargs="+", choices=comparison.CONTESTANTS, default=list(comparison.CONTESTANTS), help="(all)"
    )
    parser.add_argument("--vgg19-weights", default="none", metavar="none|imagenet|FILE", help="to start from (none)")
    parser.add_argument("--out", type=Path, default=Path("runs/comparison"), metavar="DIR", help="(runs/comparison)")
    args = parser.parse_args()

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    data = comparison.load_data(args.data or crohme_folder() or sample_folder(), args.classes)
    results = comparison.compare(
        data, args.networks, args.out, minutes=args.minutes, size=args.size, weights=args.vgg19_weights
    )
    print(comparison.markdown(results), end="")


if __name__ == "__main__":
    main()
