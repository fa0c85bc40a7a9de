"""Beam search over the grammar: from an encoded expression to symbol layout trees, best first.

Every hypothesis is a prefix of well-formed LaTeX, knows the strokes of each symbol that it wrote,
and never writes a stroke twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from crohme.expressions.drafts import Draft, RevisableState
from crohme.expressions.fixed import Constraints, FixedSymbol
from crohme.expressions.hypotheses import Hypothesis, first, inputs
from crohme.expressions.pointing import same_symbol
from crohme.expressions.protocol import ExpressionNetwork, Read
from crohme.expressions.search import Search, Searches
from crohme.expressions.settings import USUAL, Decoding
from crohme.expressions.side_by_side import Steps
from crohme.expressions.token_tree import BranchingState, TokenTree
from crohme.expressions.trails import MOST_STROKES, Trail, read_ahead
from crohme.expressions.vocabulary import PAIR_INDEX, Vocabulary
from crohme.notation import BIG_OPERATORS, to_latex
from crohme.notation.linear import delinearize
from crohme.notation.tree import LIMIT_OF, Node, SymbolTree
from crohme.notation.tree import symbols as symbols_of
from crohme.types import Float32Array

WITH_LIMITS = frozenset({*BIG_OPERATORS, r"\lim"})


class Cancelled(Exception):
    """A search ended because the caller's own `cancelled` said so.

    Raised to that caller only. It is control flow and no `CrohmeError`: handlers of bad input must let it through.
    """


@dataclass(frozen=True, eq=False)
class Candidate:
    """A whole reading.

    Args:
        tree: SymbolTree. Its nodes have their strokes.
        latex: str. The tree in normal form.
        score: float. Log-probability of its tokens and strokes.
        certainty: mapping of strokes → float. Log-probability of each symbol: its token, and its strokes.
    """

    tree: SymbolTree
    latex: str
    score: float
    certainty: Mapping[tuple[int, ...], float]

    @classmethod
    def of(cls, tree: SymbolTree, score: float, certainty: Mapping[tuple[int, ...], float]) -> Self:
        """That of a tree."""
        return cls(tree, " ".join(to_latex(tree)), score, certainty)


def decode(
    network: ExpressionNetwork,
    memory: Sized,
    vocabulary: Vocabulary,
    *,
    beam: int,
    backward: Sequence[bool] = (False,),
    constants: Decoding = USUAL,
    cancelled: Callable[[], bool] | None = None,
    draft: SymbolTree | None = None,
    trail: Trail | None = None,
    fixed: Sequence[FixedSymbol] = (),
) -> Steps[list[list[Candidate]]]:
    """Search for the best readings in each of some directions.

    The directions are searched side by side: the network reads the hypotheses of all of them at once.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's; what it may answer with.
        beam: int. Hypotheses kept at each step of a direction; 1 is greedy decoding.
        backward: sequence of bool. For each direction, whether rows are read from right to left.
        constants: Decoding. `same_symbol` and `uneven_line` are used.
        cancelled: function or None. Asked before each step.
        draft: SymbolTree or None. What a greedy search of one direction may find, as of fewer strokes: its tokens are
            read at once, and kept as far as the search would have written them. It changes no answer, and is of no
            use to a network whose states are no `drafts.RevisableState`.
        trail: Trail or None. The same for a beam, where states are `token_tree.BranchingState`: what the search of
            fewer strokes read, perhaps nothing. It becomes that of this search.
        fixed: sequence of FixedSymbol. All of them are in each reading, see `fixed.checked`.

    Returns:
        For each direction its candidates, best first; none if no hypothesis could be finished.

    Raises:
        Cancelled: `cancelled` said so.
    """
    n = len(memory)
    relate = network.relate(memory)
    search = Searches(
        [Search(one, [first(n, one, vocabulary)]) for one in backward],
        beam, same_symbol(relate), vocabulary, constants, Constraints(fixed, n, vocabulary),
    )  # fmt: skip
    is_greedy = beam == 1 and len(search.ways) == 1
    steps = _greedily(network, memory, search, draft) if is_greedy else _abreast(network, memory, search, trail)
    if cancelled is None:
        yield from steps
    else:
        yield from _until(cancelled, steps)
    return [
        [
            Candidate.of(_tree(h, relate, way.backward), h.score, {s.strokes: s.score for s in h.symbols})
            for h in way.done
        ]
        for way in search.ways
    ]


def _abreast(network: ExpressionNetwork, memory: Sized, search: Searches, trail: Trail | None) -> Steps[None]:
    """Search, reading a token of every hypothesis at once."""
    n = len(memory)
    state = network.start(len(search.ways))
    if trail is not None:
        trail.tokens = None
        if isinstance(state, BranchingState) and n <= MOST_STROKES:
            yield from read_ahead(TokenTree(state.branches()), memory, search, trail, _most_tokens(n))
            return
    for _ in range(_most_tokens(n)):
        if not (live := search.live):
            break
        tokens, pointers, state = yield Read(memory, state, *inputs([[h] for h in live], n))
        parents = search.step(tokens[:, 0], pointers[:, 0])
        if parents:
            state = state.select(parents)


def _greedily(network: ExpressionNetwork, memory: Sized, search: Searches, tree: SymbolTree | None) -> Steps[None]:
    """Search with the one hypothesis of one direction, reading at once what it is likely to write next."""
    n, (way,) = len(memory), search.ways
    state = network.start()
    draft = Draft(tree if isinstance(state, RevisableState) else None, way.live[0], search.vocabulary, way.backward)
    while way.live and (left := _most_tokens(n) - len(way.live[0].steps)) > 0:
        expected = draft.after(way.live[0])[:left]
        tokens, pointers, state = yield Read(memory, state, *inputs([expected], n))
        expansions = search.expand(expected, tokens[0], pointers[0])
        for i, following in enumerate([*expected[1:], None]):
            search.grow(way, expansions[i : i + 1])
            if not way.live or following is None or not way.live[0].reads_as(following):
                break
        if unused := len(expected) - 1 - i:
            state = state.cut(unused)


def _until(cancelled: Callable[[], bool], steps: Steps[None]) -> Steps[None]:
    """Some steps, with the question whether to go on before each."""
    answer = None
    while not cancelled():
        try:
            answer = yield steps.send(answer)
        except StopIteration:
            return
    raise Cancelled


def _most_tokens(n: int) -> int:
    """Of n strokes: what is longer is none of their readings."""
    return 12 + 6 * n


def _tree(hypothesis: Hypothesis, relate: Float32Array, backward: bool) -> SymbolTree:
    symbols = iter(hypothesis.symbols)
    steps = []
    for token, writes in hypothesis.steps:
        symbol = next(symbols) if writes else None
        steps.append((token, None if symbol is None else Node(symbol.label, symbol.strokes)))

    def as_written(row: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(_with_limits(node, relate).with_rows(as_written) for node in row)

    tree = delinearize(steps, backward=backward)
    if not any(symbol.label in WITH_LIMITS for symbol in hypothesis.symbols):
        return tree
    return SymbolTree(as_written(tree.row))


def _with_limits(node: Node, relate: Float32Array) -> Node:
    """Sub or Below, Sup or Above: LaTeX does not tell for a sum; the pairs of strokes do."""
    if node.label not in WITH_LIMITS:
        return node
    rows = {}
    for relation, row in node.rows.items():
        if (limit := LIMIT_OF.get(relation)) is not None:
            first = next(symbols_of(row))
            logits = relate[np.ix_(node.strokes, first.strokes)].mean(axis=(0, 1))
            relation = limit if logits[PAIR_INDEX[limit]] > logits[PAIR_INDEX[relation]] else relation
        rows[relation] = row
    return replace(node, rows=rows)
