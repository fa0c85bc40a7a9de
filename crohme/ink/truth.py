"""The ground truth of an ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crohme.ink.alignment import aligned
from crohme.notation import (
    CLASSES,
    Expression,
    LabelGraph,
    NotationError,
    SymbolTree,
    canonical_label,
    from_latex,
    from_mathml,
    read_latex,
    sign_name,
    stroke_graph,
    to_latex,
    to_truth_mathml,
)
from crohme.notation.foreign_text import not_latex
from inkml_parser import Ink, Part, Symbol

_LONGEST_MATHML, _LONGEST_LATEX = 300_000, 50_000  # characters; the longest of CROHME are a hundredth of that


def truth(ink: Ink, label: Callable[[str], str] = canonical_label) -> SymbolTree:
    """The expression of an ink's MathML; its symbols have strokes where the ink is segmented.

    Args:
        ink: Ink.
        label: function of a label as it stands in the file. That of the node.

    Raises:
        NotationError: The ink carries no MathML, or none that can be read.
    """
    if ink.mathml is None:
        raise NotationError(damage(ink, Part.MATHML) or "no MathML truth in the file")
    if len(ink.mathml) > _LONGEST_MATHML:
        raise NotationError(f"a MathML truth of {len(ink.mathml):,} characters; the limit is {_LONGEST_MATHML:,}")
    return from_mathml(ink.mathml, [(s.label, s.strokes, s.href) for s in ink.symbols], label)


def truth_with_strokes(ink: Ink, label: Callable[[str], str] = canonical_label) -> SymbolTree:
    """As `truth`, for those who need to know which strokes make which symbol.

    Raises:
        NotationError: See `truth`; or the segmentation is damaged.
    """
    tree = truth(ink, label)
    problem = damage(ink, Part.SEGMENTATION)
    if problem is not None:
        raise NotationError(problem)
    return tree


def aligned_truth(ink: Ink) -> SymbolTree:
    """As `truth_with_strokes`; where there is no MathML, the LaTeX, its symbols found in the segmentation.

    Labels beyond CROHME's may stand in that LaTeX if the segmentation has them.

    Raises:
        NotationError: See `truth_with_strokes`, `from_latex` and `alignment.aligned`.
    """
    if ink.mathml is not None or ink.latex is None or damage(ink, Part.MATHML):
        return truth_with_strokes(ink)
    problem = damage(ink, Part.SEGMENTATION)
    if problem is not None:
        raise NotationError(problem)
    if not ink.symbols:
        raise NotationError("no MathML, and no symbols are marked to which its LaTeX could be aligned")
    return aligned(from_latex(ink.latex, {*CLASSES, *(canonical_label(s.label) for s in ink.symbols)}), ink)


def damage(ink: Ink, part: Part) -> str | None:
    """What is wrong with a part of the file that the ink was read from, if anything is."""
    causes = [warning.cause for warning in ink.warnings if warning.part is part]
    return f"damaged {part}: {'; '.join(causes)}" if causes else None


def truth_expression(ink: Ink, equate: bool = True) -> Expression:
    """The expression of an ink's MathML, or of its LaTeX where there is no MathML that can be read.

    Signs may be of any alphabet; an expression that no tree can hold is its tokens.

    Args:
        ink: Ink.
        equate: bool. Whether signs that look alike have one name (`notation.LOOK_ALIKES`), as symbols of CROHME do.

    Raises:
        NotationError: Neither can be read.
    """
    if ink.mathml is None and ink.latex is None:
        raise NotationError(damage(ink, Part.MATHML) or damage(ink, Part.ANNOTATION) or "no truth in the file")
    try:
        tree = truth(ink, canonical_label if equate else sign_name)
    except NotationError:
        if ink.latex is None:
            raise
        if len(ink.latex) > _LONGEST_LATEX:
            raise NotationError(
                f"a LaTeX truth of {len(ink.latex):,} characters; the limit is {_LONGEST_LATEX:,}"
            ) from None
        if (cause := not_latex(ink.latex)) is not None:
            raise NotationError(cause) from None
        return read_latex(ink.latex, equate)
    return Expression(to_latex(tree), tree)


def truth_graph(ink: Ink, label: Callable[[str], str] = canonical_label) -> LabelGraph:
    """The truth as a label graph over strokes; symbols that are no part of the expression stand in it unrelated.

    Args:
        ink: Ink.
        label: function of a label as it stands in the file. That in the graph.

    Raises:
        NotationError: No MathML, symbols without strokes, or a damaged segmentation.
    """
    tree = truth_with_strokes(ink, label)
    drawn = {stroke for node in tree.nodes() for stroke in node.strokes}
    unattached = [(label(s.label), s.strokes) for s in ink.symbols if drawn.isdisjoint(s.strokes)]
    return stroke_graph(tree, ink.trace_ids, unattached)


def labelled(ink: Ink, tree: SymbolTree) -> Ink:
    """The ink with an expression as what it says it shows: MathML, LaTeX and the strokes of each symbol.

    Args:
        ink: Ink. Its own truth, if it has one, is left out; its other annotations stay.
        tree: SymbolTree. Every node has strokes of this ink.
    """
    mathml, symbols = to_truth_mathml(tree)
    segmentation = tuple(Symbol(label, strokes, href) for label, strokes, href in symbols)
    return replace(ink, symbols=segmentation, latex=" ".join(to_latex(tree)), mathml=mathml, warnings=())
