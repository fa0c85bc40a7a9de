"""`crohme train expressions`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from crohme.cli.arguments import positive_int
from crohme.cli.errors import CommandError
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.cli.train.recipes import check_task
from crohme.cli.train.shared import (
    add_experiment_options,
    add_run_options,
    check_experiment_options,
    length,
    run_training,
)

EPILOG = """\
A run continues after a stop with --resume, to the end that it was given, or with --minutes
or --epochs beyond it. configs/expressions.toml lists the settings that --set and --config take.

Started from a bundle (--from), classes that it knows keep their weights, and those that --data has
besides are added; learning rate and warm-up are lower unless they are set.

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
        data="a folder of InkML: train/ and validation/, or any, some of whose writers are held out (CROHME)",
        epochs="passes over the data",
        minutes="training time, compilation not counted; instead of --epochs (120)",
        out="folder of the run (runs/expressions)",
    )
    parser.add_argument("--size", choices=["small", "base"], help="size of the network (small)")
    parser.add_argument(
        "--workers", type=positive_int, default=1, metavar="N", help="processes that compose and distort ink (1)"
    )
    add_experiment_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; say on what, how well it reads, and where the bundle is."""
    return run_training(args, _train)


def _train(args: argparse.Namespace, data: list[Path]) -> Path:
    from crohme.expressions import training
    from crohme.expressions.fine_tuning import fine_tuning_settings
    from crohme.training import experiment

    if len(data) > 1:
        raise CommandError("expressions are trained on one folder: several --data are for symbols")
    check_experiment_options(args)
    check_task(args.config, "expressions")
    folder = args.out or Path("runs") / "expressions"
    tables = {"settings": training.Settings(), "recipe": training.Recipe()}
    asked = experiment.read_run(args.config, args.set or (), tables)
    if args.start or asked["start"]:
        tables["settings"] = fine_tuning_settings()
        asked = experiment.read_run(args.config, args.set or (), tables)
    settings = training.stored_settings(folder) if args.resume else asked["settings"]
    given = {name: value for name in ("size", "seed") if (value := getattr(args, name)) is not None}
    if settings.calibrate:
        from crohme.evaluation.shipping import splits

        splits(data[0])  # now, not after hours of training
    epochs, minutes = length(args, asked["epochs"], asked["minutes"])
    figures = training.train(
        data[0],
        folder,
        minutes=minutes,
        epochs=epochs,
        settings=replace(settings, **given),
        recipe=training.stored_recipe(folder) if args.resume else asked["recipe"],
        resume=args.resume,
        start=args.start or asked["start"],
        workers=args.workers,
        tensorboard=args.tensorboard,
        config=args.config,
    )
    print(f"ExpRate {figures['exprate']:.2f} % on the validation set, greedy, one direction")
    if settings.calibrate:
        _calibrate(folder, data[0], last=settings.last)
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
