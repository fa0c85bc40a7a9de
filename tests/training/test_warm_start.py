"""A network that starts from a bundle computes what the bundle's network computes."""

from __future__ import annotations

import numpy as np
import pytest

from crohme import bundle
from crohme.codes import DIMENSIONS, TOKENS
from crohme.light import LightTransformer
from crohme.training.warm_start import WarmStartError, warm_start

SMALL = {**DIMENSIONS, "width": 12, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "geometry": 4}


@pytest.fixture
def older(tmp_path):
    """A bundle whose network reads three pair features less."""
    network = bundle.build("stroke_transformer", {**SMALL, "pair_features": SMALL["pair_features"] - 3})
    bundle.save(tmp_path, "stroke_transformer", network.config.to_dict(), TOKENS, bundle.weights_of(network), {}, {})
    return tmp_path


def test_new_features_change_nothing_at_first(older):
    network = bundle.build("stroke_transformer", SMALL)
    warm_start(network, older)
    stored = bundle.load(older)
    ink = np.random.default_rng(0).normal(size=(4, SMALL["points"], 2)).astype(np.float32)
    before = LightTransformer(stored.weights, stored.arguments)
    after = LightTransformer(bundle.weights_of(network), SMALL)
    np.testing.assert_allclose(after.encode(ink).encoded, before.encode(ink).encoded, atol=1e-5)


def test_another_size_is_refused(older):
    wider = bundle.build("stroke_transformer", {**SMALL, "width": 16})
    with pytest.raises(WarmStartError, match="shape"):
        warm_start(wider, older)
