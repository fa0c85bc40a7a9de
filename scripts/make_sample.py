"""Write the embedded sample, data/sample: InkML that the project itself makes.

    python scripts/make_sample.py

The same files come out each time, byte for byte.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs in a clone in which nothing is installed

from sample_generator.handwriting import write_expression  # noqa: E402
from sample_generator.plan import plan  # noqa: E402

from inkml_parser import write  # noqa: E402


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=REPOSITORY / "data" / "sample", metavar="DIR")
    output: Path = parser.parse_args(argv).output
    for planned in plan():
        path = output / f"{planned.path}.inkml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(write_expression(planned.latex, planned.writer, path.stem), path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
