"""What the commands of LaTeX do to the signs around them: tables for the parser.

A command that stands in none of them is a sign of its own, and takes the groups that follow it directly.
"""

from __future__ import annotations

import re

from crohme.notation.alphabet import FUNCTIONS, NAMES, ROOT, SYMBOL_CLASSES
from crohme.notation.tree import ARGUMENTS as ROWS_OF


def _commands(names: str) -> frozenset[str]:
    return frozenset(f"\\{name}" for name in names.split())


DELIMITERS = frozenset({"$", "\\(", "\\)", "\\[", "\\]"})
"""Begin and end of mathematics in a text."""

DROPPED = frozenset({*(f"\\{c}" for c in ",;:!> \n\t/-"), "~"}) | _commands(
    "quad qquad enspace enskip thinspace medspace thickspace negthinspace negmedspace negthickspace "
    "displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag allowbreak nobreak strut mathstrut "
    "hfill hfil relax noindent par hline centering displaylimits null "
    "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge xspace protect unboldmath "
    "smallskip medskip bigskip break linebreak nolinebreak leavevmode"
)
"""Space, size and layout: they draw nothing."""
DROPPED_WITH_ARGUMENT = _commands(
    "hspace hspace* vspace vspace* mspace label tag tag* phantom hphantom vphantom color cline"
)
"""The same, together with what they take."""
LENGTHS = _commands("kern hskip mkern mskip vskip")

