"""`crohme evaluate expressions`."""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.arguments import MAX_BEAM, add_alphabet_option, up_to
from crohme.cli.errors import CommandError
from crohme.cli.files import list_failures, write_json
from crohme.cli.inputs import batch_files, bundle_files, data_files
from crohme.cli.layout import HelpFormatter
from crohme.cli.reports import add_report_options, check_outputs, print_expressions, write_report
from crohme.cli.tasks import Parser
from crohme.datasets.location import real_path

if TYPE_CHECKING:
    from crohme.evaluation.outcomes import Outcome
    from crohme.evaluation.read_before import ReadBefore
    from crohme.evaluation.recognizers import AnyRecognizer
    from crohme.notation import Alphabet

EPILOG = """\
ExpRate, and the share with at most one, two and three wrong tokens, over the tokens of
LaTeX in normal form, in percent of all files in DIR, with bootstrap intervals. A file that
cannot be read, or whose truth cannot, counts as wrong.

--report writes a folder with report.html, a page that needs nothing else: figures by length,
structure, writer and kind of error, label graphs, confusions, calibration, and the failures
with their ink. Beside it lie the data: metrics.json, outcomes.csv (a row for each file),
symbols.csv and relations.csv (confusions), and plots.

--offline draws each ink 256 pixels high with lines of 3.4 pixels, as
`crohme convert --to png` does, and recognises that picture: the competition's offline task.
--with-pictures recognises both and takes what both say for the answer: surer, four times as
slow.

On a folder of CROHME, answers consist of CROHME's 101 classes unless --alphabet says
otherwise. Signs that CROHME has one class for (\\cdot and .) count as one everywhere.

--recognizer scores any recogniser: an object, or a class or function that makes one without
arguments. It has a method `recognize(ink)` that answers with LaTeX or a crohme.Recognition;
or it is a network with the methods of crohme.expressions.protocol, in PyTorch or anything
else, and is decoded as the shipped one.

--batch takes what `crohme batch` has read, and recognises nothing. Files and records are
matched by name, without folder and suffix; a file that no record is about counts as wrong.

Files that could not be read are listed at the end and make the exit code 1.

examples:
  crohme evaluate expressions --data data/crohme/test2014 --json figures.json
  crohme evaluate expressions --data data/crohme/test2013 --report report
  crohme evaluate expressions --data data/crohme/test2013 --offline
  crohme evaluate expressions --data data/crohme/test2013 \\
    --recognizer my_module:MyRecognizer
  crohme evaluate expressions --data data/crohme/test2013 --batch read
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `evaluate`."""
    parser = tasks.add_parser(
        "expressions",
        help="ExpRate and token errors on whole expressions",
        description="Measure how well a bundle recognises whole expressions.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="InkML with truth")
    parser.add_argument("--bundle", metavar="NAME|DIR", help="a bundle, or the folder of one (math)")
    parser.add_argument(
        "--recognizer", metavar="MODULE:NAME", help="a recogniser of your own instead of a bundle, see below"
    )
    parser.add_argument("--batch", type=Path, metavar="PLACE", help="what `crohme batch` has read, instead of a bundle")
    parser.add_argument("--beam", type=up_to(MAX_BEAM), metavar="B", help="width of the search; 1 is fastest")
    add_alphabet_option(parser, "crohme on CROHME, else all that the bundle knows")
    parser.add_argument("--offline", action="store_true", help="recognise a picture drawn of each ink")
    parser.add_argument("--with-pictures", action="store_true", help="recognise each ink and such a picture together")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    add_report_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write what was asked for, and list the files that could not be read."""
    from crohme.evaluation.expressions import evaluate
    from crohme.evaluation.report import About, content_of, gather
    from crohme.evaluation.summary import RATES, rate_name, summarize
    from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer

    read_before = () if args.batch is None else batch_files(args.batch)
    check_outputs(args, chain(data_files(args.data), bundle_files(args.bundle or DEFAULT_BUNDLE), read_before))
    if args.offline and args.report is not None:
        raise CommandError("--report compares strokes, which --offline traces anew: use --json")
    if args.offline and args.with_pictures:
        raise CommandError("--offline reads pictures instead of ink, --with-pictures both: give one")
    recognizer, alphabet, beam = _recognizer(args)
    if args.with_pictures and not isinstance(recognizer, str | Recognizer):
        raise CommandError(f"--with-pictures is for networks that crohme decodes, which {args.recognizer} is not")
    name = args.recognizer or args.bundle or DEFAULT_BUNDLE if args.batch is None else str(args.batch)
    about = About(name, str(real_path(args.data)), beam)
    symbols = args.alphabet or _alphabet_of(args.data, alphabet)
    outcomes = evaluate(
        args.data, recognizer, beam=beam, symbols=symbols, offline=args.offline, with_pictures=args.with_pictures
    )
    content = content_of(outcomes, about, summarize(outcomes), None) if args.offline else gather(outcomes, about)
    print_expressions(content.summary, [(key, rate_name(most)) for key, most in RATES])
    _print_unknown(outcomes, alphabet)
    write_json(content.summary, args.json)
    write_report(content, args)
    return list_failures([(Path(o.file), o.problem) for o in outcomes if o.problem is not None], len(outcomes))


def _print_unknown(outcomes: list[Outcome], alphabet: Alphabet | None) -> None:
    """Name the symbols of the truths that the recogniser can never answer with, where its alphabet is known."""
    from crohme.notation import LOOK_ALIKES

    if alphabet is None:
        return
    known = {LOOK_ALIKES.get(label, label) for label in alphabet}
    of_files = [{node.label for node in o.expected.nodes()} - known for o in outcomes if o.expected is not None]
    if unknown := sorted(set().union(*of_files)):
        print(f"\nin {sum(map(bool, of_files))} truths are symbols that the bundle does not know: {' '.join(unknown)}")


def _alphabet_of(folder: Path, alphabet: Alphabet | None) -> str | None:
    """What the truths of a folder consist of, where that is known and the recogniser knows more."""
    from crohme.datasets.crohme import Crohme
    from crohme.notation import Alphabet

    if alphabet in (None, Alphabet.crohme()):
        return None
    if not any(Crohme.is_at(place) for place in (folder, real_path(folder).parent)):
        return None
    print("answers consist of CROHME's classes, as its truths do; --alphabet all lifts that")
    return "crohme"


def _recognizer(args: argparse.Namespace) -> tuple[AnyRecognizer | ReadBefore | str, Alphabet | None, int | None]:
    """The recogniser, or the name of a bundle, which works on all cores, or what was read before; its alphabet, and
    the width of its search.

    The last two are None where nobody knows.
    """
    from crohme.evaluation.read_before import ReadBefore
    from crohme.evaluation.recognizers import load_recognizer
    from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer

    if args.batch is not None:
        given = {"--bundle": args.bundle, "--recognizer": args.recognizer, "--beam": args.beam,
                 "--alphabet": args.alphabet, "--offline": args.offline,
                 "--with-pictures": args.with_pictures}  # fmt: skip
        for option, value in given.items():
            if value:
                raise CommandError(f"{option} says how to recognise, and --batch what was recognised before: give one")
        return ReadBefore(args.batch), None, None
    if args.recognizer is not None and args.bundle is not None:
        raise CommandError("--recognizer and --bundle both name a recogniser: give one")
    name = args.bundle or DEFAULT_BUNDLE
    recognizer = Recognizer.load(name) if args.recognizer is None else load_recognizer(args.recognizer)
    if isinstance(recognizer, Recognizer):
        ours = args.beam or recognizer.decoding.beam
        return name if args.recognizer is None else recognizer, recognizer.vocabulary.alphabet, ours
    if args.beam is not None:
        raise CommandError("--beam applies only to networks that are decoded here", args.recognizer)
    return recognizer, None, None
