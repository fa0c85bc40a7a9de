"""One training run of a network of isolated symbols: its network, compiled for training, and its bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np

from crohme import bundle
from crohme.ink.raster import SIZE
from crohme.symbols import pretrained
from crohme.symbols.batches import Epoch, batch_size
from crohme.symbols.description import networks
from crohme.symbols.examples import Examples, TrainingData
from crohme.symbols.inputs import picture_size
from crohme.symbols.settings import Settings, compile_for
from crohme.symbols.warm_start import warm_start
from crohme.training import origin, statistics
from crohme.training.precision import precision
from crohme.training.run import TrainingRun

_AT_ONCE = 256  # pictures of the usual size that are read together
_STATISTICS_BATCHES = 30


class SymbolRun(TrainingRun):
    """A training run of a network of isolated symbols.

    Its progress has `is_frozen` besides: whether the backbone is left as it is.

    Args:
        folder: Path.
        settings: Settings.
        data: TrainingData. Its first validation set decides which weights are best.
    """

    settings: Settings

    def __init__(self, folder: Path, settings: Settings, data: TrainingData) -> None:
        self.data = data
        self.arguments = {**settings.arguments, "classes": len(data.classes)}
        self.network = networks()[settings.network].name
        keras.utils.set_random_seed(settings.seed)
        super().__init__(folder, settings, _built(settings, self.arguments))
        self.averaged = bundle.build(self.network, self.arguments)  # single precision, as shipped
        self.objective = next((f"{name} top1" for name in data.validation), None)
        self.progress["is_frozen"] = settings.weights != pretrained.NONE

    @property
    def epoch_samples(self) -> int:
        """Examples that an epoch takes: all, but for what is left over after whole batches."""
        size = batch_size(self.settings, len(self.data.train))
        return len(self.data.train) // size * size

    def start_from(self, trained: str | Path | None) -> None:
        """Fill the network with its first weights: those of a bundle, of ImageNet as the settings say, or as built.

        Raises:
            BundleError, WarmStartError, WeightsError: They cannot be had, or do not fit.
        """
        pretrained.start_from(self.model, self.network, self.settings.weights)
        if trained is not None:
            warm_start(self.model, self.network, self.arguments, self.data.classes, trained)
        self.average = [np.array(weight) for weight in self.model.get_weights()]
        self._compile()

    def described(self) -> dict[str, dict[str, Any]]:
        """See `TrainingRun`; the classes are looked up there when the run is resumed."""
        data = {"classes": list(self.data.classes), "examples": len(self.data.train)}
        return {"settings": asdict(self.settings), "data": data}

    def compiled_as_saved(self, progress: Mapping[str, Any]) -> keras.Model:
        """See `TrainingRun`."""
        self.progress["is_frozen"] = progress["is_frozen"]
        self._compile()
        return self.model

    def begin_chunk(self) -> None:
        """Let the backbone learn too, when its time has come."""
        progress = self.progress
        done = progress["spent"] / max(progress["budget"], 1e-9)
        if progress["is_frozen"] and progress["batch"] == 0 and done >= self.settings.frozen:
            progress["is_frozen"] = False
            self._compile()

    def rate(self) -> float:
        """See `TrainingRun`; lower where the backbone learns that had weights."""
        had_weights = self.settings.weights != pretrained.NONE
        is_thawed = had_weights and not self.progress["is_frozen"]
        return super().rate() * (self.settings.thawed_rate if is_thawed else 1.0)

    def settled(self) -> list[np.ndarray]:
        """The averaged weights, with the statistics of their own batch normalisation."""
        self.averaged.set_weights(super().settled())
        if not self.progress["is_frozen"]:
            epoch = Epoch(self.data.train, len(self.data.classes), self.settings, 0)
            statistics.estimate(self.averaged, islice(epoch, _STATISTICS_BATCHES))
        return list(self.averaged.get_weights())

    def measure(self, weights: list[np.ndarray]) -> dict[str, float]:
        """Top-1 of some weights on each validation set, 0 to 1."""
        self.averaged.set_weights(weights)
        return {f"{name} top1": self._top1(examples) for name, examples in self.data.validation.items()}

    def read(self, examples: Examples) -> np.ndarray:
        """`(N,)` class indices that the weights last measured find in some examples."""
        size = picture_size(self.arguments)
        chunk = max(1, _AT_ONCE * SIZE**2 // size**2)  # fewer of large pictures
        parts = np.split(np.arange(len(examples)), range(chunk, len(examples), chunk))
        return np.concatenate(
            [self.averaged.predict_on_batch(examples.inputs(part, None)).argmax(axis=-1) for part in parts]
        )

    def write_bundle(self, folder: Path) -> dict[str, Any]:
        """The best weights as a bundle; returns its figures."""
        weights, figures = self.best()
        self.averaged.set_weights(weights)
        progress = self.progress
        passes = progress["samples"] / self.epoch_samples
        metrics: dict[str, Any] = {
            **figures,
            "passes": round(passes, 3),
            "epoch_seconds": round(progress["seconds"] / max(passes, 1e-9), 1),
            **self.data.counts,
        }
        if self.data.test is not None:
            metrics["test top1"] = self._top1(self.data.test)
        given = Path(self.settings.weights).name  # no path of this machine
        training = asdict(self.settings) | {"epochs": metrics["passes"], "weights": given}
        provenance = origin.provenance(self.folder, seconds=round(progress["seconds"], 1), samples=progress["samples"])
        stored = bundle.weights_of(self.averaged)
        bundle.save(
            folder, self.network, self.arguments, self.data.classes, stored, training, metrics, provenance=provenance
        )
        return metrics

    def _top1(self, examples: Examples) -> float:
        return round(float((self.read(examples) == examples.labels).mean()), 5)

    def _compile(self) -> None:
        if self.settings.weights != pretrained.NONE:
            pretrained.freeze(self.model, self.progress["is_frozen"])
        compile_for(self.model, self.settings)
        self.compiled.clear()


def _built(settings: Settings, arguments: dict[str, Any]) -> keras.Model:
    with precision(settings.precision):
        return bundle.build(networks()[settings.network].name, arguments)