DELIMITER_SIZES = _commands("left right middle") | frozenset(
    f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
ANGLES = {"<": "\\langle", ">": "\\rangle", "\\lt": "\\langle", "\\gt": "\\rangle"}
"""What signs of order mean as delimiters."""

FONTS = _commands(
    "mathrm mathit mathbf mathsf mathtt mathnormal boldsymbol bm pmb mbox hbox text textrm textit textbf textsf texttt "
    "textnormal operatorname operatorname* mathop mathbin mathrel mathord mathopen mathclose mathpunct mathinner "
    "ensuremath smash textup textsc textmd emph bold mathup mathbfit symbf symit symrm symup "
    "llap rlap clap mathllap mathrlap mathclap"
)
"""They take a group, and what they draw is the group."""
SWITCHES = {
    **dict.fromkeys(_commands("rm bf it sf tt sl em mit boldmath bfseries itshape rmfamily"), "\\mathrm"),
    "\\cal": "\\mathcal",
    "\\frak": "\\mathfrak",
}
"""Fonts of all that follows in a group, and the command that takes it as an argument."""

FRACTIONS = _commands("frac dfrac tfrac cfrac")
INFIX = {"\\over": "\\frac", "\\atop": "\\substack", "\\choose": "\\binom", "\\brace": "\\{\\}", "\\brack": "[]"}
"""Commands between their two arguments, and how these are written before them: a command, or fences around a grid."""

ARGUMENTS = {
    **dict.fromkeys(
        _commands(
            "ddddot overbracket underbracket underleftarrow xrightarrow xleftarrow xlongequal xleftrightarrow "
            "xRightarrow cancel bcancel xcancel sout substack mathbb mathcal mathfrak mathscr Bbb mathds"
        ),
        1,
    ),
    **dict.fromkeys(_commands("stackrel overset underset nicefrac sfrac"), 2),
    **{label: len(relations) for label, relations in ROWS_OF.items() if label not in (ROOT, "\\frac")},
}
"""How many arguments a command takes, groups or single signs; `\\frac` and `\\sqrt` are read for themselves."""
STACKED = {"\\underset": "_", "\\overset": "^"}
"""They put their first argument where the second, if it is an operator, has its limits."""
OPTIONAL = _commands("xrightarrow xleftarrow xlongequal xleftrightarrow xRightarrow")
"""Commands that take `[…]` before their argument."""
SAME_COMMAND = {
    "\\dbinom": "\\binom",
    "\\tbinom": "\\binom",
    "\\Bbb": "\\mathbb",
    "\\mathds": "\\mathbb",
    "\\stackrel": "\\overset",
} | {alias: symbol.label for symbol in SYMBOL_CLASSES.values() if symbol.label in ARGUMENTS for alias in symbol.aliases}
LAST_ARGUMENT = {
    **dict.fromkeys(_commands("textcolor raisebox scalebox colorbox rotatebox href"), 2),
    **dict.fromkeys(_commands("multicolumn multirow resizebox fcolorbox"), 3),
}
"""Commands of which only the last of so many arguments is drawn."""
COLOURS = _commands("color textcolor colorbox fcolorbox")
"""They may begin with the model of their colour, `[rgb]`."""

TRANSPARENT = frozenset({"equation", "equation*", "math", "displaymath", "document", "center", "dmath", "dmath*"})
"""Environments that draw what is in them."""
ALIGNED = frozenset(
    {"align", "align*", "aligned", "gather", "gather*", "gathered", "split", "eqnarray", "eqnarray*", "multline",
     "multline*", "multlined", "alignat", "alignat*", "alignedat", "flalign", "flalign*"}
)  # fmt: skip
"""The same, unless they have several lines."""
GRIDS = {
    "matrix": ("", ""),
    "array": ("", ""),
    "tabular": ("", ""),
    "smallmatrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("\\{", "\\}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("\\|", "\\|"),
    "cases": ("\\{", ""),
    "dcases": ("\\{", ""),
    "rcases": ("", "\\}"),
    "drcases": ("", "\\}"),
    "subarray": ("", ""),
}
"""Environments of cells, and the fences that they draw around them. With a star they take `[…]`, how to align."""
WITH_COLUMNS = frozenset({"array", "tabular", "subarray", "alignat", "alignat*", "alignedat"})
PLAIN_GRIDS = {
    "\\matrix": "matrix",
    "\\pmatrix": "pmatrix",
    "\\cases": "cases",
    "\\eqalign": "aligned",
    "\\displaylines": "gathered",
}
"""Commands of plain TeX that take the cells as a group, and the environments that draw the same."""

ALL_FUNCTIONS = FUNCTIONS | _commands(
    "arccos arcsin arctan arg cosh cot coth csc deg det dim exp gcd hom inf ker lg liminf limsup ln max min Pr sec "
    "sinh sup tanh mod"
)
MODULO = _commands("bmod pmod pod")
"""They draw `\\mod`, and the last two parentheses around it and their argument; `\\pod` only these."""

SIGNS = (
    frozenset(filter(re.compile(r"\\[A-Za-z]+").fullmatch, NAMES)) - {ROOT, *ARGUMENTS, *SAME_COMMAND}
    | ALL_FUNCTIONS
    | _commands(
        "omicron digamma beth imath jmath wp measuredangle blacksquare backprime ddagger flat natural nparallel nmid "
        "nexists iiiint oiint bigsqcup bigodot biguplus uplus oslash wr amalg ltimes rtimes bowtie lll ggg asymp "
        "triangleq sqsubseteq sqsupseteq Uparrow Downarrow hookleftarrow leftharpoonup pounds P copyright "
        "nless ngtr nleq ngeq nsubseteq nsupseteq nsim ncong"
    )
)
"""Commands that take nothing, those of `alphabet.csv` first: a group that follows one only groups."""

SPELLINGS = {
    "\\implies": "\\Longrightarrow",
    "\\iff": "\\Longleftrightarrow",
    "\\lparen": "(",
    "\\rparen": ")",
    "\\ldotp": ".",
    "\\cdotp": "\\cdot",
    "\\hdots": "\\ldots",
    "\\vcentcolon": ":",
    "\\ddag": "\\ddagger",
}
"""Other names of a sign that `alphabet.csv` has no row for, but as a variant of another one."""
NEGATED = {
    "=": "\\neq", "\\in": "\\notin", "\\exists": "\\nexists", "\\mid": "\\nmid", "\\parallel": "\\nparallel",
    "<": "\\nless", "\\lt": "\\nless", ">": "\\ngtr", "\\gt": "\\ngtr", "\\le": "\\nleq", "\\leq": "\\nleq",
    "\\ge": "\\ngeq", "\\geq": "\\ngeq", "\\subseteq": "\\nsubseteq", "\\supseteq": "\\nsupseteq",
    "\\sim": "\\nsim", "\\cong": "\\ncong",
}  # fmt: skip
"""What `\\not` makes of a sign, where that has a name of its own."""
