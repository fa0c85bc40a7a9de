"""`crohme train`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from crohme.cli.arguments import positive_int
from crohme.cli.errors import CommandError

EPILOG = """\
Without --data it is trained on CROHME, looked for at $CROHME_DATA, data/crohme and ../shared/data/crohme;
if it is at none of them, on the small sample in data/sample, which shows that all works but makes no good
recogniser. A CROHME folder holds train/ and test2013/; see data/README.md.

The folder of the run gets config.json, log.csv, log.jsonl, curves.png, a checkpoint, and bundle/: the trained
recogniser, for --bundle of the other commands.

examples:
  crohme train
  crohme train symbols --network cnn --data /data/crohme --out runs/cnn
  crohme train symbols --network cnn --data my-symbols          (pictures in <label>/ folders)
  crohme train --resume                                         (after it was stopped)
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "train",
        help="train a recogniser",
        description="Train a recogniser of isolated symbols and write it as a bundle.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", nargs="?", choices=["symbols"], default="symbols", help="what to recognise (symbols)")
    parser.add_argument(
        "--network", choices=["lstm", "cnn"], default="lstm", help="lstm reads strokes, cnn pictures (lstm)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="a CROHME folder, a folder of InkML, or for the cnn of pictures"
    )
    parser.add_argument(
        "--epochs", type=positive_int, metavar="N", help="passes over the data (what the shipped bundle had)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the run (runs/symbol-<network>)")
    parser.add_argument("--resume", action="store_true", help="go on with a stopped run of the same options")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of everything random (1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; say on what, and where the bundle is."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    from crohme.corpus.location import DataNotFound, crohme_folder, sample_folder
    from crohme.training import symbols
    from crohme.training.checkpoint import CheckpointError

    try:
        data = args.data or crohme_folder()
        if data is None:
            data = sample_folder()
            print(f"CROHME is not in place: training on the embedded sample, {data}. See data/README.md.")
        bundle = symbols.train(args.network, data, args.epochs, args.resume, args.out, args.seed)
    except (DataNotFound, CheckpointError) as error:
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command with --resume goes on from the last checkpoint") from None
    print(f"bundle written to {bundle}")
    return 0
