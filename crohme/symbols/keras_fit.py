"""Examples and progress as `keras.Model.fit` takes them."""

from __future__ import annotations

import keras
import numpy as np
from tqdm import tqdm

from crohme.symbols.data import Examples


class ExampleBatches(keras.utils.PyDataset):
    """Examples in batches: in another order and distorted in every epoch, or as they are.

    Args:
        examples: Examples.
        classes: int.
        batch_size: int.
        seed: int or None. Of order and distortions; None for neither.
    """

    def __init__(self, examples: Examples, classes: int, batch_size: int, seed: int | None) -> None:
        super().__init__()
        self._examples, self._classes, self._batch_size, self._seed = examples, classes, batch_size, seed
        self._epoch = 0
        self._order = self._new_order()

    def __len__(self) -> int:
        return -(-len(self._examples) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rng = None if self._seed is None else np.random.default_rng([self._seed, self._epoch, index])
        targets = np.eye(self._classes, dtype=np.float32)[self._examples.labels[chosen]]
        return self._examples.inputs(chosen, rng), targets

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._order = self._new_order()

    def _new_order(self) -> np.ndarray:
        if self._seed is None:
            return np.arange(len(self._examples))
        return np.random.default_rng([self._seed, self._epoch]).permutation(len(self._examples))


class EpochBar(keras.callbacks.Callback):
    """A progress bar over the steps of each epoch."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        name = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._bar = tqdm(total=self.params["steps"], desc=name, unit="step", mininterval=2, leave=False)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.close()
