"""The interface of a network that can be decoded, whatever library it is made with.

`Recognizer(network)` reads with it: the search, the grammar and the ranking are the same as for the shipped one, which
`crohme.expressions.forward` is. A network of another kind altogether needs none of this: any object with a method
`recognize` can be scored, see `crohme.evaluation.recognizers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar, runtime_checkable

from crohme.types import Float32Array, IntegerArray


class HypothesesState(Protocol):
    """What a network keeps of the tokens that k hypotheses have read."""

    def select(self, hypotheses: Sequence[int]) -> Self:
        """The state of some of the hypotheses, in the given order, repeats allowed."""


class ExpressionNetwork(Protocol):
    """A network that reads an expression of n strokes token by token.

    `alphabet` are the labels that it can write. They number its outputs: `Vocabulary(Alphabet(alphabet))` has the
    numbers of tokens and classes, `crohme.expressions.vocabulary` those of relations. All logits are numpy arrays.
    """

    alphabet: Iterable[str]

    def encode(self, ink: Float32Array) -> Sized:
        """Read the strokes.

        Args:
            ink: `(n, POINTS, 2)` float32, in the unit of `features.to_unit_scale`.

        Returns:
            Whatever the other methods need of it; its length is n.
        """

    def classify(self, memory: Sized) -> Float32Array:
        """Logits of the class of each stroke's symbol, `(n, classes)`."""

    def relate(self, memory: Sized) -> Float32Array:
        """Logits of how stroke j lies to stroke i, `(n, n, pair classes)`."""

    def start(self, hypotheses: int = 1) -> HypothesesState:
        """The state before the first token."""

    def read(
        self,
        memory: Sized,
        state: HypothesesState,
        previous: IntegerArray,
        anchors: Float32Array,
        written: Float32Array,
        relations: IntegerArray,
        rows: IntegerArray,
    ) -> tuple[Float32Array, Float32Array, HypothesesState]:
        """Read q more tokens of each of k hypotheses.

        Args:
            memory: of `encode`.
            state: HypothesesState. Of the k hypotheses.
            previous: `(k, q)`. The tokens.
            anchors: `(k, q, n)` of 0 and 1. The strokes of the symbol on which the next one hangs.
            written: `(k, q, n)` of 0 and 1. The strokes of all symbols so far.
            relations, rows: `(k, q)`. How the next symbol hangs, and how its row does, see `RELATION_INDEX`.

        Returns:
            Logits of the token after each `(k, q, tokens)`, of the strokes that it writes `(k, q, n)`, and the state
            after them.
        """


_Memory = TypeVar("_Memory")
_State = TypeVar("_State")
Answer = tuple[Float32Array, Float32Array, Any]
"""What `ExpressionNetwork.read` gives."""


class Read(NamedTuple, Generic[_Memory, _State]):
    """Tokens to read: the arguments of `ExpressionNetwork.read`."""

    memory: _Memory
    state: _State
    previous: IntegerArray
    anchors: Float32Array
    written: Float32Array
    relations: IntegerArray
    rows: IntegerArray


@runtime_checkable
class BatchedNetwork(Protocol):
    """An ExpressionNetwork that reads several expressions at once, which is faster than one after the other."""

    def encode_many(self, inks: Sequence[Float32Array]) -> Sequence[Sized]:
        """What `encode` gives for each of some expressions."""

    def read_many(self, reads: Sequence[Read[Any, Any]]) -> Sequence[Answer]:
        """What `read` gives for each of some expressions, whose numbers of hypotheses, tokens and strokes differ."""


METHODS = ("encode", "classify", "relate", "start", "read")
"""The methods that make an object such a network."""
