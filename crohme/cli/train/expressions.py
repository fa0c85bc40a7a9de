"""`crohme train expressions`."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.arguments import MAX_WORKERS, addresses, up_to
from crohme.cli.errors import CommandError
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.cli.train.recipes import check_task
from crohme.cli.train.shared import (
    Train,
    add_experiment_options,
    add_run_options,
    check_experiment_options,
    check_out,
    length,
    run_training,
)

if TYPE_CHECKING:
    from crohme.expressions.recipe import Recipe
    from crohme.expressions.run_settings import Settings

_MACHINES = re.compile(r"(\d{1,4})/(\d{1,4})@([^@/\s]+:\d{1,5})")
_LAUNCHER = "torchrun"
EPILOG = """\
A run continues after a stop with --resume, to the end that it was given, or with --minutes
or --epochs beyond it. configs/expressions.toml lists the settings that --set and --config take.

With --from, the classes that the bundle knows keep their weights, and those that are new in --data
are added; learning rate and warm-up are lower unless they are set.

--machines 2/4@HOST:PORT trains on four machines, this being the second; HOST is the first one,
PORT a free port on it. All run the same command, each with its own number, with the same version
of crohme and the same --data, and do a quarter of every batch each: the result is that of one
machine. It needs --epochs and JAX. The first machine validates and writes --out; the others must
be able to read that folder to --resume, with any number of machines. If one is lost, all stop.
Under torchrun and the like, --machines torchrun takes number and address from the launcher.

With --batches-from HOST:PORT,HOST:PORT, machines that run `crohme train batches` make the training
expressions.

examples:
  crohme train expressions --data my-ink --from expressions --minutes 10
  crohme train expressions --minutes 180 --size base
  crohme train expressions --config configs/expressions.toml
  crohme train expressions --set recipe.one_hand=0.5
  crohme train expressions --tensorboard
  tensorboard --logdir runs/expressions
  crohme train expressions --resume             (to the end of a stopped run)
  crohme train expressions --resume --minutes 60          (an hour more)
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `train`."""
    parser = tasks.add_parser(
        "expressions",
        help="whole expressions, from their strokes",
        description="Train a recogniser of whole expressions, the stroke transformer.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    add_run_options(
        parser,
        data="a folder of InkML, with train/ and validation/ in it; else some writers are held out (CROHME)",
        epochs="passes over the data",
        minutes="training time, compilation not counted; instead of --epochs (120)",
        out="folder of the run (runs/expressions)",
    )
    parser.add_argument("--size", choices=["small", "base"], help="size of the network (small)")
    parser.add_argument(
        "--workers", type=up_to(MAX_WORKERS), default=1, metavar="N", help="processes that compose and distort ink (1)"
    )
    parser.add_argument(
        "--machines", type=_machines, metavar="I/N@HOST:PORT", help=f"machine I of N, see below; or {_LAUNCHER}"
    )
    parser.add_argument(
        "--batches-from",
        type=addresses,
        default=(),
        metavar="HOST:PORT,...",
        help="machines that compose and distort ink, instead of --workers",
    )
    add_experiment_options(parser)
    parser.set_defaults(run=run)


def _machines(text: str) -> tuple[int, int, str] | str:
    """For argparse's `type=`: the parts of `2/4@host:port`, or the launcher that tells them."""
    match = _MACHINES.fullmatch(text)
    if match is not None and 1 <= int(match[1]) <= int(match[2]):
        return int(match[1]), int(match[2]), match[3]
    if text != _LAUNCHER:
        raise argparse.ArgumentTypeError(f"{text!r} is neither like 2/4@host:port nor {_LAUNCHER}")
    return text


def run(args: argparse.Namespace) -> int:
    """Train; say on what, how well it reads, and where the bundle is."""
    if args.machines is not None:
        os.environ.setdefault("KERAS_BACKEND", "jax")
    return run_training(args, _planned)


def _planned(args: argparse.Namespace, data: list[Path]) -> Train:
    from crohme import bundle
    from crohme.datasets.registry import open_data_set
    from crohme.expressions import run_settings
    from crohme.expressions.batch_makers import secret
    from crohme.expressions.fine_tuning import fine_tuning_settings
    from crohme.expressions.recipe import Recipe
    from crohme.expressions.vocabulary import vocabulary_of
    from crohme.training.experiment import read_run
    from crohme.training.ranges import SHARE, check_settings

    if len(data) > 1:
        raise CommandError("expressions are trained on one folder: several --data are for symbols")
    check_experiment_options(args)
    check_task(args.config, "expressions")
    folder = args.out or Path("runs") / "expressions"
    if args.resume:
        check_out(folder, resume=True)
    tables = {"settings": run_settings.Settings(), "recipe": Recipe()}
    asked = read_run(args.config, args.set or (), tables)
    start = args.start or asked["start"]
    if start:
        tables["settings"] = fine_tuning_settings()
        asked = read_run(args.config, args.set or (), tables)
    settings = run_settings.stored_settings(folder) if args.resume else asked["settings"]
    recipe = run_settings.stored_recipe(folder) if args.resume else asked["recipe"]
    given = {name: value for name in ("size", "seed") if (value := getattr(args, name)) is not None}
    settings = replace(settings, **given)
    run_settings.architecture(settings)
    check_settings(settings, {"dropout": SHARE})
    recipe.check()
    if args.batches_from:
        secret()
    open_data_set(data[0]).training_split()
    if start and not args.resume:
        vocabulary_of(bundle.load(start))
    if settings.calibrate:
        from crohme.evaluation.shipping import splits

        splits(data[0])  # now, not after hours of training
    if not args.resume:
        check_out(folder, resume=False)  # last: it makes the folder
    return lambda: _train(args, data[0], folder, settings, recipe, asked)


def _train(
    args: argparse.Namespace, data: Path, folder: Path, settings: Settings, recipe: Recipe, asked: dict[str, Any]
) -> Path | None:
    from crohme.expressions import training
    from crohme.training import machines

    given_machines = args.machines or ()
    joining = machines.from_environment() if given_machines == _LAUNCHER else machines.Machines(*given_machines)
    epochs, minutes = length(args, asked["epochs"], asked["minutes"])
    figures = training.train(
        data,
        folder,
        minutes=minutes,
        epochs=epochs,
        settings=settings,
        recipe=recipe,
        resume=args.resume,
        start=args.start or asked["start"],
        workers=args.workers,
        tensorboard=args.tensorboard,
        config=args.config,
        machines=joining,
        makers=args.batches_from,
    )
    if not joining.is_first:
        return None
    print(f"ExpRate {figures['exprate']:.2f} % on the validation set, greedy, one direction")
    if settings.calibrate:
        _calibrate(folder, data, last=settings.last)
    return folder / "bundle"


def _calibrate(folder: Path, data: Path, *, last: bool) -> None:
    from crohme.evaluation.shipping import ship

    try:
        figures = ship(folder, folder / "bundle", data, last=last)
    except KeyboardInterrupt:
        again = f"python scripts/ship_expressions.py --data {data} --run {folder} --bundle {folder / 'bundle'}"
        raise KeyboardInterrupt(
            f"the bundle is written, but not calibrated; {again}{' --last' if last else ''} does that"
        ) from None
    for name in (key.removesuffix("_exprate") for key in figures if key.endswith("_exprate")):
        print(f"{name.replace('_', ' ')}: ExpRate {figures[f'{name}_exprate']:.2f} % of {figures[f'{name}_n']} files")
