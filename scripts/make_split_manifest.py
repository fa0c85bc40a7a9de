"""Write data/splits/held_out.csv: the CROHME training files that are kept for validation.

python scripts/make_split_manifest.py --data DIR
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs from a clone that is not installed


def main() -> None:
    """List the files of held-out writers, as `crohme.datasets.splits` names them."""
    from crohme.datasets.splits import held_out_files
    from inkml_parser.files import replacing_text

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a CROHME folder, with train/ in it")
    data = parser.parse_args().data
    path = REPOSITORY / "data" / "splits" / "held_out.csv"
    with replacing_text(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "writer", "sha256"])
        writer.writerows(held_out_files(data / "train"))
    print(path)


if __name__ == "__main__":
    main()
