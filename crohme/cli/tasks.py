"""Commands whose options differ by task: `crohme train symbols`, `crohme train expressions`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from crohme.cli.errors import CommandError


class Parser(argparse.ArgumentParser):
    """A parser that may have a parser for each task, and a task that is meant where none is named."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in (None, Path):
            self.register("type", kind, partial(_unless_empty, kind or str))
        self.tasks: dict[str, argparse.ArgumentParser] = {}
        self.default_task: str | None = None

    def add_subparsers(self, **kwargs: Any) -> Any:
        """As argparse has it. What the parser of a command will judge, this one lets through."""
        self.register("type", None, str)
        return super().add_subparsers(**kwargs)

    def add_tasks(self, modules: Sequence[ModuleType], default: str | None) -> None:
        """Give each task its own parser.

        Args:
            modules: sequence of modules. Each is named after its task and has `add_parser`, as a command has.
            default: str or None. The task that is meant where none is named; None if one must be named.
        """
        commands = self.add_subparsers(title="tasks", metavar="TASK", required=True, prog=self.prog)
        for module in modules:
            module.add_parser(commands)
        self.tasks = dict(commands.choices)
        self.default_task = default

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse has it, with the default task where none is named.

        Raises:
            CommandError: An option of another task, or a task that does not come first.
        """
        if not self.tasks:
            parsed, unknown = super().parse_known_args(args, namespace or argparse.Namespace())
            options = [argument for argument in unknown if argument.startswith("-")]
            if options and self._subparsers is None:  # here, not in the parser of all commands: it shows its own usage
                self.error(f"unrecognized arguments: {' '.join(options)}")
            return parsed, unknown
        given = list(args or ())
        if self._means_default(given):
            given.insert(0, str(self.default_task))
        if given and given[0] in self.tasks:
            self._refuse_other_options(given[0], given[1:])
        parsed, unknown = super().parse_known_args(given, namespace or argparse.Namespace())
        for argument in unknown:
            if argument in self.tasks:
                raise CommandError(f"the task comes first: `{self._name} {argument} …`")
        return parsed, unknown

    @property
    def _name(self) -> str:
        return self.prog.rpartition(" ")[2]

    def _means_default(self, given: list[str]) -> bool:
        if self.default_task is None or given[:1] in (["-h"], ["--help"]):
            return False
        takes_paths = any(not action.option_strings for action in self.tasks[self.default_task]._actions)
        return not given or given[0].startswith("-") or (takes_paths and given[0] not in self.tasks)

    def _refuse_other_options(self, task: str, given: list[str]) -> None:
        for option in _options(given):
            # An option may be shortened, as argparse allows.
            owners = [t for t, parser in self.tasks.items() if any(o.startswith(option) for o in _known(parser))]
            if not owners and option[2:] in self.tasks:
                raise CommandError(f"the task comes first, without dashes: `{self._name} {option[2:]} …`")
            if owners and task not in owners:
                raise CommandError(f"{option} is an option of `{self._name} {owners[0]}`, not of `{self._name} {task}`")


def _unless_empty(kind: type[str] | type[Path], text: str) -> str | Path:
    """Text, or a path: an empty one would be the current folder, where a variable of the shell was not set."""
    if not text:
        raise argparse.ArgumentTypeError("is empty")
    return kind(text)


def _options(given: list[str]) -> Iterator[str]:
    """The names of the options among arguments."""
    for argument in given:
        if argument == "--":
            return
        if argument.startswith("--"):
            yield argument.partition("=")[0]


def _known(parser: argparse.ArgumentParser) -> Iterator[str]:
    return (name for action in parser._actions for name in action.option_strings)
