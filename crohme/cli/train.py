"""`crohme train`."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from crohme.cli import symbol_options
from crohme.cli.arguments import positive_int, positive_number
from crohme.cli.errors import CommandError
from crohme.cli.files import check_folder
from crohme.deep_learning import load_keras

EPILOG = f"""\
Without --data it is trained on CROHME, looked for at $CROHME_DATA and data/crohme;
if it is at neither, on the small sample in data/sample, which shows that all works but makes no good
recogniser. A CROHME folder holds train/ and test2013/; see data/README.md.

The folder of a run gets its settings, log, curves.png, a checkpoint, and bundle/: the trained recogniser,
for --bundle of the other commands.

{symbol_options.HELP}
examples:
  crohme train
  crohme train symbols --network cnn --data /data/crohme --out runs/cnn
  crohme train symbols --network cnn --data my-symbols          (pictures in <label>/ folders)
  crohme train symbols --network cnn --data mnist --data operators --classes 0 1 2 3 4 5 6 7 8 9 add sub times
  crohme train symbols --network vgg19 --data my-symbols --image-size 224 --batch-size 32 --weights imagenet
  crohme train --resume                                         (after it was stopped)
  crohme train expressions --minutes 180 --size base
  crohme train expressions --tensorboard                        (then: tensorboard --logdir runs/expressions)
  crohme train expressions --resume                             (to the end of a stopped run)
  crohme train expressions --resume --minutes 60                (an hour more, from where a run is)
"""
# Options of one task only: to give one to the other task is an error, not a wish that is passed over.
_OWN_OPTIONS = {
    "symbols": (*symbol_options.OPTIONS, "weights", "batch_size", "learning_rate"),
    "expressions": ("size", "workers", "tensorboard", "start", "config", "set"),
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "train",
        help="train a recogniser",
        description="Train a recogniser of isolated symbols or of whole expressions and write it as a bundle.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "task", nargs="?", choices=["symbols", "expressions"], default="symbols", help="what to recognise (symbols)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="DIR",
        help="a CROHME folder; for symbols also InkML, or pictures, several sets of them merged: --data A --data B",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--epochs", type=positive_int, metavar="N", help="passes over the data (symbols: what the shipped bundle had)"
    )
    length.add_argument(
        "--minutes", type=positive_number, metavar="M", help="time to train, instead of --epochs (expressions: 120)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the run (runs/symbol-<network>, or runs/expressions)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with a stopped run of the same options")
    parser.add_argument(
        "--from", dest="start", metavar="NAME|DIR", help="expressions: a bundle whose weights a new run starts from"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="expressions: settings of a new run (TOML, see configs/)"
    )
    parser.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="expressions: one of them, such as recipe.one_hand=0.5"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of everything random")
    symbol_options.add_options(parser)
    parser.add_argument(
        "--weights", metavar="none|imagenet|FILE", help="symbols: what vgg19 and mobilenet start from (none)"
    )
    parser.add_argument("--batch-size", type=positive_int, metavar="N", help="symbols: examples per step (128)")
    parser.add_argument("--learning-rate", type=positive_number, metavar="R", help="symbols: peak of the learning rate")
    parser.add_argument("--size", choices=["small", "base"], help="expressions: of the network (small)")
    parser.add_argument("--workers", type=positive_int, metavar="N", help="expressions: processes that make ink (1)")
    parser.add_argument(
        "--tensorboard", action="store_true", default=None, help="expressions: log for TensorBoard, too"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; say on what, and where the bundle is."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for task, options in _OWN_OPTIONS.items():
        for option in options:
            if task != args.task and getattr(args, option) is not None:
                name = {"start": "from"}.get(option, option.replace("_", "-"))
                raise CommandError(f"--{name} is an option of `train {task}`, not of `train {args.task}`")

    load_keras()
    from crohme.child_processes import WorkerLost
    from crohme.datasets.location import crohme_folder, sample_folder

    try:
        data = args.data or [crohme_folder()]
        if data == [None]:
            data = [sample_folder()]
            print(f"CROHME is not in place: training on the embedded sample, {data[0]}. See data/README.md.")
        bundle = _TASKS[args.task](args, data)
    except WorkerLost as error:
        raise CommandError(f"{error} The same command with --resume goes on from the checkpoint.") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command with --resume goes on from the last checkpoint") from None
    print(f"bundle written to {bundle}")
    return 0


def _train_symbols(args: argparse.Namespace, data: list[Path]) -> Path:
    from crohme.symbols import training as symbols

    if args.out is not None:
        check_folder(args.out)
    return symbols.train(
        args.network or "lstm",
        data,
        args.epochs,
        args.resume,
        args.out,
        1 if args.seed is None else args.seed,
        minutes=args.minutes,
        learning_rate=args.learning_rate,
        batch_size=args.batch_size,
        arguments=symbol_options.network_arguments(args),
        weights=args.weights or "none",
        choice=symbol_options.choice_of(args),
    )


def _train_expressions(args: argparse.Namespace, data: list[Path]) -> Path:
    from crohme.expressions import training as expressions

    if len(data) > 1:
        raise CommandError("expressions are trained on one folder: several --data are for symbols")

    if args.resume and args.start is not None:
        raise CommandError("--from is for a new run; --resume goes on with the weights of its checkpoint")
    if args.resume and (args.config is not None or args.set):
        raise CommandError("--config and --set are for a new run; --resume goes on with the settings of its folder")
    folder = args.out or Path("runs") / "expressions"
    asked = _experiment(args)
    settings = expressions.stored_settings(folder) if args.resume else asked["settings"]
    given = {name: value for name in ("size", "seed") if (value := getattr(args, name)) is not None}
    figures = expressions.train(
        data[0],
        folder,
        minutes=args.minutes if args.minutes or args.epochs else asked["minutes"],
        epochs=args.epochs,
        settings=replace(settings, **given),
        recipe=expressions.stored_recipe(folder) if args.resume else asked["recipe"],
        resume=args.resume,
        start=args.start or asked["start"],
        workers=args.workers or 1,
        tensorboard=bool(args.tensorboard),
    )
    print(f"ExpRate {figures['exprate']:.2f} % on the validation set, greedy, one direction")
    return folder / "bundle"


def _experiment(args: argparse.Namespace) -> dict[str, Any]:
    """What `--config` and `--set` ask for, over the defaults."""
    from crohme.expressions import training as expressions
    from crohme.training.experiment import read_experiment, take, with_values

    written = {} if args.config is None else read_experiment(args.config)
    defaults = {"settings": expressions.Settings(), "recipe": expressions.Recipe(), "minutes": float, "start": str}
    return take(with_values(written, args.set or ()), defaults, str(args.config or "--set"))


_TASKS = {"symbols": _train_symbols, "expressions": _train_expressions}
