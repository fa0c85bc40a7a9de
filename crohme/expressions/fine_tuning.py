"""The settings of a run that starts from a trained bundle, where its data may be a few hundred expressions."""

from __future__ import annotations

from dataclasses import replace

from crohme.expressions.run_settings import Settings


def fine_tuning_settings() -> Settings:
    """The settings of training from scratch, changed so that the network does not forget.

    Measured with `scripts/measure_fine_tuning.py`.
    """
    return replace(
        Settings(),
        learning_rate=5e-5,  # a twentieth: what the data do not show must not drift
        warmup_steps=30,  # a run of minutes has a few hundred steps
        weight_decay=0.0,  # towards zero is away from what is known
        averaging=0.9,
        interpolation=0.4,  # of the way: new symbols need little of it, and what is forgotten grows with it
    )
