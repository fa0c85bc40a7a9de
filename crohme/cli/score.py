"""`crohme score`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.files import list_failures, write_text
from crohme.cli.inputs import scored_files
from crohme.cli.layout import HelpFormatter, counted
from crohme.cli.reports import add_report_options, check_outputs, print_lengths, write_report
from crohme.cli.tasks import Parser
from crohme.datasets.location import real_path

if TYPE_CHECKING:
    from crohme.evaluation.scoring import Scores

EPILOG = """\
TRUTH and OUTPUT are each a folder of label graphs (.lg), of .inkml or of LaTeX (.tex, .txt),
a .zip of LaTeX, or a table of it:
  CSV     commas or semicolons, columns file and latex; without a header, name and LaTeX
  text    name, tab or space, LaTeX, as in CROHME's captions
  JSON    .json, .jsonl: objects with file and latex; one object, of name and LaTeX
  ours    what `crohme predict --output` writes; a folder of `crohme batch`; a report, or its outcomes.csv
With --lines, both are lists of LaTeX without names, one a line.
Of a table with both a truth and a reading, TRUTH takes the truth (truth, ground_truth, gt,
label …) and OUTPUT the reading (reading, prediction, output …), else either takes latex,
formula, caption …; --truth-column and --output-column name another one.
Files are matched by name, without folder and suffix. Every truth counts: an output that is
missing or cannot be read is an error, and listed. An ambiguous row (an unquoted comma in its
LaTeX, a second row for a name) is refused, counted, and listed with its line.

LaTeX may have any signs and commands. Spacing, fonts, sizes and the spelling of a fraction
do not matter. Expressions that no tree can represent (a script without a base) are compared by tokens, at
any level. Identical LaTeX is always right.

levels:
  stroke  label graphs over strokes, the metric of CROHME until 2016
  symbol  label graphs over symbols (symLG), the metric since 2019; needs no strokes
  tokens  edit distance on the tokens of LaTeX in normal form

The default is symbol where there is LaTeX or symLG, else stroke. The figures are those of
LgEval. They differ a lot between levels: one wrong class of a symbol of three strokes is 9
errors at level stroke, 1 at the others. Where neither side is .lg, level symbol takes limits
above and below operators as scripts.

--equate counts signs as equal that CROHME does not tell apart consistently: \\cdot and a full
stop, \\cdots and \\ldots, \\varphi and \\phi. The official tool keeps them apart, and so does
this command without the option.

--report writes what `crohme evaluate expressions --report` writes: a page, the figures behind
it, and plots; `crohme compare` compares two such folders.

examples:
  crohme score truth_lg output_lg
  crohme score data/crohme/test2014 readings.csv --json scores.json
  crohme score data/crohme/test2014 readings.csv --level tokens
  crohme score captions.txt theirs.csv --report theirs --plots pdf \\
    --latex table.tex
"""

_TOLERANCES = {"exact": "exact", "le1": "≤ 1 error", "le2": "≤ 2 errors", "le3": "≤ 3 errors"}
_NODES = {"stroke": "stroke classification", "symbol": "symbol classification"}
_RETRIEVALS = {
    "segmentation": "segmentation",
    "segmentation_class": "segmentation + class",
    "relation": "relations",
    "relation_class": "relations + class",
}


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "score",
        help="score outputs against their truth, as the competition does",
        description="Score label graphs or LaTeX against their truth, as the competition does.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("truth", type=Path, metavar="TRUTH", help="folder of .lg, .inkml or LaTeX, or table of LaTeX")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="the same, from a recogniser")
    parser.add_argument("--level", choices=["stroke", "symbol", "tokens"], help="what is compared, see below")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures to this file, with those of each pair"
    )
    for side in ("truth", "output"):
        parser.add_argument(
            f"--{side}-column",
            metavar="NAME",
            help=f"the column of a table that holds the {side}, if its header is unusual",
        )
    parser.add_argument(
        "--lines", action="store_true", help="both are lists of LaTeX without names, one a line: compare line by line"
    )
    parser.add_argument("--equate", action="store_true", help="count look-alikes as equal, see below")
    add_report_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write them if asked for, and list what was missing or could not be read."""
    from crohme.evaluation.report import About, content_of
    from crohme.evaluation.scored import figures_of, graphs_of, outcomes_of
    from crohme.evaluation.scoring import Level, Side, score
    from crohme.evaluation.scoring.errors import Refused

    check_outputs(args, scored_files(args.truth, args.output))
    given = {Side.TRUTH: args.truth_column, Side.OUTPUT: args.output_column}
    columns = {side: name for side, name in given.items() if name is not None}
    level = None if args.level is None else Level(args.level)
    scores = score(args.truth, args.output, level, args.equate, columns, args.lines)
    outcomes, graphs = outcomes_of(scores), graphs_of(scores)
    figures = figures_of(scores, outcomes)
    _print(scores, figures)
    print_lengths(figures)
    if args.json is not None:
        figures_of_all = scores.as_dict() | {"summary": figures}
        if graphs is not None:
            figures_of_all["intervals"] = graphs["intervals"]
        write_text(args.json, json.dumps(figures_of_all, indent=1, ensure_ascii=False) + "\n")
    about = About(str(real_path(args.output)), str(real_path(args.truth)))
    write_report(content_of(outcomes, about, figures, graphs), args)
    _tell_what_was_left_out(scores)
    problems = [(Path(name), one.problem) for name, one in scores.files.items() if one.problem is not None]
    # Rows of the output that nobody can tell the file of: they may be what is missing above.
    unplaced = [(name, scores.output.items[name]) for name in scores.additional]
    problems += [(Path(name), f"output: {item.cause}") for name, item in unplaced if isinstance(item, Refused)]
    return list_failures(problems, max(len(scores.files), len(problems)))


def _print(scores: Scores, figures: dict[str, Any]) -> None:
    overall = scores.overall()
    print(f"{counted(overall['pairs'], 'file')}; {scores.metric}")
    if scores.compared_by_tokens:
        print(
            f"{scores.compared_by_tokens} of them were compared by tokens: no tree can represent one side of the pair"
        )
    print()
    for key, title in _TOLERANCES.items():
        low, high = figures[f"{'exprate' if key == 'exact' else key}_interval"]
        interval = f"   (95 % interval {low:.2f} to {high:.2f})"
        print(f"{title:22}{overall[key]:7}{overall[f'{key}_rate']:9.2f} %{interval}")
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
        print(f"crohme: {counted(len(lines), 'line')} of label graphs without meaning, ignored:", file=sys.stderr)
        print("\n".join(lines), file=sys.stderr)
    for side, source in (("truth", scores.truth), ("output", scores.output)):
        if source.repeated:
            repeat = f"{counted(len(source.repeated), 'row')} {'repeats' if len(source.repeated) == 1 else 'repeat'}"
            print(f"crohme: {side}: {repeat} another one:", file=sys.stderr)
            print("\n".join(f"  {name}" for name in source.repeated), file=sys.stderr)
    if scores.additional:
        names = ", ".join(scores.additional[:5]) + (" …" if len(scores.additional) > 5 else "")
        print(
            f"crohme: not scored, for want of a truth: {len(scores.additional)} of the outputs ({names})",
            file=sys.stderr,
        )
