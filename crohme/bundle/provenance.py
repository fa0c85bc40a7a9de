"""Where a trained network comes from."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from crohme.bundle.kinds import TableError
from crohme.errors import meant
from inkml_parser.files import open_regular

_LIBRARIES = ("numpy", "keras", "tensorflow", "jax", "torch")
_ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 500
_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{7,64}(-dirty)?"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Provenance:
    """Where a trained network comes from; None for what is not known.

    Args:
        crohme: str. Version of this package.
        commit: str. Of its repository, with `-dirty` behind it if files were changed since.
        backend: str. Of Keras.
        libraries: mapping of str → str. Versions, that of Python among them.
        data: str. What it was trained on, in words.
        data_sha256: str. See `hash_of`.
        recipe: str. Name of the file of settings.
        started_from: str. The bundle, or the weights, that it started from.
        seconds: float. Time of training.
        samples: int. Examples seen in training, each as often as it was seen.
    """

    crohme: str | None = None
    commit: str | None = None
    backend: str | None = None
    libraries: Mapping[str, str] | None = None
    data: str | None = None
    data_sha256: str | None = None
    recipe: str | None = None
    started_from: str | None = None
    seconds: float | None = None
    samples: int | None = None

    @classmethod
    def here(cls, **known: Any) -> Provenance:
        """That of a network trained in this process by this code.

        Args:
            known: what else is known, by the names of the fields.
        """
        keras = sys.modules.get("keras")
        backend = None if keras is None else str(keras.backend.backend())
        version = sys.modules["crohme"].__version__
        return cls(crohme=version, commit=_commit(), backend=backend, libraries=_libraries(), **known)

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Provenance:
        """As `to_dict` wrote it.

        Raises:
            TableError: A field is missing, unknown, or not what it should be.
        """
        known = [field.name for field in fields(cls)]
        for name in table:
            if name not in known:
                raise TableError(f"provenance has no {name!r:.60}{meant(name, known)}")
        for name in known:
            if name not in table:
                raise TableError(f"provenance lacks {name!r}; unknown values are null")
            if table[name] is not None and not _CHECKS.get(name, _is_text)(table[name]):
                raise TableError(f"provenance: {name!r} is {table[name]!r:.60}")
        return cls(**table)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def hash_of(paths: Iterable[Path]) -> str:
    """The sha256 of some files, and of all files in some folders: of their names in them and of what they hold."""
    digest = hashlib.sha256()
    for path in paths:
        root = path.parent if path.is_file() else path
        for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
            with open_regular(file) as opened:
                content = hashlib.file_digest(opened, "sha256").hexdigest()
            digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _commit() -> str | None:
    import subprocess  # here, as the others below: recognising does without them

    if not (_ROOT / ".git").exists():  # not that of a repository that an environment happens to lie in
        return None
    command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30, env=environment)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _libraries() -> dict[str, str]:
    import platform
    from importlib import metadata

    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "commit": lambda v: isinstance(v, str) and _COMMIT.fullmatch(v) is not None,
    "data_sha256": lambda v: isinstance(v, str) and _SHA256.fullmatch(v) is not None,
    "libraries": lambda v: isinstance(v, Mapping) and all(_is_text(k) and _is_text(n) for k, n in v.items()),
    "seconds": _is_amount,
    "samples": lambda v: _is_amount(v) and isinstance(v, int),
}
