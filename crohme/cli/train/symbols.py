"""`crohme train symbols`."""

from __future__ import annotations

import argparse
from pathlib import Path

from crohme.cli import symbol_options
from crohme.cli.arguments import positive_int, positive_number
from crohme.cli.files import check_folder
from crohme.cli.tasks import Parser
from crohme.cli.train.shared import add_run_options, run_training

EPILOG = f"""\
{symbol_options.HELP}
examples:
  crohme train symbols
  crohme train symbols --network cnn --data /data/crohme --out runs/cnn
  crohme train symbols --network cnn --data my-pictures
  crohme train symbols --network cnn --data mnist --data operators --classes 0 1 2 3 add sub
  crohme train symbols --network vgg19 --data my-pictures --image-size 224 --weights imagenet
  crohme train symbols --resume
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `train`."""
    parser = tasks.add_parser(
        "symbols",
        help="isolated symbols, from their strokes or from pictures (the default)",
        description="Train a recogniser of isolated symbols.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_run_options(
        parser,
        data="InkML or pictures; several folders of pictures are merged: --data A --data B (CROHME)",
        epochs="passes over the data (as many as the shipped bundle had)",
        minutes="time to train, instead of --epochs",
        out="folder of the run (runs/symbol-<network>)",
    )
    symbol_options.add_options(parser)
    group = parser.add_argument_group("training")
    group.add_argument(
        "--weights", default="none", metavar="none|imagenet|FILE", help="what vgg19 and mobilenet start from (none)"
    )
    group.add_argument("--batch-size", type=positive_int, metavar="N", help="examples per step (128)")
    group.add_argument("--learning-rate", type=positive_number, metavar="R", help="peak of the learning rate")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; say on what, and where the bundle is."""
    return run_training(args, _train)


def _train(args: argparse.Namespace, data: list[Path]) -> Path:
    from crohme.symbols import training

    if args.out is not None:
        check_folder(args.out)
    return training.train(
        args.network,
        data,
        args.epochs,
        args.resume,
        args.out,
        1 if args.seed is None else args.seed,
        minutes=args.minutes,
        learning_rate=args.learning_rate,
        batch_size=args.batch_size,
        arguments=symbol_options.network_arguments(args),
        weights=args.weights,
        choice=symbol_options.choice_of(args),
    )
