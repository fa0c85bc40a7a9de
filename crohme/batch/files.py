"""What the files of a batch are called; `place` says what is in them."""

from __future__ import annotations

from pathlib import Path

MANIFEST, DONE, FAILED, RETRY = "manifest.json", "done.jsonl", "failed.jsonl", "retry.jsonl"
FORMATS = ("jsonl", "parquet")
"""The formats of parts, which are their suffixes, too."""


def part_name(number: int, form: str) -> str:
    """The name of a part; they sort by their numbers."""
    return f"part-{number:05}.{form}"


def parts_of(folder: Path) -> list[Path]:
    """The parts of a folder, those of shards among them; none where it is not that of a batch."""
    if not (folder / MANIFEST).is_file():
        return []
    return [
        path for depth in ("", "shard-*/") for form in FORMATS for path in sorted(folder.glob(f"{depth}part-*.{form}"))
    ]


def failures_of(folder: Path) -> list[Path]:
    """The dead letters of a folder, and of its shards."""
    return sorted([*folder.glob(FAILED), *folder.glob(f"shard-*/{FAILED}")])
