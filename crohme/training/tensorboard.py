"""The log of a run for TensorBoard, written by tensorboardX.

Keras' own callback and the writers of TensorFlow and PyTorch each load one deep-learning library,
whichever backend trains. tensorboardX loads none: it needs numpy and protobuf.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crohme.extras import needed_by


def load_writer() -> type[Any]:
    """tensorboardX's `SummaryWriter`.

    Raises:
        MissingExtra: tensorboardX is not installed.
    """
    with needed_by("a log for TensorBoard"):
        from tensorboardX import SummaryWriter
    writer: type[Any] = SummaryWriter
    return writer


class TensorBoardLog:
    """Scalars over steps of the optimiser.

    Args:
        folder: Path. Where the event files lie; those of earlier parts of the run may be there.
        step: int. The run's last step. What the files hold of later ones, TensorBoard leaves out: they
            came after the checkpoint that the run goes on from, and will be written once more.

    Raises:
        MissingExtra: tensorboardX is not installed.
    """

    def __init__(self, folder: Path, step: int) -> None:
        # Files are named after the second that they are begun in: two of one second must not be one.
        self._writer = load_writer()(str(folder), purge_step=step + 1, filename_suffix=f".{step}")

    def write(self, kind: str, step: int, values: Mapping[str, float]) -> None:
        """Add scalars `kind/name`, and see to it that they are on the disk."""
        for name, value in values.items():
            self._writer.add_scalar(f"{kind}/{name}", value, step)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left and close the file."""
        self._writer.close()
