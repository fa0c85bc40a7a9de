"""How training expressions are made of real ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crohme.augment.compose import compose
from crohme.augment.digitizer import record
from crohme.augment.distort import distort
from crohme.augment.grids import random_grid
from crohme.augment.hand import redraw
from crohme.augment.ink import NoInk
from crohme.augment.one_hand import OneHand
from crohme.augment.pen import vary_lifts
from crohme.augment.pool import Pool
from crohme.augment.primes import add_prime
from crohme.augment.rename import rename
from crohme.augment.swap import swap
from crohme.augment.texts import Texts
from crohme.augment.typeset import typeset
from crohme.expressions.buckets import BUCKETS
from crohme.expressions.features import to_unit_scale
from crohme.ink.expression import Expression, all_rows, cut
from crohme.notation.tree import ARGUMENTS, Node, SymbolTree
from crohme.training.experiment import ExperimentError
from crohme.training.ranges import SHARE, check_ranges


@dataclass(frozen=True)
class Recipe:
    """How training expressions are made of the real ones.

    Args:
        traced: float. Share of expressions whose ink was drawn as a picture and traced back.
        one_hand: float. Share of expressions whose ink, however it is composed, is one writer's.
        typeset: float. Share of expressions that are typeset from `texts`. What is trained so learns from LaTeX
            beside CROHME's, and is reported apart.
        texts: str. Text file of LaTeX, one string a line, or a folder of such `.txt` files.
        drawn: str. Folders of data sets of isolated symbols, between commas, whose ink is typeset, too. With it the
            alphabet is all of `alphabet.csv`, in grids, too.
        drawn_hands: float. Share of the expressions by one hand, typeset or with symbols exchanged, whose new letters
            and digits are those of a person who drew them alone.
        alone: float. Share of expressions that are one symbol, the classes drawn evenly, also those drawn alone.
        grids: float. Share of expressions that are matrices, case distinctions or aligned lines of written rows.
        renamed: float. Share of the typeset expressions in which some symbols are exchanged for others of their kind.
        typeset_own: float. Share of expressions that are the training set's own LaTeX, typeset anew.
        composed: float. Share of composed expressions; the others are real, or a part of one.
        part: float. Share of parts among the real ones.
        swapped: float. Share of expressions in which symbols are exchanged.
        swap_share: float. Passed to `augment.swap.swap`.
        relabel: float. Mean of what is passed to it, which is drawn for each expression: in some most
            classes are renamed, in others hardly one.
        primed: float. Share of expressions in which a letter gets a prime.
        redrawn: float. Mean of what is passed to `augment.hand.redraw`, which is drawn for each expression.
        lifted: float. Share of expressions in which strokes are broken or joined.
        lift_share: float. The most that is passed to `augment.pen.vary_lifts`; how much is drawn for each.
        recorded: float. Share of expressions as another tablet would have recorded them.
        weakest, strongest: float. How far handwriting is bent, as a factor drawn for each expression.
        backward: float. Share of expressions read from right to left.
        token_dropout: float. Share of decoder inputs hidden, so that it reads instead of reciting.
        pointer_noise: float. Share of decoder steps whose anchor is hidden.
    """

    traced: float = 0.2
    one_hand: float = 0.6
    typeset: float = 0.0
    texts: str = ""
    drawn: str = ""
    drawn_hands: float = 0.0
    alone: float = 0.0
    grids: float = 0.0
    renamed: float = 0.0
    typeset_own: float = 0.0
    composed: float = 0.6
    part: float = 0.2
    swapped: float = 0.8
    swap_share: float = 0.4
    relabel: float = 0.25
    primed: float = 0.1
    redrawn: float = 0.45
    lifted: float = 0.3
    lift_share: float = 0.3
    recorded: float = 0.8
    weakest: float = 0.6
    strongest: float = 1.7
    backward: float = 0.4
    token_dropout: float = 0.15
    pointer_noise: float = 0.03

    def check(self) -> None:
        """Raise ExperimentError for a share that is none, or a file or folder that does not exist."""
        shares = (field.name for field in fields(self) if isinstance(field.default, float))
        check_ranges("recipe", self, {name: SHARE for name in shares} | {"weakest": (0, 100), "strongest": (0, 100)})
        if not self.weakest <= self.strongest:
            raise ExperimentError(f"recipe.weakest is {self.weakest}, which is above recipe.strongest")
        for path in (*([Path(self.texts)] if self.texts else []), *self.drawn_folders):
            if not path.exists():
                raise ExperimentError("no such file or folder, and the recipe names it", path)

    @property
    def drawn_folders(self) -> list[Path]:
        """The folders of `drawn`."""
        return [Path(part) for part in self.drawn.split(",") if part]

    def described(self) -> dict[str, Any]:
        """The recipe as a bundle stores it: files and folders by name only, without their paths."""
        names = {"texts": Path(self.texts).name, "drawn": ",".join(folder.name for folder in self.drawn_folders)}
        return asdict(self) | names


class Pools(NamedTuple):
    """What training expressions are made of: written ink, the same ink traced from pictures, LaTeX without ink."""

    written: Pool
    traced: Pool
    texts: Texts | None = None


def sample(pools: Pools, recipe: Recipe, rng: np.random.Generator) -> Expression:
    """One training expression, in the unit of `features.to_unit_scale`."""
    everybody = pools.traced if rng.random() < recipe.traced else pools.written
    by_one = everybody.of_writer and rng.random() < recipe.one_hand
    pool = OneHand(everybody, rng) if by_one else everybody
    made = _typeset(pools.texts, everybody, pool, recipe, rng)
    if made is not None:
        expression = made
    elif rng.random() < recipe.composed:
        expression = compose(pool, rng, steps=int(rng.integers(1, 5)))
    else:
        # Half of them for one symbol in them, so that rare classes are seen more often.
        expression = pool.place(rng).expression if rng.random() < 0.5 else pool.any(rng)
        if rng.random() < recipe.part:
            rows = list(all_rows(expression.row))
            row = rows[rng.integers(len(rows))]
            start = int(rng.integers(len(row)))
            expression = cut(expression, row[start : start + 1 + int(rng.integers(len(row) - start))])
    # What is typeset has its symbols from all over the pool already, and says what people write.
    if made is None and rng.random() < recipe.swapped:
        relabel = float(rng.uniform(0, 2 * recipe.relabel))
        ink = _lettered(pool, everybody, recipe, rng)
        expression = swap(expression, ink, rng, share=recipe.swap_share, relabel=relabel)
    if rng.random() < recipe.primed:
        expression = add_prime(expression, pool, rng)
    expression = redraw(expression, everybody, rng, share=float(rng.uniform(0, 2 * recipe.redrawn)))
    if rng.random() < recipe.lifted:
        expression = vary_lifts(expression, rng, share=float(rng.uniform(0, recipe.lift_share)))
    if rng.random() < recipe.recorded:
        expression = record(expression, rng)
    expression = distort(expression, rng, strength=float(rng.uniform(recipe.weakest, recipe.strongest)))
    return Expression(to_unit_scale(expression.points), expression.row)


def _typeset(
    texts: Texts | None, everybody: Pool, ink: Pool | OneHand, recipe: Recipe, rng: np.random.Generator
) -> Expression | None:
    """LaTeX in real ink, as often as the recipe says; None otherwise, or where the ink does not reach."""
    if not recipe.typeset + recipe.typeset_own + recipe.alone + recipe.grids:
        return None  # no number is drawn: a recipe without it makes what it always made
    drawn = rng.random()
    if drawn < recipe.typeset + recipe.typeset_own:
        ink = _lettered(ink, everybody, recipe, rng)
    if drawn < recipe.typeset and texts is not None:
        tree = texts.draw(rng)
        if rng.random() < recipe.renamed:
            tree = rename(tree, ink.symbols, rng)
    elif drawn < recipe.typeset + recipe.typeset_own:
        tree = (everybody.place(rng).expression if rng.random() < 0.5 else everybody.any(rng)).tree
    elif drawn < recipe.typeset + recipe.typeset_own + recipe.alone:
        label = everybody.label(tuple(label for label in everybody.symbols if label not in ARGUMENTS), rng)
        if label is None:
            return None
        tree = SymbolTree((Node(label),))
    elif drawn < recipe.typeset + recipe.typeset_own + recipe.alone + recipe.grids:
        tree = random_grid(lambda: everybody.row(rng)[1], rng)
    else:
        return None
    try:
        made = typeset(tree, ink, rng)
    except NoInk:
        return None
    return made if len(made.points) <= BUCKETS[-1].strokes else None


def _lettered(ink: Pool | OneHand, everybody: Pool, recipe: Recipe, rng: np.random.Generator) -> Pool | OneHand:
    """Where it is one hand: with letters and digits of one who drew them alone, as often as the recipe says."""
    hands = everybody.drawn_hands
    if not isinstance(ink, OneHand) or not hands or not recipe.drawn_hands or rng.random() >= recipe.drawn_hands:
        return ink
    two = (hands[at] for at in rng.integers(len(hands), size=2))
    return ink.lettered(max(two, key=lambda hand: len(hand.symbols)))
