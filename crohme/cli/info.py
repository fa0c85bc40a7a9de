"""`crohme info`."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from crohme import __version__
from crohme.cli.tasks import Parser

if TYPE_CHECKING:
    from crohme.bundle import Bundle

LIBRARIES = ("keras", "tensorflow", "numpy", "lxml", "opencv-python-headless")


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "info",
        help="what is installed, which bundles, their figures and licences",
        description="Show versions and the trained bundles, or everything about one bundle.",
    )
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="name or folder of a bundle, to see its model card")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print versions and bundles, or one bundle."""
    from crohme import bundle

    if args.bundle is not None:
        _print_bundle(bundle.load(args.bundle))
        return 0
    _print_versions()
    names = bundle.names()
    print(f"{'bundles':<24}{', '.join(names) or 'none'}")
    if {"symbol-lstm", "symbol-cnn"} <= set(names):
        print(f"{'':<24}both: symbol-lstm and symbol-cnn together, their probabilities averaged")
    for name in names:
        _print_summary(bundle.load(name))
    return 0


def _print_versions() -> None:
    print(f"{'crohme':<24}{__version__}")
    print(f"{'python':<24}{platform.python_version()}")
    for library in LIBRARIES:
        try:
            version = metadata.version(library)
        except metadata.PackageNotFoundError:
            version = "not installed"
        print(f"{library:<24}{version}")


def _print_summary(bundle: Bundle) -> None:
    from crohme.bundle import find

    weights = sum(array.size for array in bundle.weights.values())
    size = sum(file.stat().st_size for file in bundle.path.iterdir() if file.is_file())
    print(f"\n{bundle.path.name}")
    print(f"  network   {bundle.network}, {weights:,} weights, {size / 1e6:.1f} MB")
    print(f"  reads     {bundle.reads}, {len(bundle.vocabulary)} {find(bundle.network).outputs}")
    print(f"  licence   {_licence(bundle)}")
    for name, value in bundle.metrics.items():
        if isinstance(value, int | float):
            print(f"  {name:<22}{value:.4f}" if isinstance(value, float) else f"  {name:<22}{value}")


def _print_bundle(bundle: Bundle) -> None:
    _print_summary(bundle)
    print(f"  folder    {bundle.path}")
    for name in ("arguments", "preprocessing", "decoding", "calibration"):
        _print_table(name, getattr(bundle, name))
    _print_table("provenance", bundle.provenance.to_dict())
    print(f"  training  {json.dumps(dict(bundle.training))}")
    card = _card(bundle)
    if card:
        print(f"\n{card.rstrip()}")


def _print_table(name: str, table: Mapping[str, Any]) -> None:
    if table:
        print(f"  {name}")
        for key, value in table.items():
            shown = "unknown" if value is None else value if isinstance(value, str) else json.dumps(value)
            print(f"    {key:<20}{shown}")


def _card(bundle: Bundle) -> str:
    """The model card; empty for a bundle that has none, such as one just trained."""
    path = bundle.path / "README.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _licence(bundle: Bundle) -> str:
    """What the model card says after `Licence:`."""
    for line in _card(bundle).splitlines():
        name, _, licence = line.strip("-*| ").partition(":")
        if name.strip("* ").lower() in ("licence", "license"):
            return licence.strip("* ")
    return "not stated"
