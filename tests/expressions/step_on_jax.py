"""Dry run of a GPU's training step, on the CPU, with JAX: two steps of a toy network in bfloat16, told as JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
sys.modules["tensorflow"] = None  # type: ignore[assignment]  # which Keras would load for seconds, to seed it

import jax  # noqa: E402
import numpy as np  # noqa: E402

from crohme.expressions.batches import collate  # noqa: E402
from crohme.expressions.buckets import BUCKETS, Bucket  # noqa: E402
from crohme.expressions.description import networks  # noqa: E402
from crohme.expressions.recipe import Recipe  # noqa: E402
from crohme.expressions.run import Run  # noqa: E402
from crohme.expressions.run_settings import Settings  # noqa: E402
from crohme.expressions.vocabulary import Vocabulary  # noqa: E402
from crohme.notation import Alphabet  # noqa: E402
from crohme.training.batch import Batch  # noqa: E402
from crohme.types import Arrays  # noqa: E402

TOY = {"width": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 1}


def random_batch(bucket: Bucket) -> Batch[Arrays]:
    """Scribbles, all of whose tokens are the first one."""
    batch = collate([], bucket, bucket.size)
    rng = np.random.default_rng(0)
    batch.inputs["ink"][:] = rng.normal(size=batch.inputs["ink"].shape)
    batch.inputs["mask"][:] = 1
    assert batch.weights is not None
    for weights in batch.weights.values():
        weights[:] = 1
    return batch


def lowered(run: Run, bucket: Bucket) -> list[str]:
    """The platforms that the training step is lowered for in a bucket's shapes; nothing is computed."""
    model = run.model
    state = model._get_jax_state(
        trainable_variables=True, non_trainable_variables=True, optimizer_variables=True, metrics_variables=True
    )
    shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), (state, tuple(random_batch(bucket))))
    step = jax.jit(model.train_step, donate_argnums=0)
    return list(jax.export.export(step, platforms=["cuda"])(*shapes).platforms)


def main() -> None:
    """Two steps, with what they were like."""
    networks()["stroke_transformer"].sizes["toy"] = TOY  # type: ignore[index]
    settings = Settings(size="toy", warmup_steps=0, precision="mixed_bfloat16")
    run = Run(Path(sys.argv[1]), settings, Recipe(), Vocabulary(Alphabet(["x", "1", "+"])))
    run.begin()
    run.start_cycle(1000, "samples")
    batch = random_batch(Bucket(5, 6, 4))
    losses = [run.step(batch)["loss"]]
    before = [variable.value for variable in run.model.trainable_variables]
    losses.append(run.step(batch)["loss"])
    with run._reading(run.average) as reader:
        read = reader(batch.inputs)
    told = {
        "losses": losses,
        "weights": sorted({str(variable.value.dtype) for variable in run.model.variables}),
        "optimiser": sorted({str(variable.value.dtype) for variable in run.model.optimizer.variables}),
        "computed": sorted({layer.compute_dtype for layer in run.model.network._flatten_layers()}),
        "features": run.model.compute_dtype,
        "donated": [array.is_deleted() for array in before],
        "read": sorted({str(value.dtype) for value in read.values()}),
        "lowered": [lowered(run, bucket) for bucket in BUCKETS[-1:]],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
