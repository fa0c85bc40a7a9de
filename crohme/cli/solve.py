"""`crohme solve`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.arguments import positive_number
from crohme.cli.errors import CommandError
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.errors import CrohmeError, cause_of
from crohme.extras import require

if TYPE_CHECKING:
    from crohme.notation import SymbolTree
    from crohme.solver import Solution

EPILOG = """\
Several files, or several --latex, are the equations of one system. The line `read as` shows
how the expression was understood; `python -c "help('crohme.solver')"` explains the rules.

examples:
  crohme solve formula.inkml
  crohme solve --latex "x^2 = 4"
  crohme solve --latex "x + y = 3, x - y = 1"
  crohme solve --latex "x^2 = x + 1" --steps
  crohme solve --latex "f(\\sin 30)" --given "f(x) = 2 x" --degrees
  crohme solve --latex "\\int_0^1 x^2 dx" --seconds 20
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "solve",
        help="compute or solve a handwritten expression",
        description="Recognise an expression and compute, simplify or solve it.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    source = parser.add_argument_group("what to solve, one of the two")
    source.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="InkML or a picture of one expression")
    source.add_argument("--latex", action="append", metavar="TEXT", help="LaTeX instead of a file")
    parser.add_argument(
        "--given",
        action="append",
        default=[],
        metavar="TEXT",
        help="a definition to use, such as a = 3 or f(x) = a x; repeatable",
    )
    parser.add_argument("--degrees", action="store_true", help="angles without a unit are degrees")
    parser.add_argument("--steps", action="store_true", help="show the steps to the answer, where known")
    parser.add_argument("--seconds", type=positive_number, default=5.0, metavar="S", help="time limit for solving (5)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was understood and the answer."""
    from crohme.solver import solve

    if bool(args.paths) == bool(args.latex):
        raise CommandError("solve takes either a PATH or --latex")
    require("solver", "this command")
    given = _from_latex(args.given, "--given")
    trees = _from_latex(args.latex, "--latex") if args.latex else _recognised(args.paths)
    angle = "degrees" if args.degrees else "radians"
    solution = solve(trees, args.seconds, definitions=given, angle=angle, steps=args.steps)
    _print(solution)
    return 0


def _from_latex(texts: list[str], option: str) -> list[SymbolTree]:
    from crohme.notation import LatexError
    from crohme.solver import read_latex

    try:
        return [read_latex(text) for text in texts]
    except LatexError as error:
        raise CommandError(str(error), option) from None


def _recognised(paths: list[Path]) -> list[SymbolTree]:
    import crohme

    recognizer = crohme.load()
    trees = []
    for path in paths:
        if path.is_dir():
            raise CommandError("is a folder; solve takes one file, or the files of one system of equations", path)
        try:
            reading = recognizer.recognize(path).best
        except (CrohmeError, OSError) as error:
            raise CommandError(cause_of(error), path) from None
        print(f"{'recognised':12}{reading.latex}")
        trees.append(reading.tree)
    return trees


def _print(solution: Solution) -> None:
    lines = [("read as", solution.understood)]
    lines += [("answer" if n == 0 else "", answer) for n, answer in enumerate(solution.answers)]
    if solution.decimal is not None:
        lines.append(("decimal", solution.decimal))
    if not solution.answers and solution.decimal is None:
        lines.append(("answer", solution.kind.value))
    for number, step in enumerate(solution.steps, 1):
        lines += [(f"step {number}", step.text), ("", step.latex)]
    lines += [("note", note) for note in solution.notes]
    for title, text in lines:
        print(f"{title:12}{text}")
