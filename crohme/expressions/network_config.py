"""What a stroke transformer is built from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from keras import KerasTensor

from crohme.expressions.vocabulary import FIRST_RELATIONS

Tensors = dict[str, KerasTensor]
"""Name of an input or output → its tensor."""


@dataclass(frozen=True)
class StrokeTransformerConfig:
    """Everything that the network is built from.

    Args:
        tokens: int. Size of the vocabulary that the decoder reads and writes.
        symbols: int. Number of symbol classes of the auxiliary head over strokes.
        points, point_features, stroke_features, pair_features: int. Shape of the input.
        width, heads: int. Model width and attention heads.
        encoder_layers, decoder_layers: int.
        expansion: int. Width of the feed-forward blocks over `width`.
        geometry: int. Width of the layers that read the pair features.
        relations: int. How many relations symbols have, see `expressions.vocabulary`.
        dropout: float. Rate on every residual branch, and on the shape of a stroke.
    """

    tokens: int
    symbols: int
    points: int
    point_features: int
    stroke_features: int
    pair_features: int
    width: int = 192
    heads: int = 6
    encoder_layers: int = 6
    decoder_layers: int = 3
    expansion: int = 3
    geometry: int = 32
    relations: int = FIRST_RELATIONS
    dropout: float = 0.1

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrokeTransformerConfig:
        """From a bundle's JSON. Raises `ValueError` for an unknown key."""
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown settings of a stroke transformer: {sorted(unknown)}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)
