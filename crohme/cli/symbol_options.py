"""Options of the commands that train on isolated symbols: which data, for what, and as pictures of which size."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.arguments import positive_int
from crohme.cli.errors import CommandError

if TYPE_CHECKING:
    from crohme.symbols.data import Choice
    from crohme.symbols.description import SymbolNetwork

LARGEST_PICTURE = 1024
HELP = """\
Pictures lie in folders named after their symbol: my-set/add/1.png. A table maps the names of
folders to LaTeX labels (add is +, forward_slash is /, alpha is \\alpha, ascii_124 is |);
--label-table adds your own. A set may come split, with validation/ (or val/) and test/
beside train/: my-set/train/add/1.png. MNIST's own files are read as they are. Near-duplicate
pictures never end up on different sides of a split. Pictures that have been read are cached
in ~/.cache/crohme (or $CROHME_CACHE), a byte per pixel.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--network` and the options that choose data."""
    group = parser.add_argument_group("network and data")
    group.add_argument(
        "--network",
        choices=_Networks(),
        default="lstm",
        metavar="NETWORK",
        help="one of %(choices)s; lstm reads strokes, the others pictures (lstm)",
    )
    group.add_argument("--classes", nargs="+", metavar="LABEL", help="keep these labels only")
    group.add_argument(
        "--label-table", type=Path, metavar="FILE", help="labels of folder names: CSV with the columns name,label"
    )
    group.add_argument("--keep-names", action="store_true", help="take folder names that the table lacks as labels")
    group.add_argument(
        "--split", type=_ratios, metavar="A/B/C", help="shares of training, validation and test pictures (80/10/10)"
    )
    group.add_argument("--image-size", type=positive_int, metavar="PIXELS", help="side of the network's input (48)")


def network_of(args: argparse.Namespace) -> SymbolNetwork:
    """The network that `--network` names."""
    from crohme.symbols.description import networks

    return networks()[args.network]


class _Networks:
    """The keys of all networks of symbols, looked up when they are asked for: numpy comes with them."""

    def __iter__(self) -> Iterator[str]:
        from crohme.symbols.description import networks

        return iter(networks())

    def __contains__(self, key: object) -> bool:
        return key in list(self)


def choice_of(args: argparse.Namespace) -> Choice:
    """The choice of data that the options tell."""
    from crohme.symbols.data import Choice

    classes = None if args.classes is None else tuple(args.classes)
    return Choice(classes, args.label_table, args.keep_names, args.split)


def network_arguments(args: argparse.Namespace, network: SymbolNetwork) -> dict[str, Any]:
    """What the network is built with, as far as the options tell.

    Raises:
        CommandError: A size of pictures for a network that reads none, or larger than `LARGEST_PICTURE`.
    """
    if args.image_size is None:
        return {}
    if not network.reads_pictures:
        raise CommandError(f"--image-size is for networks that read pictures, not for the {network.key}")
    if args.image_size > LARGEST_PICTURE:
        raise CommandError(f"--image-size {args.image_size}: at most {LARGEST_PICTURE}; ImageNet's pictures have 224")
    return {"size": args.image_size}


def _ratios(text: str) -> tuple[float, float, float]:
    """Three shares with slashes between, for argparse's `type=`."""
    try:
        train, validation, test = (float(part) for part in text.split("/"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 80/10/10") from None
    if not (train > 0 and 0 <= validation < float("inf") and 0 <= test < float("inf") and train < float("inf")):
        raise argparse.ArgumentTypeError(f"{text!r}: no share is negative, and that of training is above 0")
    return train, validation, test
