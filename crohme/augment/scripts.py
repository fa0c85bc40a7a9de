"""Where scripts and limits lie at their symbol."""

from __future__ import annotations

from crohme.augment.blocks import Block
from crohme.augment.manner import Manner
from crohme.notation.tree import Relation

Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a symbol without its scripts."""
_REACH = 0.7  # of a symbol's height, beside which a script may lie


def put_beside(script: Block, name: str, relation: Relation, shape: str, base: Box, manner: Manner) -> Block:
    """Scale and move a script to its place.

    Args:
        script: Block. A row at x-height 1.
        name: str. What `Manner` calls it: "sup", "sub" or "prime".
        relation: Relation. SUP or SUB.
        shape: str. Of the symbol, see `kinds.shape_of`.
        base: four floats. The symbol's box.
        manner: Manner.

    Returns:
        `script`.
    """
    _, top, right, bottom = base
    draw = manner.draw
    script.move(0, 0, min(max(draw(f"{name} size", shape), 0.25), 0.95))
    y = (top if relation is Relation.SUP else bottom) - draw(f"{name} up", shape)
    # What is tall grows away from the line.
    if relation is Relation.SUP:
        y = min(y, top + _REACH * (bottom - top) - script.bottom)
    else:
        y = max(y, bottom - _REACH * (bottom - top) - script.top)
    return script.move(right + draw(f"{name} right", shape) - script.left, y)


def put_as_limit(limit: Block, relation: Relation, shape: str, base: Box, manner: Manner) -> Block:
    """Scale and move a limit over (`ABOVE`) or under its symbol; arguments and result as for `put_beside`."""
    left, top, right, bottom = base
    name = "over" if relation is Relation.ABOVE else "under"
    draw = manner.draw
    limit.move(0, 0, min(max(draw(f"{name} size", shape), 0.3), 1.1))
    x = (left + right) / 2 + draw(f"{name} shift", shape) - (limit.left + limit.right) / 2
    gap = draw(f"{name} gap", shape)
    return limit.move(x, top - gap - limit.bottom if relation is Relation.ABOVE else bottom + gap - limit.top)
