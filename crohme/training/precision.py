"""What a network computes in while it is trained. Its weights, and all that it is validated with, are float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crohme.training.experiment import ExperimentError
from crohme.training.settings import TrainingSettings

FULL = "float32"
PRECISIONS = (FULL, "mixed_bfloat16")


def check_precision(settings: TrainingSettings) -> None:
    """Raise ExperimentError if the precision is none that networks are trained in."""
    if settings.precision not in PRECISIONS:
        raise ExperimentError(
            f"settings.precision is {settings.precision!r}, which is not one of {', '.join(PRECISIONS)}"
        )


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Networks that are built in the block compute as a Keras dtype policy says."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
