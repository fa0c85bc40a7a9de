"""`crohme train symbols`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli import symbol_options
from crohme.cli.arguments import positive_int, positive_number
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
    from crohme.symbols.recipe import SymbolRecipe

EPILOG = f"""\
With --from, the network reads the classes of the bundle and those of the data; known classes
keep their weights, and the learning rate is a tenth of the default. The bundle of a run holds
the weights that scored best in validation; confusion.png shows what they confuse.

{symbol_options.HELP}
examples:
  crohme train symbols
  crohme train symbols --network cnn --data /data/crohme --out runs/cnn
  crohme train symbols --network cnn --data my-pictures
  crohme train symbols --network cnn --data mnist --data operators \\
    --classes 0 1 2 3 add sub
  crohme train symbols --network vgg19 --data my-pictures --image-size 224 \\
    --weights imagenet
  crohme train symbols --from symbol-cnn --data my-pictures     (fine-tuning)
  crohme train symbols --config configs/symbol-cnn.toml
  crohme train symbols --resume
"""
_SETTINGS = ("learning_rate", "batch_size", "weights", "seed")


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `train`."""
    parser = tasks.add_parser(
        "symbols",
        help="isolated symbols, from their strokes or from pictures (the default)",
        description="Train a recogniser of isolated symbols.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    add_run_options(
        parser,
        data="InkML or pictures; several folders of pictures are merged: --data A --data B (CROHME)",
        epochs="passes over the data (as many as the shipped bundle had)",
        minutes="training time, compilation not counted; instead of --epochs",
        out="folder of the run (runs/symbol-<network>)",
    )
    symbol_options.add_options(parser)
    parser.set_defaults(network=None)  # --config or --from may say which
    group = parser.add_argument_group("training")
    group.add_argument(
        "--weights", metavar="none|imagenet|FILE", help="weights that vgg19 and mobilenet start from (none)"
    )
    group.add_argument("--batch-size", type=positive_int, metavar="N", help="examples per step (128)")
    group.add_argument("--learning-rate", type=positive_number, metavar="R", help="peak of the learning rate")
    add_experiment_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; say on what, and where the bundle is."""
    return run_training(args, _planned)


def _planned(args: argparse.Namespace, data: list[Path]) -> Train:
    from crohme import bundle
    from crohme.symbols import pretrained
    from crohme.symbols.data import check_pictures, ink_at
    from crohme.symbols.description import DEFAULT, networks
    from crohme.symbols.recipe import SymbolRecipe, read_recipe
    from crohme.symbols.settings import check, stored_settings
    from crohme.symbols.warm_start import fitting

    check_experiment_options(args)
    check_task(args.config, "symbols")
    if args.resume:
        folder = args.out or Path("runs") / f"symbol-{args.network or DEFAULT}"
        check_out(folder, resume=True)
        stored = stored_settings(folder)
        recipe = SymbolRecipe(replace(stored, network=args.network or stored.network))
    else:
        recipe = read_recipe(args.config, args.set or (), network=args.network, start=args.start)
        folder = args.out or Path("runs") / f"symbol-{recipe.settings.network}"
        check_out(folder, resume=False)
    network = networks()[recipe.settings.network]
    given = {name: value for name in _SETTINGS if (value := getattr(args, name)) is not None}
    arguments = {**recipe.settings.arguments, **symbol_options.network_arguments(args, network)}
    settings = replace(recipe.settings, arguments=arguments, **given)
    check(settings)
    pretrained.check(network.name, settings.weights)
    if recipe.start is not None:
        fitting(settings, bundle.load(recipe.start))
    if ink_at(data, symbol_options.choice_of(args)) is None:
        check_pictures(network.name, data)
    return lambda: _train(args, data, folder, replace(recipe, settings=settings))


def _train(args: argparse.Namespace, data: list[Path], folder: Path, recipe: SymbolRecipe) -> Path:
    from crohme.symbols import training

    epochs, minutes = length(args, recipe.epochs, recipe.minutes)
    return training.train(
        recipe.settings,
        data,
        folder,
        epochs=epochs,
        minutes=minutes,
        resume=args.resume,
        start=recipe.start,
        choice=symbol_options.choice_of(args),
        tensorboard=args.tensorboard,
        config=args.config,
    )
