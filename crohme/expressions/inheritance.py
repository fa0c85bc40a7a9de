"""What a bundle keeps of the one that its training began with, besides weights: constants, calibration and files."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crohme.bundle import Bundle, Network
from crohme.bundle.configuration import stored_table
from crohme.bundle.kinds import TableError
from crohme.expressions import language_model
from crohme.expressions.language_model import LanguageModel
from crohme.expressions.vocabulary import Vocabulary
from crohme.json_text import parsed
from crohme.notation import SymbolTree
from crohme.notation.grammar import END
from crohme.notation.linear import linearize
from crohme.training.run_folder import CheckpointError
from inkml_parser.files import filling, read_regular, write_whole

log = logging.getLogger(__name__)
FOLDER = "inherited"
"""Of a run."""
_CONSTANTS, _CHECKSUMS = "constants.json", "files_sha256"


@dataclass(frozen=True)
class Inheritance:
    """Parts of a bundle.

    Args:
        decoding, calibration: mapping. See `Bundle`.
        files: mapping of str → bytes. See `Bundle`.
    """

    decoding: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, Sequence[float]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write to the folder of a run, all of it or nothing. Files of another run that are there do not count."""
        with filling(folder / FOLDER) as parts:
            checksums = {name: _checksum(content) for name, content in self.files.items()}
            constants = {
                "decoding": dict(self.decoding), "calibration": dict(self.calibration), _CHECKSUMS: checksums,
            }  # fmt: skip
            write_whole(parts / _CONSTANTS, json.dumps(constants))
            for name, content in self.files.items():
                write_whole(parts / name, content)

    @classmethod
    def stored(cls, folder: Path, network: Network) -> Inheritance:
        """What `save` wrote to the folder of a run; nothing where there is none.

        All of it is checked: the bundle is written when hours of training are done.

        Args:
            folder: Path.
            network: Network. Of the run.

        Raises:
            CheckpointError: It is damaged.
        """
        place = folder / FOLDER
        if not os.path.lexists(place):
            return cls()
        try:
            constants: dict[str, Any] = parsed(read_regular(place / _CONSTANTS))
            # Both are empty where the run began with none.
            decoding, calibration = (
                stored_table(network, name, constants[name]) if constants[name] else {}
                for name in ("decoding", "calibration")
            )
            checksums = constants[_CHECKSUMS]
            files = {name: read_regular(place / name) for name in network.files if name in checksums}
            for name, checksum in checksums.items():
                if name not in files or _checksum(files[name]) != checksum:
                    raise TableError(f"{name} is not a file that the run began with")
            return cls(decoding, calibration, files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"what the run keeps of its first bundle is damaged: {error}", place) from None


def inherited(
    trained: Bundle, known: Vocabulary, vocabulary: Vocabulary, trees: Iterable[SymbolTree] = ()
) -> Inheritance:
    """What a network keeps of the bundle whose weights it begins with.

    Args:
        trained: Bundle.
        known: Vocabulary. Of the bundle.
        vocabulary: Vocabulary. Of the network.
        trees: iterable of `SymbolTree`. What will be trained on. It tells how often new symbols are written.
    """
    files = dict(trained.files)
    if (content := files.pop(language_model.FILE, None)) is not None:
        try:
            files[language_model.FILE] = _renumbered(content, known, vocabulary, trees)
        except TableError as error:
            log.warning("the model of language of %s is not kept: %s", trained.name, error)
    decoding = dict(trained.decoding)
    if set(vocabulary.tokens).difference(known.tokens):
        # It knows nothing of what stands around them: of 24 expressions trained on, it left 3 right, and 22 without it.
        decoding["language_weight"] = 0.0
    return Inheritance(decoding, trained.calibration, files)


def _renumbered(content: bytes, known: Vocabulary, vocabulary: Vocabulary, trees: Iterable[SymbolTree]) -> bytes:
    """A model of language in the tokens of a larger vocabulary. Raises TableError where it cannot be one."""
    numbers = np.array([vocabulary.token_index.get(token, -1) for token in known.tokens])
    if (numbers < 0).any():
        raise TableError("it knows symbols that the network does not read")
    if len(vocabulary.tokens) > language_model.MOST_TOKENS:
        raise TableError(f"there are more than {language_model.MOST_TOKENS:,} tokens")
    shares = np.zeros(len(vocabulary.tokens))
    if len(shares) > len(numbers):
        counts = Counter(token for tree in trees for token, _ in [*linearize(tree), (END, None)])
        shares = np.array([counts[token] for token in vocabulary.tokens]) / max(counts.total(), 1)
    return LanguageModel.from_bytes(content).renumbered(numbers, shares).to_bytes()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
