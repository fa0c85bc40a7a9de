"""Keras and its backend, loaded without their talk."""

from __future__ import annotations

import os
import sys
import tempfile

from crohme.cli.errors import CommandError


def load_keras() -> None:
    """Import Keras, and pass over what its backend writes to the terminal meanwhile.

    TensorFlow greets with lines on missing GPUs and on oneDNN that `TF_CPP_MIN_LOG_LEVEL` does not reach: its
    C++ side writes them, from two libraries, before its own logging is set up.

    Raises:
        CommandError: Keras, or the backend that `$KERAS_BACKEND` names, cannot be imported.
    """
    if "keras" in sys.modules:
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as passed_over:
        os.dup2(passed_over.fileno(), 2)
        try:
            import keras  # noqa: F401
        except (ImportError, ValueError) as error:  # a ValueError is Keras' answer to a backend that does not exist
            raise CommandError(f"Keras cannot be loaded: {error}") from None
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
