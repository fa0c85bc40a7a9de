"""What a bundle keeps of the one that its training began with, besides weights: constants, calibration and files."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crohme.bundle import Bundle
from crohme.expressions import language_model
from crohme.expressions.language_model import LanguageModel
from crohme.expressions.vocabulary import Vocabulary
from crohme.json_text import parsed
from crohme.training.run_folder import CheckpointError
from inkml_parser.files import filling, read_regular, write_whole

log = logging.getLogger(__name__)
FOLDER = "inherited"
"""Of a run."""
_CONSTANTS = "constants.json"


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
        """Write to the folder of a run, all of it or nothing."""
        with filling(folder / FOLDER) as parts:
            constants = {"decoding": dict(self.decoding), "calibration": dict(self.calibration)}
            write_whole(parts / _CONSTANTS, json.dumps(constants))
            for name, content in self.files.items():
                write_whole(parts / name, content)

    @classmethod
    def stored(cls, folder: Path, files: Sequence[str]) -> Inheritance:
        """What `save` wrote to the folder of a run; nothing where there is none.

        Args:
            folder: Path.
            files: sequence of str. Names of files that there may be.

        Raises:
            CheckpointError: It is damaged.
        """
        place = folder / FOLDER
        if not os.path.lexists(place):
            return cls()
        try:
            constants: dict[str, Any] = parsed(read_regular(place / _CONSTANTS))
            found = {name: read_regular(place / name) for name in files if os.path.lexists(place / name)}
            return cls(dict(constants["decoding"]), dict(constants["calibration"]), found)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"what the run keeps of its first bundle is damaged: {error}", place) from None


def inherited(trained: Bundle, known: Vocabulary, vocabulary: Vocabulary) -> Inheritance:
    """What a network keeps of the bundle whose weights it begins with.

    Args:
        trained: Bundle.
        known: Vocabulary. Of the bundle.
        vocabulary: Vocabulary. Of the network.
    """
    files = dict(trained.files)
    if (content := files.pop(language_model.FILE, None)) is not None:
        numbers = np.array([vocabulary.token_index.get(token, -1) for token in known.tokens])
        if (numbers < 0).any() or len(vocabulary.tokens) > language_model.MOST_TOKENS:
            log.warning("the model of language of %s knows other symbols, and is not kept", trained.name)
        else:
            model = LanguageModel.from_bytes(content).renumbered(numbers, len(vocabulary.tokens))
            files[language_model.FILE] = model.to_bytes()
    return Inheritance(trained.decoding, trained.calibration, files)
