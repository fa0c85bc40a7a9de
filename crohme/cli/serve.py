"""`crohme serve`."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from crohme.cli.arguments import up_to
from crohme.cli.errors import CommandError
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.errors import CrohmeError
from crohme.extras import install

EPILOG = """\
The command prints the address of the page; the documentation of the API is at /docs below it.
Only this machine can reach it unless --host says otherwise. There is no password.

examples:
  crohme serve
  crohme serve --host 0.0.0.0 --port 8080 --allow-host formulas.example.org
  crohme serve --bundle runs/expressions/bundle
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "serve",
        help="a page to write on, and an API",
        description="Serve a page to write on in the browser, and an API.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="0 for any that is free (8000)")
    parser.add_argument(
        "--bundle", action="append", default=[], metavar="NAME|DIR",
        help="use this bundle instead of the shipped one with the same network; one of other symbols replaces both "
        "shipped ones; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--cors", action="append", default=[], metavar="ORIGIN",
        help="let pages of this origin (https://example.org) call the API; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME",
        help="also answer requests for this host: a name, *.name or *; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--readers", type=up_to(64), metavar="N", help="processes that recognise, at least 2 (one per core)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    import fastapi  # noqa: F401
    import uvicorn  # noqa: F401

    from crohme.web import server
    from crohme.web.app import create_app
    from crohme.web.limits import RequestLimits
    from crohme.web.networks import Networks, choose_bundles

    limits = RequestLimits()
    try:
        listener = server.listen(args.host, args.port)
    except OSError as error:
        raise CommandError(f"cannot listen on {args.host}:{args.port}: {error.strerror}") from None
    try:
        networks = Networks(*choose_bundles(args.bundle), limits, args.readers)
    except CrohmeError:
        listener.close()
        raise
    if find_spec("sympy") is None:
        print(f"Nothing is solved without SymPy: {install('solver')}")
    print(f"Write on {server.url_of(listener)} (Ctrl-C stops it)", flush=True)
    hosts = [*server.hosts_of(args.host), *args.allow_host]
    server.run(create_app(networks, limits, args.cors, hosts), listener)
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)
