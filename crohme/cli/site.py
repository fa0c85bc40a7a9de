"""`crohme site`."""

from __future__ import annotations

import argparse
from pathlib import Path

from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser

EPILOG = """\
The folder needs no program on the server; put it on any web host. What is written on the page is read by the visitor's
browser and sent nowhere. After the first visit it works without a network, and installs as an app.

examples:
  crohme site public
  python -m http.server --directory public
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "site",
        help="the page as a folder for any web host, which reads in the browser",
        description="Write the page of `serve` as static files that recognise expressions in the browser.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made if missing")
    parser.add_argument("--bundle", default="math", metavar="NAME|DIR", help="what recognises expressions (math)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the site."""
    from crohme import bundle
    from crohme.browser.site import write_site

    size = write_site(bundle.load(args.bundle), args.folder)
    print(f"site written to {args.folder}, {size / 1e6:.1f} MB")
    return 0
