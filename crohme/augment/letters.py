"""Classes that can stand in each other's place in an expression."""

from __future__ import annotations

DIGITS = tuple("0 1 2 3 4 5 6 7 8 9".split())
SMALL = tuple("a b c d e f g h i j k l m n o p q r s t u v w x y z".split())
CAPITALS = tuple("A B C E F G H I L M N P R S T V X Y".split())
GREEK = tuple("\\alpha \\beta \\gamma \\Delta \\theta \\lambda \\mu \\pi \\sigma \\phi".split())
LETTERS = SMALL + CAPITALS + GREEK
NAMES = (*DIGITS, *LETTERS, *CAPITALS, "\\infty")
"""What a letter or a digit may be called instead. Capitals count twice: the training set has few."""

_SMALL_OF = {"C": "c", "P": "p", "S": "s", "V": "v", "X": "x"}
CAPITAL_OF = {small: capital for capital, small in _SMALL_OF.items()}
"""Small letters that their capital is only a larger one of."""
TWINS = {**_SMALL_OF, **CAPITAL_OF, "0": "o", "o": "0"}
"""Of one shape: only their size and their place on the line tell them apart."""
