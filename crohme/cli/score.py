"""`crohme score`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.errors import CommandError
from crohme.cli.files import check_apart, list_failures, write_text

if TYPE_CHECKING:
    from crohme.evaluation.scoring import Scores

EPILOG = """\
TRUTH and OUTPUT are folders of .lg label graphs or of .inkml, or a CSV of LaTeX with the columns file and
latex (`crohme predict --output readings.csv` writes one). Files belong together by name, without suffix.
Every truth counts: an output that is missing or cannot be read is an error, and listed. In a folder with both
.lg and .inkml, the .lg are scored.

levels:
  stroke  label graphs over strokes, the metric of CROHME until 2016
  symbol  label graphs over symbols (symLG), the metric since 2019; needs no strokes
  tokens  edit distance on the tokens of normal-form LaTeX

Without --level it is symbol where there is LaTeX or symLG, else stroke. The figures are those of LgEval. They
differ a lot between levels: one wrong class of a symbol of three strokes is 9 errors at level stroke, 1 at the
others. Where no side is .lg, level symbol takes limits over and under operators for scripts.

examples:
  crohme score truth_lg output_lg
  crohme score data/crohme/test2014 readings.csv --json scores.json
  crohme score data/crohme/test2014 readings.csv --level tokens
"""

_TOLERANCES = {"exact": "exact", "le1": "≤ 1 error", "le2": "≤ 2 errors", "le3": "≤ 3 errors"}
_NODES = {"stroke": "stroke classification", "symbol": "symbol classification"}
_RETRIEVALS = {
    "segmentation": "segmentation",
    "segmentation_class": "segmentation + class",
    "relation": "relations",
    "relation_class": "relations + class",
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "score",
        help="score outputs against their truth, as the competition does",
        description="Score label graphs or LaTeX against their truth, with the figures of CROHME.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("truth", type=Path, metavar="TRUTH", help="folder of .lg or .inkml, or CSV of LaTeX")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="the same of a recogniser")
    parser.add_argument("--level", choices=["stroke", "symbol", "tokens"], help="what is compared, see below")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file, also of each pair")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write them if asked for, and list what was missing or could not be read."""
    from crohme.evaluation.scoring import Level, ScoringError, score

    check_apart({"--json": args.json}, (args.truth, args.output))
    try:
        scores = score(args.truth, args.output, None if args.level is None else Level(args.level))
    except ScoringError as error:
        raise CommandError(str(error)) from None
    _print(scores)
    if args.json is not None:
        write_text(args.json, json.dumps(scores.as_dict(), indent=1, ensure_ascii=False) + "\n")
    _tell_what_was_left_out(scores)
    problems = [(Path(name), one.problem) for name, one in scores.files.items() if one.problem is not None]
    return list_failures(problems, len(scores.files))


def _print(scores: Scores) -> None:
    overall = scores.overall()
    print(f"{overall['pairs']} files; {scores.metric}\n")
    for key, title in _TOLERANCES.items():
        print(f"{title:22}{overall[key]:7}{overall[f'{key}_rate']:9.2f} %")
    if scores.level not in _NODES:
        print(f"{'token error rate':22}{overall['token_error_rate']:16.2f} %")
        return
    print(f"{'structure':22}{overall['structure_exact']:7}{overall['structure_rate']:9.2f} %   whatever the classes")
    print(f"{_NODES[scores.level]:22}{overall['node_rate']:16.2f} %\n")
    print(f"{'in percent':22}{'recall':>10}{'precision':>11}{'F':>8}")
    for key, title in _RETRIEVALS.items():
        figures = overall[key]
        print(f"{title:22}{figures['recall']:10.2f}{figures['precision']:11.2f}{figures['f']:8.2f}")


def _tell_what_was_left_out(scores: Scores) -> None:
    lines = [f"  {name}: {line}" for name, one in scores.files.items() for line in one.ignored]
    if lines:
        print(f"crohme: {len(lines)} lines of label graphs say nothing and were passed over:", file=sys.stderr)
        print("\n".join(lines), file=sys.stderr)
    if scores.additional:
        names = ", ".join(scores.additional[:5]) + (" …" if len(scores.additional) > 5 else "")
        print(
            f"crohme: not scored, for want of a truth: {len(scores.additional)} of the outputs ({names})",
            file=sys.stderr,
        )
