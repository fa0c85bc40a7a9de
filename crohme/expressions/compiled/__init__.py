"""The stroke transformer compiled: in C what `crohme.expressions.forward` does with numpy, for whoever wants it faster.

`build` compiles `kernels/` on the machine that runs it, once. `encoder` and `decoder` hand their arrays to it.
"""

from crohme.errors import CrohmeError


class EngineError(CrohmeError, ValueError):
    """An engine that there is not, or that cannot be had here."""
