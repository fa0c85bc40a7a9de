"""Recognisers of someone's own, as `--recognizer tests.evaluation.toy_recognizers:NAME` names them."""

from __future__ import annotations

from crohme.bundle import load
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.truth import truth_expression
from crohme.notation import Node, SymbolTree
from crohme.recognition import Reading, Recognition
from inkml_parser import Ink

SAME_ALL_THE_WAY = "no recogniser"


class Oracle:
    """Reads the truth, as LaTeX in a spelling of its own."""

    def recognize(self, ink: Ink) -> str:
        truth = truth_expression(ink)
        return "{" if "_" in truth.tokens else truth.latex.replace("{ ", "{").replace(" ^ ", "^")


class Confused:
    """Takes the first stroke for two symbols."""

    def recognize(self, ink: Ink) -> Recognition:
        tree = SymbolTree((Node("1", (0,)), Node("1", (0,))))
        return Recognition(None, (Reading("1 1", 0.5, tree),))


class Constant:
    """Always says the same, and fails at ink of two strokes."""

    def recognize(self, ink: Ink) -> str:
        if len(ink.strokes) == 2:
            raise ZeroDivisionError("two strokes")
        return "x"


class Silent:
    def recognize(self, ink: Ink) -> None:
        return None


class Network:
    """Not ours by its class: a network of the protocol around the weights of the bundle that it is given."""

    bundle = ""

    def __init__(self) -> None:
        trained = load(self.bundle)
        self._ours = NumpyTransformer(trained.weights, trained.arguments)
        self.alphabet = Vocabulary.of_tokens(trained.vocabulary).alphabet.labels

    def encode(self, ink):
        memory = self._ours.encode(ink)
        return [memory] * len(ink)  # whatever has the length of the strokes

    def classify(self, memory):
        return self._ours.classify(memory[0])

    def relate(self, memory):
        return self._ours.relate(memory[0])

    def start(self, hypotheses=1):
        return self._ours.start(hypotheses)

    def read(self, memory, state, *where):
        return self._ours.read(memory[0], state, *where)


class HalfANetwork:
    alphabet = ("x",)

    def encode(self, ink):
        return ink


class Broken:
    def __init__(self) -> None:
        raise OSError("no weights here")


constant = Constant()


def make_oracle() -> Oracle:
    return Oracle()


def wants_more(path: str) -> Oracle:
    return Oracle()
