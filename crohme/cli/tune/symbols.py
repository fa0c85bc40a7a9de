"""`crohme tune symbols`."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli import symbol_options
from crohme.cli.arguments import positive_int, seed
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.deep_learning import load_keras
from crohme.extras import require

if TYPE_CHECKING:
    from crohme.symbols.examples import TrainingData
    from crohme.symbols.tuning import Best

EPOCHS = 9
_SHOWN = 10

EPILOG = f"""\
Keras Tuner's Hyperband tries many learning rates, activations and widths of a network for a
short time, and continues with the best of them until some have had --epochs passes over the
data. A trial also ends when it no longer improves. crohme/symbols/tuning_space.py lists what is
searched. Needs the extra `tune`.

The folder of a search holds trials.csv, a row for each trial, best first; best.json, the best
configuration; tuner/, from which --resume continues; and with --retrain, retrained/: a full
run of `crohme train` with the best configuration, and its bundle.

{symbol_options.HELP}
examples:
  crohme tune symbols --network cnn --data my-pictures
  crohme tune symbols --network alexnet --data my-pictures --epochs 27 --retrain
  crohme tune symbols --network cnn --data my-pictures --resume --retrain
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `tune`."""
    parser = tasks.add_parser(
        "symbols",
        help="learning rate, activation and width of a network for symbols (the default)",
        description="Search for the best learning rate, activation and width of a network for symbols.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, action="append", metavar="DIR", help="as for `crohme train symbols` (CROHME)"
    )
    parser.add_argument(
        "--epochs", type=positive_int, default=EPOCHS, metavar="N", help=f"passes that the best trials get ({EPOCHS})"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the search (runs/tune-<network>)")
    parser.add_argument("--resume", action="store_true", help="continue a stopped search with the same options")
    parser.add_argument("--retrain", action="store_true", help="train with the best settings at the end")
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help="random seed (1)")
    symbol_options.add_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Search; print the table, and where the best configuration is."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    require("tune", "this command")  # the extra has Keras as well
    from crohme.symbols.data import find

    args.out = args.out or Path("runs") / f"tune-{args.network}"
    asked = symbol_options.network_of(args)
    arguments = symbol_options.network_arguments(args, asked)
    data = find(asked.name, args.data, arguments, symbol_options.choice_of(args), args.seed)
    load_keras()
    # Its adapter to TensorFlow loads TensorBoard, which keras-tuner does not ask for when it is installed.
    import keras_tuner  # noqa: F401
    import tensorboard  # noqa: F401

    try:
        best = _search(args, asked.key, arguments, data)
        print(f"best: {best.top1:.2%}, trial {best.trial}; written to {args.out / 'best.json'}")
        if args.retrain:
            print(f"bundle written to {_retrain(args, best)}")
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command with --resume continues from the last trial") from None
    return 0


def _search(args: argparse.Namespace, network: str, arguments: dict[str, Any], data: TrainingData) -> Best:
    from crohme.symbols import tuning
    from crohme.symbols.settings import DEFAULTS
    from crohme.symbols.tuning_space import Search

    search = Search(network, arguments, args.epochs, batch_size=DEFAULTS[network].batch_size, seed=args.seed)
    best = tuning.tune(search, data, args.out, args.resume)
    trials = tuning.table(args.out)
    print(trials.head(_SHOWN).to_string(index=False, na_rep="", float_format="{:.4g}".format))
    if len(trials) > _SHOWN:
        print(f"and {len(trials) - _SHOWN} more in {args.out / 'trials.csv'}")
    return best


def _retrain(args: argparse.Namespace, best: Best) -> Path:
    from crohme.symbols import training as symbols
    from crohme.symbols.settings import DEFAULTS
    from crohme.training.run_folder import holds_run

    out = args.out / "retrained"
    settings = replace(
        DEFAULTS[best.network], learning_rate=best.learning_rate, arguments=best.arguments, seed=args.seed
    )
    return symbols.train(settings, args.data, out, resume=holds_run(out), choice=symbol_options.choice_of(args))
