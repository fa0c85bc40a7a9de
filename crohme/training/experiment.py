"""An experiment in a file: TOML whose tables are the settings of a run, named as in the code.

    # What it brought, how long it took, and the command that runs it.
    minutes = 118

    [settings]
    learning_rate = 1e-3

    [recipe]
    one_hand = 0.6

A key that no setting has is an error, and so is a value of another type. Beside the tables stand the length of the
run, `epochs` or `minutes`, and `start`, the bundle that it starts from.
"""

from __future__ import annotations

import copy
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from crohme.errors import CrohmeError, cause_of, meant
from inkml_parser.files import read_regular

_FEW = 6
"""Names that a message lists in full."""
_LARGEST = 2**63  # of whole numbers: what TOML has
_LENGTHS = {"epochs": float, "minutes": float, "start": str}


class ExperimentError(CrohmeError):
    """A file of settings, or a `key=value`, that cannot be used. `str(error)` says which and why."""


def read_experiment(path: Path) -> dict[str, Any]:
    """The tables and values of an experiment's file.

    Raises:
        ExperimentError: It cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(read_regular(path).decode())
    except OSError as error:
        raise ExperimentError(cause_of(error), path) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExperimentError(f"not TOML: {error}", path) from None
    except RecursionError:
        raise ExperimentError("nested too deep", path) from None


def with_values(experiment: Mapping[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """An experiment with some values set as on the command line, `recipe.one_hand=0.5`.

    Raises:
        ExperimentError: No `key=value`, or a value that TOML cannot read.
    """
    changed = copy.deepcopy(dict(experiment))
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        *tables, name = key.strip().split(".")
        if not equals or not name or not all(tables):
            raise ExperimentError(f"{assignment!r} is not key=value, such as recipe.one_hand=0.5")
        table = changed
        for part in tables:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise ExperimentError(f"{assignment!r}: {part} is a value, not a table")
        table[name] = _value(text.strip())
    return changed


def read_run(path: Path | None, assignments: Iterable[str], tables: Mapping[str, Any]) -> dict[str, Any]:
    """As `take_run`, of a file with some values set as on the command line.

    Raises:
        ExperimentError: See `read_experiment`, `with_values` and `take_run`. What is wrong with an assignment is not
            said of the file.
    """
    written, assignments = {} if path is None else read_experiment(path), list(assignments)
    assigned = take_run(with_values({}, assignments), tables, "--set")
    return assigned if path is None else take_run(with_values(written, assignments), tables, str(path))


def take_run(experiment: Mapping[str, Any], tables: Mapping[str, Any], source: str) -> dict[str, Any]:
    """As `take`, with the length of the run and what it starts from: `epochs`, `minutes` and `start`.

    Raises:
        ExperimentError: See `take`; two lengths, or one that is not positive.
    """
    taken = take(experiment, {**tables, **_LENGTHS}, source)
    lengths = {name: taken[name] for name in ("epochs", "minutes") if taken[name] is not None}
    if len(lengths) > 1:
        raise ExperimentError("epochs and minutes are both given: a run has one length", source)
    for name, length in lengths.items():
        if not 0 < length < math.inf:
            raise ExperimentError(f"{name} is {length}, and must be positive", source)
    return taken


def take(experiment: Mapping[str, Any], defaults: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The settings that an experiment asks for.

    Args:
        experiment: mapping. As `read_experiment` gives it.
        defaults: mapping. Name of each table → a dataclass with its defaults; name of each single value → its
            default, or its type where there is none.
        source: str. What messages name: the file.

    Returns:
        dict with the names of `defaults`; a single value without default that was not given is None.

    Raises:
        ExperimentError: An unknown key, or a value of another type.
    """
    for name in unknown(experiment, defaults):
        raise ExperimentError(f"unknown setting {name}{_hint(name, defaults)}", source)
    taken: dict[str, Any] = {}
    for name, default in defaults.items():
        given = experiment.get(name)
        if isinstance(default, type):
            taken[name] = None if given is None else _of_type(given, default, f"{source}: {name}")
        elif not is_dataclass(default):
            taken[name] = default if given is None else _of_type(given, type(default), f"{source}: {name}")
        else:
            taken[name] = _table(given or {}, default, source, name)
    return taken


def _table(given: Any, default: Any, source: str, name: str) -> Any:
    if not isinstance(given, Mapping):
        raise ExperimentError(f"{name} is a table of settings, not {given!r}", source)
    known = {field.name: getattr(default, field.name) for field in fields(default)}
    return replace(
        default, **{key: _of_type(v, type(known[key]), f"{source}: {name}.{key}") for key, v in given.items()}
    )


def unknown_of_run(experiment: Mapping[str, Any], tables: Mapping[str, Any]) -> list[str]:
    """As `unknown`, for what `take_run` takes."""
    return unknown(experiment, {**tables, **_LENGTHS})


def unknown(experiment: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    """The unknown keys of an experiment, such as `recipe.zeal`; arguments as for `take`."""
    found = [name for name in experiment if name not in defaults]
    for table, default in defaults.items():
        if is_dataclass(default) and isinstance(given := experiment.get(table), Mapping):
            names = {field.name for field in fields(default)}
            found += [f"{table}.{key}" for key in given if key not in names]
    return found


def _hint(name: str, defaults: Mapping[str, Any]) -> str:
    """The keys that may have been meant, or all of them, or where these are."""
    table, dot, key = name.partition(".") if name not in defaults and name.split(".")[0] in defaults else ("", "", name)
    names = [field.name for field in fields(defaults[table])] if dot else list(defaults)
    if len(names) <= _FEW:
        return meant(key, names, table + dot) or f"; there are {', '.join(names)}"
    return f"{meant(key, names, table + dot) or ';'} configs/ lists all settings"


def _of_type(value: Any, wanted: type, name: str) -> Any:
    if wanted is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return float(value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ExperimentError(f"{name} is too large a number")
    if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
        raise ExperimentError(f"{name} is {value!r}, which is not of type {wanted.__name__}")
    return value


def _value(text: str) -> Any:
    """What stands after `=`, as TOML has it; words need no quotes."""
    for written in (text, f'"{text}"'):
        try:
            return tomllib.loads(f"value = {written}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
    raise ExperimentError(f"{text!r} is not a value")
