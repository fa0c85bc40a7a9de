"""`config.json` of a bundle: what must stand in it, and the checksums of it and of the other files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crohme.bundle.kinds import REQUIRED, Table, TableError, completed
from crohme.bundle.network import Network, Shapes, find, names
from crohme.bundle.provenance import Provenance
from crohme.bundle.texts import BundleError, opened, read_table
from crohme.errors import meant

FORMAT = 2
FILES = ("weights.npz", "vocabulary.txt", "metrics.json")
"""The files that every bundle has, with their checksums in `config.json`. Those of `Network.files` may join."""
SETTINGS = {
    "preprocessing": "preprocessing value",
    "decoding": "decoding constant",
    "calibration": "calibration",
}
"""The tables of `config.json` that a network describes, besides its arguments, and what one of their values is."""


@dataclass(frozen=True)
class Configuration:
    """A configuration that is as it must be.

    Args:
        network: Network.
        shapes: dict. Of the weights, by name.
        tables: dict of str → dict. Arguments and the other tables that decide what is read.
        training: dict. The settings that it was trained with.
        provenance: Provenance.
        checksums: dict of str → str. Of each file, the configuration's own apart.
    """

    network: Network
    shapes: Shapes
    tables: dict[str, Table]
    training: Table
    provenance: Provenance
    checksums: dict[str, str]


def read_configuration(folder: Path) -> Configuration:
    """Read and check `config.json`.

    Raises:
        BundleError: It is damaged; an entry is missing, unknown, of another type or out of range; it does not match
            its checksum.
    """
    config = read_table(folder / "config.json")
    with naming(folder, "config.json"):
        network = _network_of(config)
        shapes = network.shapes(config["arguments"])
        tables = {"arguments": config["arguments"]}
        tables |= {name: stored_table(network, name, config[name]) for name in SETTINGS}
        provenance = Provenance.from_dict(config["provenance"])
    if config["config_sha256"] != checksum_of(config):
        raise BundleError("config.json does not match its checksum", folder)
    checksums = {name: config[_key(name)] for name in (*FILES, *network.files) if _key(name) in config}
    return Configuration(network, shapes, tables, config["training"], provenance, checksums)


def check_file(folder: Path, name: str, checksum: str) -> None:
    """Raise BundleError if a file of a bundle is not that of its checksum."""
    with opened(folder / name) as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != checksum:
            raise BundleError(f"{name} does not match its checksum", folder)


def stored_table(network: Network, name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """A table as some version stored it, with what is newer than that.

    Args:
        network: Network.
        name: str. One of `SETTINGS`.
        stored: mapping.

    Raises:
        TableError: A value is missing, unknown or out of range. None has a default, unless it is newer.
    """
    later = network.added_later
    taken = {key: (kind, later.get(key, REQUIRED)) for key, (kind, _) in getattr(network, name).items()}
    return completed(stored, taken, network.name, SETTINGS[name])


def sealed(entries: Mapping[str, Any], folder: Path, files: Iterable[str] = ()) -> str:
    """The text of `config.json`: some entries, the format, and the checksums of the files in a folder.

    `files` are those besides `FILES`.
    """
    checksums = {_key(name): hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (*FILES, *files)}
    config = {"format": FORMAT, **entries, **checksums}
    return json.dumps(config | {"config_sha256": checksum_of(config)}, indent=2) + "\n"


@contextmanager
def naming(folder: Path | None, file: str | None = None) -> Iterator[None]:
    """What is wrong with a table is wrong with a bundle."""
    try:
        yield
    except TableError as error:
        raise BundleError(f"{file}: {error}" if file else str(error), folder) from None


def _network_of(config: Mapping[str, Any]) -> Network:
    """The network of a configuration that has all its entries, of the right type.

    Raises:
        TableError: It has not.
    """
    if type(config.get("format")) is not int or config["format"] != FORMAT:
        raise TableError(f"its format is {config.get('format')!r:.60}; this version reads format {FORMAT}")
    checksums = dict.fromkeys([*map(_key, FILES), "config_sha256"], str)
    tables = dict.fromkeys(["arguments", *SETTINGS, "provenance", "training"], dict)
    entries = {"format": int, "network": str, **tables, **checksums}
    further = dict.fromkeys(map(_key, _files_of(config.get("network"))), str)
    for name in config:
        if name not in entries | further:
            raise TableError(f"it has an entry {name!r:.60}, which is unknown{meant(name, entries)}")
    for name, kind in (entries | further).items():
        if name in further and name not in config:
            continue
        if name not in config:
            raise TableError(f"it lacks {name!r}")
        if not isinstance(config[name], kind):
            raise TableError(f"{name!r} is {config[name]!r:.60}, not {'a table' if kind is dict else 'text'}")
    return find(config["network"])


def _files_of(network: Any) -> Iterable[str]:
    """The further files that a bundle of a network may have; none where there is no such network."""
    return find(network).files if isinstance(network, str) and network in names() else ()


def checksum_of(config: Mapping[str, Any]) -> str:
    """The sha256 of a configuration without that entry, however it is laid out."""
    content = {name: value for name, value in config.items() if name != "config_sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _key(file: str) -> str:
    return f"{file.partition('.')[0]}_sha256"
