"""Write data/splits/held_out.csv: the CROHME training files that are kept for validation.

python scripts/make_split_manifest.py --data DIR
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crohme.datasets.crohme import Crohme

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs from a clone that is not installed


def main() -> None:
    """List the files of held-out writers, as `crohme.datasets.crohme` names them."""
    from crohme.datasets.crohme import Crohme
    from inkml_parser.files import replacing_text

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a CROHME folder, with train/ in it")
    data = parser.parse_args().data
    path = REPOSITORY / "data" / "splits" / "held_out.csv"
    with replacing_text(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "writer", "sha256"])
        writer.writerows(held_out_files(Crohme(data)))
    print(path)


def held_out_files(data: Crohme) -> Iterator[tuple[str, str, str]]:
    """`(file, writer, sha256)` of every training file of a held-out writer, in the order of paths.

    Files that cannot be read have no writer and are not held out.
    """
    for written in data.expressions(data.training):
        if data.is_held_out(written.writer):
            content = (data.folder_of(data.training) / written.name).read_bytes()
            yield written.name, written.writer, hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
