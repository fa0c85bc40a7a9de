"""Output of figures that `evaluate`, `score` and `compare` share."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.errors import CommandError
from crohme.cli.files import check_apart, check_file, check_folder, write_text
from crohme.cli.layout import counted

if TYPE_CHECKING:
    from crohme.evaluation.report import Content

PLOT_FORMATS = ("png", "svg", "pdf")


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """`--report`, `--plots` and `--latex`."""
    parser.add_argument("--report", type=Path, metavar="DIR", help="write the whole report to this folder")
    parser.add_argument(
        "--plots",
        type=_formats,
        metavar="FORMATS",
        help=f"formats of its plots: some of {','.join(PLOT_FORMATS)} (png)",
    )
    add_latex_option(parser)


def add_latex_option(parser: argparse.ArgumentParser) -> None:
    """`--latex`."""
    parser.add_argument("--latex", type=Path, metavar="FILE", help="write a table for a paper (LaTeX, booktabs)")


def check_outputs(args: argparse.Namespace, inputs: Iterable[Path] = ()) -> None:
    """Make sure, before hours of work, that what the options name can be written, over nothing that is read.

    Raises:
        CommandError: It cannot.
    """
    for path in (args.json, args.latex):
        if path is not None:
            check_file(path)
    read = list(inputs)
    outputs = {"--json": args.json, "--latex": args.latex}
    if args.report is not None:
        check_folder(args.report)
        if (args.report / "weights.npz").exists():  # whose figures have the name of a report's
            raise CommandError("is the folder of a bundle; choose another one for --report", args.report)
        check_apart({"--report": args.report / "outcomes.csv"}, read)
        outputs["--report"] = args.report / "metrics.json"
    check_apart(outputs, read)


def write_report(content: Content, args: argparse.Namespace) -> None:
    """Write what `--report` and `--latex` ask for, of whole expressions."""
    about = content.about
    if args.report is not None:
        from crohme.evaluation.plots import write_plots
        from crohme.evaluation.report import PAGE, write_content

        write_content(content, args.report)
        write_plots(content, args.report, args.plots or ("png",))
        print(f"report written to {args.report / PAGE}")
    if args.latex is not None:
        from crohme.evaluation.latex_table import expressions_table

        table = expressions_table(short(about.bundle), short(about.data), content.summary, content.label_graphs)
        write_text(args.latex, table)


def short(place: str) -> str:
    """How a table names a bundle, or what lies in a folder or a file."""
    return Path(place).name or place


def print_expressions(figures: dict[str, Any], rates: Sequence[tuple[str, str]]) -> None:
    """Rates of whole expressions with their intervals, by length, and where it is known by kind of error."""
    print(f"{counted(figures['n'], 'file')}; {figures['metric']}")
    for key, name in rates:
        low, high = figures[f"{key}_interval"]
        print(f"{name:<18}{figures[key]:7.2f} %   (95 % interval {low:.2f} to {high:.2f})")
    if "top5" in figures:
        print(f"{'among the first 5':<18}{figures['top5']:7.2f} %")
    print_lengths(figures)
    print("\nwrong, by the first kind that applies")
    for kind, count in figures["errors_by_kind"].items():
        print(f"{kind:<18}{count:7}")


def print_lengths(figures: dict[str, Any]) -> None:
    """ExpRate by length."""
    unit = "strokes" if "by_strokes" in figures else "tokens"
    print(f"\nExpRate by number of {unit}")
    for length, group in figures[f"by_{unit}"].items():
        print(f"{length:<18}{group['exprate']:7.2f} %   of {group['n']}")


def _formats(text: str) -> tuple[str, ...]:
    """Some of `PLOT_FORMATS` with commas between, for argparse's `type=`."""
    formats = tuple(dict.fromkeys(text.lower().split(",")))
    for one in formats:
        if one not in PLOT_FORMATS:
            raise argparse.ArgumentTypeError(f"{one!r} is not one of {', '.join(PLOT_FORMATS)}")
    return formats
