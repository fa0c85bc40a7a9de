"""What each network takes as arguments, and the names and shapes of its weights, without building it.

A bundle is checked against this before any of its weights are read. `tests/bundle/test_architectures.py` holds
it equal to the networks that Keras builds.
"""

from crohme.bundle.architectures.arguments import ArgumentError, check_arguments
from crohme.bundle.architectures.weights import Shapes, shapes

__all__ = ["ArgumentError", "Shapes", "check_arguments", "shapes"]
