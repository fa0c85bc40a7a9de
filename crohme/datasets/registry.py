"""Which data set lies in a folder."""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import crohme.datasets
from crohme.datasets.base import DataSet
from crohme.datasets.location import DataNotFound


@cache
def data_sets() -> tuple[type[DataSet], ...]:
    """All that there are: the `DataSet` classes in the modules of `crohme.datasets`, in the order of those."""
    found = []
    for module in pkgutil.iter_modules(crohme.datasets.__path__):
        if module.ispkg:
            continue
        name = f"{crohme.datasets.__name__}.{module.name}"
        for kind in vars(import_module(name)).values():
            if inspect.isclass(kind) and issubclass(kind, DataSet) and kind.__module__ == name:
                found.append(kind)
    return tuple(kind for kind in found if not inspect.isabstract(kind))


def all_at(folder: Path) -> list[DataSet]:
    """Whatever is recognised in a folder: a certain set, or else all forms that it has, ink before pictures.

    Raises:
        DataNotFound: No such folder, or several certain sets in one.
    """
    if not folder.exists():
        raise DataNotFound(f"no such folder: {folder}")
    found = [kind for kind in data_sets() if kind.is_at(folder)]
    certain = [kind for kind in found if not kind.is_generic]
    if len(certain) > 1:
        raise DataNotFound(f"may be any of {', '.join(kind.title for kind in certain)}", folder)
    return [kind(folder) for kind in sorted(certain or found, key=lambda kind: kind.is_of_pictures)]


def open_data_set(folder: Path) -> DataSet:
    """The data set in a folder; ink, where there is ink and pictures.

    Raises:
        DataNotFound: See `all_at`; or nothing is recognised.
    """
    found = all_at(folder)
    if not found:
        raise DataNotFound(f"no InkML files under {folder}, and no pictures in <label>/ folders")
    return found[0]
