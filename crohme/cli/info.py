"""`crohme info`."""

from __future__ import annotations

import argparse
import json
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from crohme import __version__
from crohme.cli.errors import CommandError, one_line
from crohme.cli.files import check_apart, write_text
from crohme.cli.inputs import bundle_files
from crohme.cli.layout import counted
from crohme.cli.tasks import Parser

if TYPE_CHECKING:
    from crohme.bundle import Bundle
    from crohme.notation import Alphabet

_LICENCE = re.compile(r"^[-*| ]*licen[cs]e\**:(.*(?:\n(?![-#|]|\s*$).+)*)", re.IGNORECASE | re.MULTILINE)
"""The point of a model card that states the licence, over several lines perhaps."""
_FIGURES = {"exprate": "ExpRate", "le1": "≤ 1 error", "le2": "≤ 2", "le3": "≤ 3", "top1": "top-1", "top3": "top-3",
            "top5": "top-5", "stroke_class": "stroke classes", "same_symbol_f": "segmentation F1",
            "exprate_pointed": "ExpRate with strokes", "recurring": "wrong in places only"}  # fmt: skip
"""Shares, by the ends of their names."""
_SETS = {"": "validation", "backward": "right to left", "traced": "from pictures"}
"""What a training run validates on, by the beginnings of the names."""
LIBRARIES = ("keras", "tensorflow", "numpy", "lxml", "opencv-python-headless")


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "info",
        help="what is installed, which bundles, their figures and licences",
        description="Show versions and the trained bundles, or everything about one bundle.",
    )
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="name or folder of a bundle, to see its model card")
    parser.add_argument(
        "--alphabet", type=Path, metavar="FILE", help="write a page that shows each symbol that BUNDLE reads (.html)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print versions and bundles, or one bundle."""
    from crohme import bundle

    if args.alphabet is not None and args.bundle is None:
        raise CommandError("--alphabet needs a bundle: `info math --alphabet symbols.html`")
    if args.bundle is not None:
        found = bundle.load(args.bundle)
        if args.alphabet is None:
            _print_bundle(found)
        else:
            from crohme.cli.alphabet_page import alphabet_page

            check_apart({"--alphabet": args.alphabet}, bundle_files(args.bundle))
            write_text(args.alphabet, alphabet_page(f"What {found.name} reads", _alphabet(found)))
            print(f"page written to {args.alphabet}")
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
    licence = _licence(bundle)  # first: a card that is refused leaves nothing half said
    print(f"\n{one_line(bundle.name)}")
    print(f"  network   {bundle.network}, {weights:,} weights, {size / 1e6:.1f} MB")
    print(f"  reads     {bundle.reads}, {len(bundle.vocabulary)} {find(bundle.network).outputs}")
    print(f"  licence   {licence}")
    for name, figures in _by_set(bundle).items():
        print(f"  {one_line(name.replace('_', ' ')):<20}{one_line(', '.join(figures))}")


def _by_set(bundle: Bundle) -> dict[str, list[str]]:
    """The figures of a bundle by the set that they are of, in words: `test2013` → `671 files`, `ExpRate 73.03 %`."""
    from crohme.bundle import Reads

    reads_expressions = bundle.reads is Reads.EXPRESSIONS
    found: dict[str, list[str]] = {}
    for key, value in bundle.metrics.items():
        if not isinstance(value, int | float) or isinstance(value, bool):  # null where nothing was measured
            continue
        of, name = _split(key)
        title = _SETS.get(of, of)
        if name == "n" and isinstance(value, int):
            found.setdefault(title, []).append(counted(value, "file" if reads_expressions else "symbol"))
        elif name == "surprise":
            found.setdefault(title, []).append(f"−log p {value:.2f}")
        elif name in _FIGURES:
            share = value * (1 if reads_expressions else 100)
            found.setdefault(title, []).append(f"{_FIGURES[name]} {share:.2f} %")
        else:
            found.setdefault("other", []).append(f"{key.replace('_', ' ')} {value:.4g}")
    return found


def _split(key: str) -> tuple[str, str]:
    """A figure's set and name: `traced_stroke_class` is `traced`, `stroke_class`."""
    for name in sorted((*_FIGURES, "n", "surprise"), key=len, reverse=True):
        if key == name or key.endswith((f"_{name}", f" {name}")):
            return key[: -len(name)].rstrip("_ "), name
    return "", key


def _print_bundle(bundle: Bundle) -> None:
    from crohme.cli.alphabet_page import by_kind

    _print_summary(bundle)
    print(f"  folder    {bundle.path}")
    for name in ("arguments", "preprocessing", "decoding", "calibration"):
        _print_table(name, getattr(bundle, name))
    _print_table("provenance", bundle.provenance.to_dict())
    print(f"  training  {json.dumps(dict(bundle.training))}")
    print("  alphabet")
    for kind, labels in by_kind(_alphabet(bundle)):
        print(fill(" ".join(labels), 100, initial_indent=f"    {kind:<20}", subsequent_indent=" " * 24))
    card = _card(bundle)
    if card:
        print(f"\n{card.rstrip()}")


def _alphabet(bundle: Bundle) -> Alphabet:
    from crohme.bundle import Reads
    from crohme.expressions.vocabulary import vocabulary_of
    from crohme.notation import Alphabet

    return vocabulary_of(bundle).alphabet if bundle.reads is Reads.EXPRESSIONS else Alphabet(bundle.vocabulary)


def _print_table(name: str, table: Mapping[str, Any]) -> None:
    if table:
        print(f"  {name}")
        for key, value in table.items():
            shown = "unknown" if value is None else value if isinstance(value, str) else json.dumps(value)
            print(f"    {key:<20}{one_line(shown)}")


def _card(bundle: Bundle) -> str:
    """The model card, without what would steer a terminal."""
    return "\n".join(map(one_line, bundle.card.decode("utf-8", "replace").expandtabs().splitlines()))


def _licence(bundle: Bundle) -> str:
    """What the model card says after `Licence:`."""
    found = _LICENCE.search(_card(bundle))
    return " ".join(found[1].strip("* ").split()) if found else "not stated"
