"""What computes a network: numpy, or kernels that are compiled on this machine."""

from __future__ import annotations

import os

from crohme.errors import meant, quoted
from crohme.expressions.compiled import EngineError
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.protocol import ExpressionNetwork

NUMPY, COMPILED = ENGINES = ("numpy", "compiled")
VARIABLE = "CROHME_ENGINE"


def use(engine: str | None, network: ExpressionNetwork) -> None:
    """Have a network computed by an engine; None for that of the environment, or numpy.

    Raises:
        EngineError: No such engine; there is no C compiler, it fails, or what it made computes something else.
    """
    named, source = (engine, "") if engine is not None else (os.environ.get(VARIABLE) or NUMPY, f" ({VARIABLE})")
    if named not in ENGINES:
        hint = meant(str(named), ENGINES)
        raise EngineError(f"{quoted(str(named))}{source} is no engine: {' or '.join(ENGINES)}{hint}")
    if named == NUMPY:
        return
    if not isinstance(network, NumpyTransformer):
        if engine is None:
            return  # what others bring computes as it can
        raise EngineError("this network is none that can be compiled")
    network.compile()
