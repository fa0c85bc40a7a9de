"""`crohme convert`: InkML to pictures, data and notation."""

from __future__ import annotations

import argparse
from pathlib import Path

from crohme.cli.errors import CommandError
from crohme.cli.files import INK_SUFFIXES, OutputFolder, find_files, list_failures, progress
from crohme.cli.layout import HelpFormatter, counted
from crohme.cli.tasks import Parser
from crohme.errors import cause_of
from crohme.ink.formats import FORMATS

_FORMATS = "\n".join(f"  {name:<7} {form.about}" for name, form in FORMATS.items())
EPILOG = f"""\
formats:
{_FORMATS}

With --symbols every symbol becomes a png or svg in a folder named after its label. The names
of folders hold a-z and 0-9; any other character is written %XX, its UTF-8 bytes in hexadecimal
(X is %58, \\pi is %5Cpi), so that every name is safe and no two differ by case alone.
`crohme train symbols --network cnn --data DIR` reads such folders.

examples:
  crohme convert data/sample --to png --output pictures
  crohme convert data/sample --to png --symbols --output symbols
  crohme convert a.inkml b.inkml --to lg --output graphs
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "convert",
        help=f"InkML to {', '.join(FORMATS)}",
        description="Write InkML as pictures or data, or its truth in another notation.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="an InkML file, or a folder of them")
    parser.add_argument("--to", required=True, choices=list(FORMATS), help="what to write, see below")
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="folder to write to")
    parser.add_argument("--symbols", action="store_true", help="cut the symbols out, into <label>/ folders")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Convert every file; those that fail are listed at the end."""
    from crohme.notation import NotationError
    from inkml_parser import InkError

    if args.symbols and FORMATS[args.to].symbol_writer is None:
        pictures = [name for name, form in FORMATS.items() if form.symbol_writer is not None]
        raise CommandError(f"--symbols writes pictures: --to {' or '.join(pictures)}, not {args.to}")
    files = find_files(args.paths, INK_SUFFIXES)
    failures: list[tuple[Path, str]] = []
    output = OutputFolder(args.output, (file for file, _ in files))
    for file, name in progress(files, "convert"):
        try:
            contents = _symbols(file, name, args.to) if args.symbols else _whole(file, name, args.to)
        except (InkError, NotationError, OSError) as error:
            failures.append((file, cause_of(error)))
            continue
        for target, content in contents.items():
            problem = output.write(target, content, file)
            if problem is not None:
                failures.append((file, problem))
                break
    print(f"{counted(len(output.sources), 'file')} written to {args.output}")
    return list_failures(failures, len(files))


def _whole(file: Path, name: Path, to: str) -> dict[Path, bytes]:
    from inkml_parser import read

    form = FORMATS[to]
    return {name.with_suffix(form.suffix): form.write(read(file))}


def _symbols(file: Path, name: Path, to: str) -> dict[Path, bytes]:
    from crohme.datasets.label_folders import label_to_folder
    from crohme.ink.truth import damage
    from crohme.notation import canonical_label
    from inkml_parser import InkError, Part, read

    form, ink = FORMATS[to], read(file)
    problem = damage(ink, Part.SEGMENTATION)
    if problem is not None or not ink.symbols:
        raise InkError(problem or "its symbols are not marked", str(file))
    stem = "_".join(name.with_suffix("").parts)
    return {
        Path(label_to_folder(canonical_label(s.label)), f"{stem}_{i}{form.suffix}"): form.write_symbol(
            ink.select(s.strokes)
        )
        for i, s in enumerate(ink.symbols)
    }
