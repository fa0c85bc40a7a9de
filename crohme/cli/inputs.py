"""The files that a command reads, so that none of them is written over."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

from crohme.cli.files import INK_SUFFIXES
from crohme.datasets.location import files_under


def data_files(*paths: Path) -> Iterator[Path]:
    """Data sets: ink, pictures, and drawings in one file."""
    from crohme.ink.image_files import SUFFIXES

    return _chosen(paths, INK_SUFFIXES | SUFFIXES | {".gz"})


def scored_files(*paths: Path) -> Iterator[Path]:
    """What `crohme score` takes: label graphs, ink, LaTeX, a report, or what `crohme batch` has written."""
    return _chosen(paths, {".lg", ".inkml", ".tex", ".txt"} | _report() | _batch())


def batch_files(*paths: Path) -> Iterator[Path]:
    """What `crohme batch` has written."""
    return _chosen(paths, _batch())


def report_files(*paths: Path) -> Iterator[Path]:
    """Reports that are compared."""
    return _chosen(paths, _report())


def bundle_files(*names: str | Path | None) -> Iterator[Path]:
    """Bundles, by name or folder. One that cannot be found is told by whoever loads it."""
    from crohme.bundle import BundleError, folder_of

    for name in names:
        try:
            folder = None if name is None else folder_of(name)
        except BundleError:
            continue
        if folder is not None:
            yield from (file for file in folder.iterdir() if file.is_file())


def _chosen(paths: tuple[Path, ...], wanted: Set[str]) -> Iterator[Path]:
    """Files, and those in folders whose suffix or name is wanted."""
    for path in paths:
        if path.is_dir():
            yield from (file for file in files_under(path) if file.suffix.lower() in wanted or file.name in wanted)
        else:
            yield path


def _report() -> set[str]:
    from crohme.evaluation.report.files import METRICS, OUTCOMES, PAGE

    return {METRICS, OUTCOMES, PAGE}


def _batch() -> set[str]:
    from crohme.batch.files import DONE, FAILED, FORMATS, MANIFEST

    return {MANIFEST, DONE, FAILED, *(f".{suffix}" for suffix in FORMATS)}
