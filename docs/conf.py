"""How Sphinx builds the documentation: `python -m sphinx -W --keep-going docs docs/_build`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
os.environ["COLUMNS"] = "100"  # the width of the help of commands

from crohme import __version__  # noqa: E402
from crohme.cli import build_parser  # noqa: E402
from crohme.datasets.registry import data_sets  # noqa: E402

project = "crohme"
author = "the authors of crohme"
copyright = "the authors of crohme, under the MIT licence"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"crohme {__version__}"
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "Source": "Source", "Symbols": "Symbols"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False

_ALIAS = re.compile(r"TypeAliasForwardRef\('(\w+)'\)")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


class CommandHelp(Directive):
    """`command-help NAME`: a section with the help of a command, and one for each of its tasks."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The section."""
        parser = _subparsers(build_parser())[self.arguments[0]]
        section = self._section(parser)
        for task in _subparsers(parser).values():
            section += self._section(task)
        return [section]

    def _section(self, parser: argparse.ArgumentParser) -> nodes.section:
        name = parser.prog.partition(" ")[2]
        section = nodes.section(ids=[name.replace(" ", "-")])
        section += nodes.title(text=name)
        text = parser.format_help()
        section += nodes.literal_block(text, text, language="none")
        return section


class DataSets(Directive):
    """`data-sets`: a definition list of the data sets that the registry knows."""

    def run(self) -> list[nodes.Node]:
        """The list."""
        found = nodes.definition_list()
        for kind in data_sets():
            text = f"{kind.layout}. Licence: {kind.licence}." if kind.licence else f"{kind.layout}."
            body = nodes.definition("", nodes.paragraph(text=text))
            found += nodes.definition_list_item("", nodes.term(text=kind.title), body)
        return [found]


def setup(app: Sphinx) -> None:
    """Docstrings write code in single backticks, as Markdown does; Sphinx wants two."""
    app.connect("autodoc-process-docstring", _code_in_backticks, priority=100)
    app.connect("autodoc-process-signature", _plain_aliases)
    app.add_directive("command-help", CommandHelp)
    app.add_directive("data-sets", DataSets)


def _code_in_backticks(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    lines[:] = _CODE.sub(r"``\1``", "\n".join(lines)).split("\n")


def _plain_aliases(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None] | None:
    """Aliases within other types by their names alone."""
    return None if signature is None else (_ALIAS.sub(r"\1", signature), returns)


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    def found() -> Iterator[tuple[str, argparse.ArgumentParser]]:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from action.choices.items()

    return dict(found())
