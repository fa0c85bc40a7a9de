"""How much memory a large set of pictures takes: makes one of 100,000, and goes through it as training does.

    python scripts/measure_streaming.py /tmp/pictures --count 100000 --size 48

The set is made once, some 400 MB on most file systems; a second run measures it as read from the cache.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from crohme.symbols.data import find

CLASSES = 100
BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000, help="pictures to make, if the folder does not exist")
    parser.add_argument("--size", type=int, default=48, help="side of the pictures that the network reads")
    args = parser.parse_args()
    if not args.folder.exists():
        make(args.folder, args.count)
    tell("before")
    start = time.monotonic()
    data = find("symbol_cnn", args.folder, {"size": args.size})
    tell(f"read and split in {time.monotonic() - start:.0f} s: {data.counts}")
    start = time.monotonic()
    rng = np.random.default_rng(1)
    order = rng.permutation(len(data.train))
    for at in tqdm(range(0, len(order) - BATCH + 1, BATCH), desc="one epoch", unit="batch"):
        data.train.inputs(order[at : at + BATCH], rng)
    tell(f"one epoch, distorted, in {time.monotonic() - start:.0f} s")


def make(folder: Path, count: int) -> None:
    """Random scribbles, a thousand for each of a hundred labels."""
    rng = np.random.default_rng(1)
    for label in range(CLASSES):
        (folder / chr(0x4E00 + label)).mkdir(parents=True)
    for number in tqdm(range(count), desc="making pictures", unit="image"):
        picture = np.full((28, 28), 255, dtype=np.uint8)
        cv2.polylines(picture, [rng.integers(3, 25, (4, 2), dtype=np.int32)], False, 0, 1)
        cv2.imwrite(str(folder / chr(0x4E00 + number % CLASSES) / f"{number}.png"), picture)


def tell(when: str) -> None:
    """Print the most memory that this process has held."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {kilobytes / 1024:.0f} MB, {when}", flush=True)


if __name__ == "__main__":
    main()
