"""`crohme export`."""

from __future__ import annotations

import argparse
from pathlib import Path

from crohme.cli.arguments import up_to
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser

_MOST_STROKES = 400
EPILOG = """\
formats:
  onnx    for onnxruntime, on any machine and in browsers (extra export)
  litert  TensorFlow Lite, for phones; at most --strokes strokes (extra train)
  json    tables and weights in 8 bits, for the recogniser in JavaScript

A bundle for expressions is written as an encoder and a decoder step. The export is tried on ten
expressions before anything is put into DIR. Inputs and outputs: docs/export.md.

examples:
  crohme export math --to onnx exported
  crohme export symbol-cnn --to litert exported
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "export",
        help="a bundle as ONNX, LiteRT or JSON, for apps",
        description="Write a bundle in the format of another engine.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="the name of a bundle, or its folder")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made if missing")
    parser.add_argument("--to", required=True, choices=["onnx", "litert", "json"], help="format, see below")
    parser.add_argument(
        "--strokes",
        type=up_to(_MOST_STROKES),
        default=64,
        metavar="N",
        help="for litert: how many strokes at most (64)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the bundle."""
    from crohme import bundle
    from crohme.export.formats import export

    size = export(bundle.load(args.bundle), args.to, args.folder, args.strokes)
    print(f"{args.bundle} written to {args.folder} as {args.to}, {size / 1e6:.1f} MB; its answers match those of numpy")
    return 0
