"""What the tasks of `crohme train` share."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from crohme.cli.arguments import positive_int, positive_number, seed
from crohme.cli.errors import CommandError
from crohme.cli.files import check_folder
from crohme.deep_learning import check_installed, load_keras

Train = Callable[[], Path | None]
"""Trains, and returns the folder of the bundle if this process writes it."""
Plan = Callable[[argparse.Namespace, list[Path]], Train]
"""Refuses with a CrohmeError all that can be refused before Keras is loaded, which takes seconds."""


def add_run_options(parser: argparse.ArgumentParser, data: str, epochs: str, minutes: str, out: str) -> None:
    """The options of a run that every task has; the texts are their help, which differs."""
    parser.add_argument("--data", type=Path, action="append", metavar="DIR", help=data)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=positive_int, metavar="N", help=epochs)
    length.add_argument("--minutes", type=positive_number, metavar="M", help=minutes)
    parser.add_argument("--out", type=Path, metavar="DIR", help=out)
    parser.add_argument("--resume", action="store_true", help="continue a stopped run with the same options")
    parser.add_argument("--seed", type=seed, metavar="N", help="random seed")
    parser.add_argument("--tensorboard", action="store_true", help="write a log for TensorBoard as well")


def add_experiment_options(parser: argparse.ArgumentParser) -> None:
    """`--config`, `--set` and `--from`."""
    group = parser.add_argument_group("settings of a new run")
    group.add_argument("--config", type=Path, metavar="FILE", help="read settings from this TOML file, see configs/")
    group.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="change one of them: --set settings.weight_decay=0.02"
    )
    group.add_argument("--from", dest="start", metavar="NAME|DIR", help="start from the weights of this bundle")


def check_experiment_options(args: argparse.Namespace) -> None:
    """Refuse what `--resume` takes from the folder of the run.

    Raises:
        CommandError: `--config` or `--set` with `--resume`. What a run started from does not matter then.
    """
    if args.resume and (args.config is not None or args.set):
        raise CommandError("--config and --set are for a new run; --resume keeps the settings of its folder")


def length(args: argparse.Namespace, epochs: float | None, minutes: float | None) -> tuple[float | None, float | None]:
    """Epochs and minutes: as the options say, else as given."""
    return (args.epochs, args.minutes) if args.epochs or args.minutes else (epochs, minutes)


def check_out(folder: Path, *, resume: bool) -> None:
    """Refuse a folder that no run can begin, or go on, in.

    Raises:
        CommandError: It cannot be written to.
        CheckpointError: See `run_folder.check_can_begin`.
    """
    from crohme.training.run_folder import check_can_begin

    check_can_begin(folder, resume=resume)
    check_folder(folder)


def run_training(args: argparse.Namespace, plan: Plan) -> int:
    """Find the data, train, and say where the bundle is.

    Args:
        args: argparse.Namespace. With `data`, as `add_run_options` has it.
        plan: Plan. Of the arguments and the folders of data.

    Raises:
        CommandError: A worker process was lost.
        KeyboardInterrupt: With a message that says how to continue.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    check_installed()
    from crohme.child_processes import WorkerLost
    from crohme.datasets.crohme import crohme_folder
    from crohme.datasets.location import sample_folder
    from crohme.training.tensorboard import load_writer

    if args.tensorboard:
        load_writer()
    try:
        data = args.data or [crohme_folder()]
        if data == [None]:
            data = [sample_folder()]
            print(f"CROHME is not in place: training on the embedded sample, {data[0]}. See data/README.md.")
        train = plan(args, data)
        load_keras()
        bundle = train()
    except WorkerLost as error:
        raise CommandError(f"{error} The same command with --resume continues from the checkpoint.") from None
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(
            str(interrupt) or "the same command with --resume continues from the last checkpoint"
        ) from None
    if bundle is not None:
        print(f"bundle written to {bundle}")
    return 0
